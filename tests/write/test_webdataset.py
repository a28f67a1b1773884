"""WebDataset: its own library finds every sample, in order."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest

from tilth import write


@pytest.mark.filterwarnings("ignore")  # the library leaves files open
def test_its_own_library_reads_every_sample(written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    webdataset = pytest.importorskip("webdataset", reason="the library of the other side is not installed")
    assert written(write.WebDataset(), table) == {"rows": 50}
    found = list(webdataset.WebDataset(str(tmp_path / "out" / "00000.tar"), shardshuffle=False))
    assert [sample["__key__"] for sample in found] == [f"00003-{i:09d}" for i in range(50)]
    for row, sample in zip(table.to_pylist(), found, strict=True):
        assert (sample["txt"].decode() if "txt" in sample else None) == row["text"]
        assert sample.get("png") == row["image"]
        assert orjson.loads(sample["json"]) == {name: value for name, value in row.items() if name not in ("text", "image")}


def test_an_archive_is_one_that_tar_takes(written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    written(write.WebDataset(), table)
    path = tmp_path / "out" / "00000.tar"
    assert path.stat().st_size % 10240 == 0
    with tarfile.open(path) as archive:
        assert all(member.isfile() and member.mtime == 0 and "/" not in member.name for member in archive)


def names(folder: Path) -> list[str]:
    with tarfile.open(folder / "00000.tar") as archive:
        return archive.getnames()


@pytest.mark.parametrize(("data", "extension"), [
    (b"\xff\xd8\xff\xe0", "jpg"), (b"RIFF\0\0\0\0WAVEfmt ", "wav"), (b"\0\0\0\x18ftypmp42", "mp4"), (b"ID3\3", "mp3"), (b"?", "bin"),
])
def test_bytes_say_what_they_are(data: bytes, extension: str, written: Callable[..., Any], tmp_path: Path) -> None:
    one = pa.table({"row": pa.array([5], pa.uint64()), "media": pa.array([data], pa.large_binary())})
    written(write.WebDataset(), one, name="one")
    written(write.WebDataset(), one.append_column("more", pa.array([b"x"], pa.large_binary())), name="two")
    assert names(tmp_path / "one") == ["00000-000000005.json", f"00000-000000005.{extension}"]
    assert names(tmp_path / "two")[1:] == [f"00000-000000005.media.{extension}", "00000-000000005.more.bin"]


def test_bytes_depend_on_the_rows_alone(same_bytes: Callable[..., None]) -> None:
    same_bytes(write.WebDataset(without=("good",)))
