"""Lines by spans: any cut of a file gives each line once, with the byte at which it begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.read import File, Span, streams
from tilth.read.lines import blocks, cut_bytes

LINES = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")), max_size=12)


def lines_of(path: Path, span: Span, limit: int = 1 << 20) -> list[tuple[int, bytes]]:
    found = []
    for block in blocks(span, limit):
        assert block.error is None
        at = block.start
        for line in block.data.splitlines(keepends=True) if b"\r" not in block.data else [part + b"\n" for part in block.data.split(b"\n")]:
            found.append((at, line))
            at += len(line)
    return found


@given(LINES, st.booleans(), st.integers(1, 40), st.integers(1, 16))
def test_any_cut_gives_each_line_once(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], ended: bool, size: int, chunk: int
) -> None:
    data = b"\n".join(line.replace(b"\r", b"") for line in lines) + (b"\n" if ended else b"")
    path = tmp_path_factory.mktemp("l") / "a.jsonl"
    path.write_bytes(data)
    spans = cut_bytes(File(str(path), len(data), ""), size)
    expected, at = [], 0
    for line in data.split(b"\n"):
        whole = line + b"\n" if at + len(line) < len(data) else line
        if whole:
            expected.append((at, whole))
        at += len(whole)
    before, streams.chunks.__defaults__ = streams.chunks.__defaults__, (0, chunk)
    try:
        assert [found for span in spans for found in lines_of(path, span)] == expected
        for span in spans:
            end = span.end if span.end >= 0 else len(data)
            assert [line for line in expected if span.start <= line[0] < end] == lines_of(path, span)
    finally:
        streams.chunks.__defaults__ = before


def test_short_and_compressed_files_are_one_span() -> None:
    assert cut_bytes(File("a.jsonl", 10, ""), 10) == [Span("a.jsonl")]
    assert cut_bytes(File("a.jsonl.gz", 1000, ""), 10) == [Span("a.jsonl.gz")]


@pytest.mark.parametrize("size", [None, 1 << 20, 3 << 20])
def test_a_line_beyond_the_limit_is_passed_over(tmp_path: Path, size: int | None) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"one\n" + b"x" * (5 << 20) + b"\ntwo\n")
    spans = cut_bytes(File(str(path), path.stat().st_size, ""), size) if size else [Span(str(path))]
    found = [block for span in spans for block in blocks(span, 1 << 20)]
    assert [(block.start, block.data) for block in found if not block.error] == [(0, b"one\n"), (5 + (5 << 20), b"two\n")]
    assert [(block.start, block.error) for block in found if block.error] == [(4, "the line is longer than max_bytes=1048576")]
