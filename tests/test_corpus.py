"""The manifest: numbers are given once."""

from __future__ import annotations

from pathlib import Path

from conftest import write_lines
from hypothesis import given
from hypothesis import strategies as st

from tilth.corpus import Manifest, survey
from tilth.read import Jsonl
from tilth.store import Store


def places(manifest: Manifest) -> dict[str, int]:
    return {span.path: shard.number for shard in manifest.shards for span in shard.spans}


def test_a_manifest_survives_the_store(lines: Path, tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    manifest = survey(Jsonl(str(lines)), None, 5000)
    manifest.save(store, "corpus")
    assert Manifest.load(store, "corpus") == manifest and Manifest.load(store, "other") is None


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["add", "change", "remove"])), max_size=8))
def test_old_files_keep_their_numbers_and_numbers_are_never_used_again(tmp_path_factory, deeds) -> None:
    folder = tmp_path_factory.mktemp("files")
    write_lines(folder / "start.jsonl", 1)
    reader = Jsonl(str(folder))
    manifest = survey(reader, None, 5000)
    ever = {shard.number: shard for shard in manifest.shards}
    for step, (number, deed) in enumerate(deeds):
        path = folder / f"{number}.jsonl"
        if deed == "remove":
            path.unlink(missing_ok=True)
        elif deed == "change" or not path.exists():
            write_lines(path, number, rows=10 + step)
        manifest = survey(reader, manifest, 5000)
        assert set(places(manifest)) == {file.path for file in reader.files()}
        for shard in manifest.shards:
            assert ever.setdefault(shard.number, shard) == shard
        assert manifest.following > max(shard.number for shard in manifest.shards)


def test_a_big_file_is_split_and_small_ones_are_grouped(tmp_path: Path) -> None:
    for number in range(10):
        write_lines(tmp_path / f"small{number}.jsonl", number, rows=3)
    write_lines(tmp_path / "big.jsonl", 1, rows=2000)
    manifest = survey(Jsonl(str(tmp_path)), None, 20_000)
    of_big = [shard for shard in manifest.shards if shard.spans[0].path.endswith("big.jsonl")]
    assert len(of_big) >= 4 and all(len(shard.spans) == 1 for shard in of_big)
    assert len(manifest.shards) == len(of_big) + 1
