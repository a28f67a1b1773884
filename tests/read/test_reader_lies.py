"""Files that lie about their type, and archives that unpack to more than they should: rows with an error, or a clear one, never a crash."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import read
from tilth.errors import CorpusError

pytest.importorskip("pypdfium2", reason="the extra 'documents' is not installed")
pytest.importorskip("lxml", reason="the extra 'documents' is not installed")
pytest.importorskip("resiliparse", reason="the extra 'web' is not installed")

ReadAll = Callable[..., list[dict[str, Any]]]


def zipped(name: str, data: bytes) -> bytes:
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def parquet() -> bytes:
    pq.write_table(pa.table({"text": ["a"]}), sink := pa.BufferOutputStream())
    return sink.getvalue().to_pybytes()


def tar(name: str, data: bytes) -> bytes:
    with tarfile.open(fileobj=(out := io.BytesIO()), mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


CONTENTS = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "zip": zipped("a.txt", b"text"), "gzip": gzip.compress(b'{"text": "a"}'),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "html": b"<html><body>text</body></html>", "arrow": b"ARROW1\0\0" + bytes(40),
    "parquet": parquet(), "zeros": bytes(5000), "sqlite": b"SQLite format 3\0" + bytes(1000), "elf": b"\x7fELF\x02\x01\x01" + bytes(200),
}
STRICT = {
    ".docx": read.Docx, ".epub": read.Epub, ".pdf": read.Pdf, ".ipynb": read.Notebook, ".json": read.Json, ".parquet": read.Parquet,
    ".arrow": read.Arrow, ".tar": read.WebDataset, ".jsonl": read.Jsonl, ".warc": read.Warc,
}
LAX = {".csv": read.Csv, ".mbox": read.Mbox, ".xml": read.Wikipedia, ".txt": read.Text, ".html": read.Html}


@pytest.mark.parametrize("suffix", [*STRICT, *LAX])
def test_files_that_are_something_else(suffix: str, tmp_path: Path, read_all: ReadAll) -> None:
    make = (STRICT | LAX)[suffix]
    for name, data in CONTENTS.items():
        if name == suffix[1:] or (suffix, name) == (".tar", "zeros"):  # which is an archive without members
            continue
        path = tmp_path / f"{name}{suffix}"
        path.write_bytes(data)
        try:
            rows = read_all(make(str(path)))
        except CorpusError as error:
            assert "fix:" in str(error)
            continue
        assert suffix in LAX or (rows and all(row["error"] for row in rows)), (name, rows)


def test_a_letter_that_unpacks_to_more_than_it_should(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "a.docx").write_bytes(zipped("word/document.xml", b"<a>" + b" " * (50 << 20) + b"</a>"))
    (row,) = read_all(read.Docx(str(tmp_path), max_bytes=1 << 20))
    assert row["error"] == "the archive unpacks to more than max_bytes=1048576"


PACKED = {".json.gz": read.Json, ".tar.gz": read.WebDataset, ".txt.gz": read.Text, ".mbox.gz": read.Mbox}


@pytest.mark.parametrize("suffix", PACKED)
def test_compressed_files_that_unpack_to_more_than_they_should(suffix: str, tmp_path: Path, read_all: ReadAll) -> None:
    long = b"x" * (30 << 20)
    mail = b"From a@b.org Mon Jan  1 00:00:00 2024\n\n" + long
    data = {".json.gz": b'[{"text": "a"}, "' + long + b'"]', ".tar.gz": tar("a.txt", long), ".mbox.gz": mail}.get(suffix, long)
    (tmp_path / f"a{suffix}").write_bytes(gzip.compress(data, 1))
    rows = read_all(PACKED[suffix](str(tmp_path), max_bytes=1 << 20))
    assert "longer than" in rows[-1]["error"]
