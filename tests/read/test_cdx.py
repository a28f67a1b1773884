"""Indexes of crawls, in both forms, and the WET files beside them."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tilth import read

ReadAll = Callable[..., list[dict[str, Any]]]
JSON = (
    b'org,example)/a 20240501000000 {"url": "https://example.org/a", "mime": "text/html", "mime-detected": "text/html", "status": "200", '
    b'"digest": "ABC", "length": "1043", "offset": "77", "filename": "crawl/1.warc.gz", "languages": "eng", "encoding": "UTF-8"}\n'
)
CLASSIC = b" CDX N b a m s k r M S V g\norg,example)/a 20240501000000 https://example.org/a text/html 200 ABC - - 1043 77 1.warc.gz\n"


def test_lines_of_json(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "cdx-00000.gz").write_bytes(b"".join(gzip.compress(JSON * 3) for _ in range(2)) + gzip.compress(b"no index\n"))
    rows = read_all(read.CdxIndex(str(tmp_path)))
    assert len(rows) == 7
    row = rows[0]
    assert (row["id"], row["mime_detected"]) == ("https://example.org/a", "text/html")
    assert (row["status"], row["length"], row["offset"]) == (200, 1043, 77)
    assert (row["filename"], row["languages"], row["charset"], row["text"]) == ("crawl/1.warc.gz", "eng", "UTF-8", None)
    assert "not a line of an index" in rows[-1]["error"]


@pytest.mark.parametrize("size", [1 << 20, 50])
def test_classic_fields(size: int, tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "a.cdx").write_bytes(CLASSIC + CLASSIC.splitlines()[1].replace(b"200", b"-") + b"\n")
    rows = read_all(read.CdxIndex(str(tmp_path)), size)
    assert [(row["url"], row["status"], row["length"], row["filename"]) for row in rows] == [
        ("https://example.org/a", 200, 1043, "1.warc.gz"), ("https://example.org/a", None, 1043, "1.warc.gz"),
    ]


def test_wet_files_are_what_warcio_reads(tmp_path: Path, read_all: ReadAll) -> None:
    warcio = pytest.importorskip("warcio", reason="a second opinion on WET files")
    from warcio.archiveiterator import ArchiveIterator
    from warcio.warcwriter import WARCWriter

    assert warcio
    texts = [f"Text {i} é\nsecond line" for i in range(50)]
    with open(tmp_path / "a.warc.wet.gz", "wb") as file:
        writer = WARCWriter(file, gzip=True)
        for i, text in enumerate(texts):
            payload = io.BytesIO(text.encode())
            writer.write_record(writer.create_warc_record(
                f"https://example.org/{i}", "conversion", payload=payload, warc_content_type="text/plain", length=len(payload.getvalue()),
            ))
    with open(tmp_path / "a.warc.wet.gz", "rb") as file:
        other = [record.content_stream().read().decode() for record in ArchiveIterator(file)]
    for size in (None, 700):
        rows = read_all(read.Warc(str(tmp_path)), size)
        assert [row["text"] for row in rows] == other == texts
        assert [row["url"] for row in rows] == [f"https://example.org/{i}" for i in range(50)]
