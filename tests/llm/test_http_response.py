"""A response is the same however its bytes are cut, and what is none is told."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.llm.http_response import HEAD, Reading, Response

BODIES = st.binary(max_size=300)


def chunked(body: bytes, sizes: list[int]) -> bytes:
    told, at = b"", 0
    for size in sizes:
        part = body[at : at + size]
        told, at = told + (b"%X;name=value\r\n%b\r\n" % (len(part), part) if part else b""), at + size
    rest = body[at:]
    return told + (b"%x\r\n%b\r\n" % (len(rest), rest) if rest else b"") + b"0\r\nTrailer: x\r\n\r\n"


@st.composite
def responses(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A response with its body, in any of the forms that bound it."""
    body = draw(BODIES)
    zipped = draw(st.booleans())
    sent = gzip.compress(body) if zipped else body
    coding = b"Content-Encoding: gzip\r\n" if zipped else b""
    early = draw(st.sampled_from([b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"]))
    if draw(st.booleans()):
        sizes = draw(st.lists(st.integers(1, 50), max_size=6))
        return early + b"HTTP/1.1 200 OK\r\n%bTRANSFER-ENCODING: Chunked\r\n\r\n" % coding + chunked(sent, sizes), body
    return early + b"HTTP/1.1 200 OK\r\n%bcontent-length:%d\r\n\r\n" % (coding, len(sent)) + sent, body


@given(responses(), st.lists(st.integers(1, 40), max_size=30))
def test_a_response_is_the_same_however_it_is_cut(told: tuple[bytes, bytes], cuts: list[int]) -> None:
    (sent, body), reading, at = told, Reading(), 0
    for cut in [*cuts, len(sent)]:
        piece, at = sent[at : at + cut], at + cut
        found = reading.feed(piece)
        assert (found is None) == (at < len(sent))
        if found:
            assert (found.status, found.body, reading.keep) == (200, body, True)
            return


@given(responses())
def test_a_response_that_was_cut_off_is_none(told: tuple[bytes, bytes]) -> None:
    reading = Reading()
    assert reading.feed(told[0][:-1]) is None and reading.end() is None


def test_without_a_length_the_connection_ends_it() -> None:
    reading = Reading()
    assert reading.feed(b"HTTP/1.1 200 OK\r\n\r\nsn") is None and reading.feed(b"ow") is None
    assert reading.end() == Response(200, {}, b"snow") and not reading.keep


def test_some_have_no_body() -> None:
    for status in (204, 304):
        assert Reading().feed(b"HTTP/1.1 %d\r\nContent-Length: 9\r\n\r\n" % status) is not None


@pytest.mark.parametrize("head, keep", [
    (b"HTTP/1.1 200 OK\r\n", True), (b"HTTP/1.0 200 OK\r\n", False), (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", True),
    (b"HTTP/1.1 200 OK\r\nConnection: Close\r\n", False), (b"HTTP/1.1 200 OK\r\nConnection: a\r\nConnection: close\r\n", False),
])  # fmt: skip
def test_whether_a_connection_is_kept(head: bytes, keep: bool) -> None:
    reading = Reading()
    assert reading.feed(head + b"Content-Length: 0\r\n\r\n") and reading.keep is keep


def test_what_comes_beyond_a_response_is_never_the_next_one() -> None:
    reading = Reading()
    found = reading.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n")
    assert found and found.body == b"ok" and not reading.keep


HEADS = (
    b"no header", b" folded: x", b"Content-Length: -1", b"Content-Length: 1_0", b"Content-Length: 1\r\nContent-Length: 2",
    b"Transfer-Encoding: gzip", b"X: " + b"x" * HEAD,
)  # fmt: skip
CHUNKS = (b"xyz\r\n", b"1\r\nlong\r\n", b"1;" + b"x" * (HEAD + 1))


@pytest.mark.parametrize("sent", [
    b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 2x0 OK\r\n\r\n", b"HTTP/1.1 2000\r\n\r\n",
    *(b"HTTP/1.1 200 OK\r\n%b\r\n\r\n" % head for head in HEADS),
    *(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk for chunk in CHUNKS),
    *(b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\nContent-Length: 1\r\n\r\nx" % coding for coding in (b"br", b"gzip")),
])  # fmt: skip
def test_what_is_no_response_is_told(sent: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Reading().feed(sent)
