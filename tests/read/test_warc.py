"""WARC: pages and texts become rows, all else does not, and real files, broken ones too, are read to their end."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tilth import read
from tilth.errors import CorpusError
from tilth.read import Span

ReadAll = Callable[..., list[dict[str, Any]]]


def record(kind: str, url: str, content: bytes, media: str = "application/http; msgtype=response") -> bytes:
    head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-01T00:00:00Z\r\nContent-Type: {media}\r\n"
    return head.encode() + b"WARC-Record-ID: <urn:%d>\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (hash(url), len(content), content)


def page(url: str, body: bytes = b"<p>", *headers: str, status: str = "200 OK", media: str | None = "text/html") -> bytes:
    lines = [f"HTTP/1.1 {status}", *([f"Content-Type: {media}"] if media else []), *headers, "", ""]
    return record("response", url, "\r\n".join(lines).encode() + body)


RECORDS = [
    record("warcinfo", "", b"software: x", "application/warc-fields"),
    page("http://x/1", b"<p>\xff", media="text/html; charset=latin-1"),
    record("request", "http://x/1", b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request"),
    page("http://x/style.css", media="text/css"),
    page("http://x/2", gzip.compress(b"<p>two"), "Content-Encoding: gzip", status="404 Not Found", media="application/xhtml+xml"),
    page("http://x/3", b"<!-- hm -->\n<!DOCTYPE html><p>", media=None),
    page("http://x/4", b"%PDF", media=None),
    page("http://x/5", b"5", "Content-Encoding: rot13"),
    record("response", "dns:x", b"x. 300 IN A 1.2.3.4", "text/dns"),
    record("resource", "http://x/6", b"<p>six", "text/html"),
    record("conversion", "http://x/7", "sieben é".encode(), "text/plain"),
    record("conversion", "http://x/8", b"caf\xe9", "text/plain"),
    record("resource", "metadata://wget/MANIFEST.txt", b"log", "text/plain"),
    record("revisit", "http://x/1", b"HTTP/1.1 200 OK\r\n\r\n"),
    record("metadata", "http://x/1", b"fetchTimeMs: 1", "application/warc-fields"),
]
PACKINGS: dict[str, Callable[[list[bytes]], bytes]] = {
    "a.warc": b"".join,
    "a.warc.gz": lambda parts: b"".join(map(gzip.compress, parts)),
    "one.warc.gz": lambda parts: gzip.compress(b"".join(parts)),
    "a.warc.zst": lambda parts: b"".join(pa.compress(part, "zstd", asbytes=True) for part in parts),
    "a.warc.lz4": lambda parts: b"".join(pa.compress(part, "lz4", asbytes=True) for part in parts),
}


def about(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["url"], row["html"], row["text"], row["status"], row["content_type"]


@pytest.mark.parametrize("name", PACKINGS)
@pytest.mark.parametrize("size", [None, 700])
def test_pages_and_texts_are_rows(tmp_path: Path, read_all: ReadAll, name: str, size: int | None) -> None:
    (tmp_path / name).write_bytes(PACKINGS[name](RECORDS))
    rows = read_all(read.Warc(str(tmp_path)), size)
    assert [about(row) for row in rows if not row["error"]] == [
        ("http://x/1", b"<p>\xff", None, 200, "text/html; charset=latin-1"),
        ("http://x/2", b"<p>two", None, 404, "application/xhtml+xml"),
        ("http://x/3", b"<!-- hm -->\n<!DOCTYPE html><p>", None, 200, None),
        ("http://x/6", b"<p>six", None, None, "text/html"),
        ("http://x/7", None, "sieben é", None, "text/plain"),
    ]
    assert [row["id"] for row in rows if not row["error"]] == [row["url"] for row in rows if not row["error"]]
    assert {row["date"] for row in rows if not row["error"]} == {"2024-05-01T00:00:00Z"}
    errors = [row for row in rows if row["error"]]
    assert [row["error"].split(": ")[0] for row in errors] == ["http://x/5", "http://x/8"]
    assert all(row["id"].startswith(f"{tmp_path}/{name}:") and row["html"] is None for row in errors)


def test_the_id_of_an_error_is_where_its_bytes_lie(tmp_path: Path, read_all: ReadAll) -> None:
    for name in ("a.warc", "a.warc.gz"):
        (tmp_path / name).write_bytes(PACKINGS[name](RECORDS))
        row = next(row for row in read_all(read.Warc(f"{tmp_path}/{name}")) if row["error"])
        start = int(row["id"].rpartition(":")[2])
        assert row["id"] == f"{tmp_path}/{name}:{start}"
        assert start == len(PACKINGS[name](RECORDS[:7]))


@pytest.mark.parametrize("name", PACKINGS)
def test_a_file_that_is_cut_off(tmp_path: Path, read_all: ReadAll, name: str) -> None:
    whole = PACKINGS[name]([page(f"http://x/{i}", str(i**200).encode()) for i in range(40)])
    (tmp_path / name).write_bytes(whole[: len(whole) - 100])
    rows = read_all(read.Warc(str(tmp_path)))
    assert [row["url"] for row in rows] == [f"http://x/{i}" for i in range(39)] + [None]
    assert "byte" in rows[-1]["error"]


def test_what_is_no_warc_is_one_error(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "a.warc").write_bytes(b"filedesc://x.arc 0.0.0.0 20240101 text/plain 1\n1 0 x\n")
    assert [row["error"] for row in read_all(read.Warc(str(tmp_path)))] == [
        "not a WARC record, it begins with b'filedesc://x.arc 0.0' (at byte 0)"
    ]


def test_what_is_too_long(tmp_path: Path, read_all: ReadAll) -> None:
    bomb = page("http://x/bomb", gzip.compress(bytes(10 << 20)), "Content-Encoding: gzip")
    (tmp_path / "a.warc.gz").write_bytes(b"".join(map(gzip.compress, [page("http://x/1", bytes(50_000)), bomb, page("http://x/2")])))
    rows = read_all(read.Warc(str(tmp_path), max_bytes=40_000))
    assert [row["error"] and row["error"][-34:] for row in rows] == [
        "ord is longer than max_bytes=40000", "ody is longer than max_bytes=40000", None
    ]


def test_empty_files(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "a.warc").touch()
    with pytest.raises(CorpusError, match="empty"):
        read_all(read.Warc(str(tmp_path)))
    (tmp_path / "b.warc").write_bytes(page("http://x/1"))
    assert len(read_all(read.Warc(str(tmp_path)))) == 1


def test_batches_stay_small(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(page(f"http://x/{i}", bytes(1 << 20)) for i in range(10)))
    reader = read.Warc(str(path))
    assert [len(batch) for batch in reader.read(Span(str(path)), reader.schema([]))] == [4, 4, 2]


@pytest.mark.parametrize(("name", "good", "bad"), [
    ("resiliparse/warcfile.warc", 16, 0), ("resiliparse/warcfile.warc.gz", 16, 0), ("resiliparse/warcfile.warc.lz4", 16, 0),
    ("resiliparse/clueweb-quirk.warc.gz", 29, 0), ("resiliparse/clipped.warc.gz", 0, 1), ("resiliparse/block-sized-records.warc.gz", 0, 0),
    ("dolma/sample-0000.warc.gz", 22, 0), ("aut/warc/example.warc.gz", 140, 0), ("aut/warc/example.pdf.warc.gz", 3, 0),
    ("warcio/bad.arc", 0, 1), ("warcio/example.arc.gz", 0, 1), ("warcio/example-trunc.warc", 0, 1),
    ("warcio/example-bad.warc.gz.bad", 2, 0), ("warcio/example-bad-non-chunked.warc.gz", 1, 0),
    ("warcio/example-wrong-chunks.warc.gz", 1, 0), ("warcio/example-resource.warc.gz", 1, 0),
    ("warcio/example-iana.org-chunked.warc", 1, 0), ("warcio/example-wget-bad-target-uri.warc.gz", 1, 0),
])
@pytest.mark.parametrize("size", [None, 40_000])
def test_real_files(shared: Path, read_all: ReadAll, name: str, good: int, bad: int, size: int | None) -> None:
    rows = read_all(read.Warc(f"{shared}/web/warc/{name}"), size)
    assert (sum(not row["error"] for row in rows), sum(bool(row["error"]) for row in rows)) == (good, bad)


def test_every_real_file_is_read_to_its_end(shared: Path, read_all: ReadAll) -> None:
    rows = read_all(read.Warc(f"{shared}/web/warc/**/*.*arc*"), 300_000)
    assert len(rows) > 250
    assert {row["id"].split("/")[-1].split(":")[0] for row in rows if row["error"]} == {
        "bad.arc", "badexample.arc.gz", "example.arc", "example.arc.gz", "example-space-in-url.arc", "clipped.warc.gz", "example-trunc.warc"
    }


def test_a_decoded_body_is_what_the_server_meant(shared: Path, read_all: ReadAll) -> None:
    for name in ("example.warc.gz", "example-bad-non-chunked.warc.gz", "example-wrong-chunks.warc.gz"):
        row = read_all(read.Warc(f"{shared}/web/warc/warcio/{name}"))[0]
        assert row["html"].startswith(b"<!doctype html>") and row["html"].rstrip().endswith(b"</html>")
