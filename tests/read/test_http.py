"""HTTP responses as crawls keep them, honest and not."""

from __future__ import annotations

import gzip
import zlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.read.http import dechunk, parse

BODY = b"<html>" + bytes(range(256)) * 3


def response(body: bytes, *headers: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([status, *headers, "", ""]).encode("latin-1") + body


def deflated(body: bytes, window: int) -> bytes:
    packer = zlib.compressobj(wbits=window)
    return packer.compress(body) + packer.flush()


def chunked(body: bytes, size: int = 7) -> bytes:
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(("encoding", "body"), [
    ("gzip", gzip.compress(BODY)), ("x-gzip", gzip.compress(BODY)), ("deflate", deflated(BODY, 15)), ("deflate", deflated(BODY, -15)),
    ("zstd", pa.compress(BODY, "zstd", asbytes=True)), ("br", pa.compress(BODY, "brotli", asbytes=True)),
    ("gzip, br", pa.compress(gzip.compress(BODY), "brotli", asbytes=True)), ("identity", BODY), ("", BODY), ("utf-8", BODY),
])
def test_bodies_are_decoded(encoding: str, body: bytes) -> None:
    if "br" in encoding:
        pytest.importorskip("fastwarc", reason="Brotli is read by fastwarc")
    assert parse(response(body, f"Content-Encoding: {encoding}"), 10_000).body == BODY
    assert parse(response(chunked(body), f"content-encoding:{encoding}", "Transfer-Encoding: chunked"), 10_000).body == BODY


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_was_decoded_already_is_taken_as_it_is(encoding: str) -> None:
    if encoding == "br":
        pytest.importorskip("fastwarc", reason="Brotli is read by fastwarc")
    body = b"<!doctype html><p>not compressed at all"
    assert parse(response(body, f"Content-Encoding: {encoding}", "Transfer-Encoding: chunked"), 1000).body == body


def test_what_is_cut_off_keeps_what_came_before() -> None:
    long = b"".join(b"%d " % i for i in range(5000))
    body = parse(response(gzip.compress(long)[:-2000], "Content-Encoding: gzip"), 1 << 20).body
    assert long.startswith(body) and len(body) > 1000
    assert parse(response(chunked(BODY)[:40], "Transfer-Encoding: chunked"), 1000).body == BODY[: len(dechunk(chunked(BODY)[:40]))]


@given(st.binary(min_size=1), st.integers(1, 20))
def test_chunks_join(body: bytes, size: int) -> None:
    assert dechunk(chunked(body, size)) == body


@pytest.mark.parametrize(("raw", "expected"), [
    (b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html; charset=x\r\n\r\nno", (404, "text/html; charset=x", b"no")),
    (b"HTTP/1.0 200\nContent-type:text/html\n\nbody\n\nmore", (200, "text/html", b"body\n\nmore")),
    (b"HTTP/1.1 200 OK\r\nX: content-type: no\r\n", (200, "", b"")),
    (b"HTTP/1.1 OK\r\n\r\nx", (None, "", b"x")),
    (b"HTTP/1.1 200 OK\r\nContent-Type: a\r\nCONTENT-TYPE: b\r\n\r\n", (200, "b", b"")),
])
def test_status_and_type(raw: bytes, expected: tuple[int | None, str, bytes]) -> None:
    assert tuple(parse(raw, 100)) == expected


@pytest.mark.parametrize(("raw", "error"), [
    (b"<html>", "not an HTTP response"), (response(b"x", "Content-Encoding: rot13"), "'rot13' is unknown"),
    (response(b"x" * 101), "longer than max_bytes=100"),
    (response(gzip.compress(bytes(10 << 20)), "Content-Encoding: gzip"), "longer than"),
    (response(gzip.compress(gzip.compress(bytes(1 << 20))), "Content-Encoding: gzip, gzip"), "longer than"),
])
def test_what_is_no_page(raw: bytes, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        parse(raw, 100)
