"""Compressed files as streams: all that can be had comes, and then the break."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.read import streams
from tilth.read.streams import Broken, chunks, read_at_most

DATA = b"".join(b"%d and %d\n" % (i, i * i) for i in range(20_000))
PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".zst": lambda data: pa.compress(data, "zstd", asbytes=True), ".lz4": lambda data: pa.compress(data, "lz4", asbytes=True),
}


def until_break(path: Path) -> tuple[bytes, str]:
    got = []
    try:
        for chunk in chunks(str(path)):
            got.append(chunk)
    except Broken as broken:
        return b"".join(got), str(broken)
    return b"".join(got), ""


@pytest.mark.parametrize("suffix", PACK)
def test_members_and_frames_follow_one_another(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(PACK[suffix](DATA) + PACK[suffix](b"") + PACK[suffix](DATA[:9]))
    assert until_break(path) == (DATA + DATA[:9], "")
    path.write_bytes(b"")
    assert until_break(path) == (b"", "")


@pytest.mark.parametrize("suffix", PACK)
def test_a_file_that_is_cut_off_gives_all_that_came_before(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    packed = PACK[suffix](DATA)
    path.write_bytes(packed + packed[: len(packed) // 2])
    got, why = until_break(path)
    assert got.startswith(DATA) and DATA.startswith(got[len(DATA) :])
    assert len(packed) * 3 // 2 >= int(why.split("near byte ")[1].split(" ")[0]) > len(packed)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_the_last_good_byte_is_not_lost(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(PACK[suffix](b"first\nsecond\n") + PACK[suffix](b"third")[:-6])
    assert until_break(path)[0].startswith(b"first\nsecond\n")


@settings(max_examples=30)
@given(st.data(), st.just(".gz"))
def test_damage_is_told_or_harmless(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, suffix: str) -> None:
    packed = bytearray(PACK[suffix](DATA[:5000]))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.mktemp("s") / f"a{suffix}"
    path.write_bytes(packed)
    got, why = until_break(path)
    assert why or len(got) == 5000


def test_errors_of_the_disk_are_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Disk:
        def read(self, size: int) -> bytes:
            raise OSError(5, "Input/output error")

        def __enter__(self) -> Disk:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(streams, "open_file", lambda path: Disk())
    with pytest.raises(OSError, match="Input/output error"):
        list(chunks("a.gz"))


def test_reading_at_most_stops_a_byte_later(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(50 << 20)))
    assert len(read_at_most(str(path), 1000)) == 1001
    (tmp_path / "a").write_bytes(b"abc")
    assert read_at_most(str(tmp_path / "a"), 3) == b"abc"
    assert read_at_most(str(tmp_path / "a"), 2) == b"abc"
    assert read_at_most(str(tmp_path / "a"), 0) == b"a"
