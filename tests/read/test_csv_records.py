"""CSV records: Python's own reader is the judge of good ones; a bad line takes no other along."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.read import Span
from tilth.read.csv_records import records

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=8)


def of(tmp_path: Path, data: bytes, quote: str = '"', limit: int = 1 << 20) -> list[tuple[int, list[str], str | None]]:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    return [tuple(record) for record in records(Span(str(path)), ",", quote, limit)]


@given(st.lists(st.lists(CELL, min_size=2, max_size=3), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_good_records_are_as_written(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], end: str) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(table)
    data = text.getvalue().encode()
    found = of(tmp_path_factory.mktemp("c"), data)
    assert [cells for _, cells, _ in found] == table
    text = io.StringIO()
    for start, cells, error in found:
        assert error is None
        assert len(text.getvalue().encode()) == start
        csv.writer(text, lineterminator=end).writerow(cells)


def test_a_quote_never_closed_takes_one_line_along(tmp_path: Path) -> None:
    found = of(tmp_path, b'a,b\n"open,1\nc,d\ne,"f\ng"\n')
    assert [(start, cells) for start, cells, error in found if not error] == [(0, ["a", "b"]), (12, ["c", "d"]), (16, ["e", "f\ng"])]
    assert [(start, error[:8]) for start, _, error in found if error] == [(4, "not CSV:")]


def test_a_quote_in_the_wrong_place(tmp_path: Path) -> None:
    assert [(start, bool(error)) for start, _, error in of(tmp_path, b'a,b\n"c"d,e\nf,g\n')] == [(0, False), (4, True), (11, False)]


def test_without_quotes_a_line_is_a_record(tmp_path: Path) -> None:
    assert of(tmp_path, b'"a,b"\n', quote="") == [(0, ['"a', 'b"'], None)]


def test_blank_lines_are_none_and_the_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    assert of(tmp_path, b"\xef\xbb\xbfa,b\n\n\r\nc,d") == [(0, ["a", "b"], None), (10, ["c", "d"], None)]


def test_big_fields_and_records_beyond_the_limit(tmp_path: Path) -> None:
    big = b"x" * 200_000
    assert len(of(tmp_path, b'"' + big + b'\n"\n')[0][1][0]) == 200_001
    found = of(tmp_path, b'a\n"' + b"x\n" * 2000 + b'"\nb\n', limit=1000)
    assert found[1][2] == "not CSV: the record is longer than max_bytes=1000"
    assert found[-1][1] == ["b"] or found[-1][2]


def test_a_file_that_is_cut_off_ends_in_one_error(tmp_path: Path) -> None:
    rows = [f'{i},"{i * i}\n{i**5}"\n'.encode() for i in range(5000)]
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"".join(rows))[:-5000])
    found = list(records(Span(str(path)), ",", '"', 1 << 20))
    assert [record.cells for record in found[:-1]] == [[str(i), f"{i * i}\n{i**5}"] for i in range(len(found) - 1)]
    assert len(found) > 1000
    assert "near byte" in (found[-1].error or "")
    assert found[-1].start == sum(map(len, rows[: len(found) - 1]))
