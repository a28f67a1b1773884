from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from pathlib import Path

import pyarrow as pa
import pytest
from media.pictures import drawn, saved, tone

from tilth import read
from tilth.write import WebDataset as Written

PNG, JPEG, WAV = saved(drawn(1)), saved(drawn(2), "jpeg"), tone()


def shard(path: Path, members: list[tuple[str, bytes]]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def rows(path: Path, **settings: int) -> list[dict]:
    reader = read.WebDataset(str(path), **settings)  # type: ignore[arg-type]
    files = reader.files()
    schema = reader.schema(files)
    found = []
    for file in files:
        for span in reader.cut(file, 1):
            for batch in reader.read(span, schema):
                assert batch.schema.equals(schema)
                found += batch.to_pylist()
    return found


MEMBERS = [
    ("a/000.jpg", JPEG), ("a/000.txt", b"a picture"), ("a/000.json", b'{"width": 3}'),
    ("a/001.png", PNG), ("a/001.json", b'{"caption": "two"}'),
    ("a/002.wav", WAV), ("a/002.cls", b"7"), ("a/002.left.png", PNG), ("a/002.right.png", PNG), ("a/003.txt", "caf\u00e9".encode()),
]  # fmt: skip


def test_files_with_one_key_are_one_sample(tmp_path: Path) -> None:
    path = shard(tmp_path / "s.tar", MEMBERS)
    found = rows(path)
    assert [row["id"] for row in found] == [f"{path}/a/{n:03d}" for n in range(4)]
    assert [row["text"] for row in found] == ["a picture", "two", None, "caf\u00e9"]
    assert [row["image"] for row in found] == [JPEG, PNG, PNG, None] and found[2]["audio"] == WAV
    assert found[0]["json"] == '{"width": 3}' and json.loads(found[2]["rest"]) == {".cls": "7", ".right.png": f"{len(PNG)} bytes"}
    assert not any(row["error"] for row in found)


def test_compressed_shards_are_the_same(tmp_path: Path) -> None:
    plain = shard(tmp_path / "s.tar", MEMBERS)
    (tmp_path / "z").mkdir()
    packed = tmp_path / "z" / "s.tar.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert [row["image"] for row in rows(packed)] == [row["image"] for row in rows(plain)]


@pytest.mark.parametrize("cut", [100, 600, 3000, 5000, 12_000])
def test_an_archive_that_breaks_off_gives_what_came_before(tmp_path: Path, cut: int) -> None:
    whole = shard(tmp_path / "s.tar", MEMBERS).read_bytes()
    broken = tmp_path / "b.tar"
    broken.write_bytes(whole[:cut])
    *good, last = rows(broken)
    assert "breaks off near byte" in last["error"]
    assert all(row["error"] is None for row in good)


def test_bytes_that_are_no_archive_are_a_row_with_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(os.urandom(4000))
    [row] = rows(tmp_path / "x.tar")
    assert "breaks off" in row["error"] and row["image"] is None


def test_names_are_no_places_and_links_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "in" / "s.tar"
    path.parent.mkdir()
    with tarfile.open(path, "w") as tar:
        for name in ("../../evil.png", "/abs/evil.png"):
            info = tarfile.TarInfo(name)
            info.size = len(PNG)
            tar.addfile(info, io.BytesIO(PNG))
        link = tarfile.TarInfo("link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    before = sorted(tmp_path.rglob("*"))
    assert [row["image"] for row in rows(path)] == [PNG, PNG]
    assert sorted(tmp_path.rglob("*")) == before


def test_one_bad_sample_takes_no_other_along(tmp_path: Path) -> None:
    members = [("0.txt", b"good"), ("1.txt", b"\xff\xfe\xff"), ("2.json", b"{"), ("3.png", PNG), ("4.txt", b"x" * 2000), ("5.txt", b"good")]
    found = rows(shard(tmp_path / "s.tar", members), max_bytes=1500)
    assert [bool(row["error"]) for row in found] == [False, True, True, len(PNG) > 1500, True, False]
    assert "sample '4'" in found[4]["error"] and "1500" in found[4]["error"]


def test_what_our_writer_writes_is_read(tmp_path: Path) -> None:
    table = pa.table({"row": pa.array([0, 1], pa.uint64()), "text": ["one", None], "image": pa.array([PNG, JPEG], pa.large_binary())})
    with open(tmp_path / "s.tar", "wb") as file:
        Written().write(iter(table.to_batches()), table.schema, lambda suffix: file)
    assert [(row["text"], row["image"]) for row in rows(tmp_path / "s.tar")] == [("one", PNG), (None, JPEG)]


def test_the_library_webdataset_groups_alike(tmp_path: Path) -> None:
    wds = pytest.importorskip("webdataset")
    path = shard(tmp_path / "s.tar", MEMBERS)
    with open(path, "rb") as file:
        theirs = list(wds.tariterators.group_by_keys(wds.tariterators.tar_file_expander([{"url": str(path), "stream": file}])))
    assert [f"{path}/{sample['__key__']}" for sample in theirs] == [row["id"] for row in rows(path)]
