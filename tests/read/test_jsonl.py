"""JSON Lines: every line is a row or an error, whole or cut, in a block or alone."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import read
from tilth.errors import CorpusError
from tilth.read import Span
from tilth.read.jsonl import parse

ReadAll = Callable[..., list[dict[str, Any]]]

GOOD = st.fixed_dictionaries({"text": st.none() | st.text(max_size=20)}, optional={
    "id": st.text(max_size=5), "n": st.none() | st.integers(-5, 5), "x": st.floats(allow_nan=False) | st.integers(-(2**64), 2**64),
    "more": st.lists(st.integers(0, 3)) | st.booleans() | st.text(max_size=3),
}).map(lambda row: json.dumps(row).encode())
DIRT = st.sampled_from([
    b"", b"  \t", b"\r", b"[1]", b"7", b"null", b'"a"', b"{", b'{"text": "cut', b'{"text": "\xff"}', b'{"text": "\x00"}', b"NaN",
    b'{"text": "\\u0000"}', b'{"text": "\\ud800"}', b'{"text": 5}', b'{"text": "a", "n": "b"}', b'{"text": "a"} {"text": "b"}',
    b'{"text": "a"}\r', b'{"text": "\xef\xbb\xbf"}', b'{"text": "a", "text": "b"}', b'{"text": "a", "n": 99999999999999999999}',
    b'{"text": "t", "m": {"a": ' + b"[" * 300 + b"]" * 300 + b"}}",
])


def write(path: Path, data: bytes) -> read.Jsonl:
    path.write_bytes(data)
    return read.Jsonl(str(path))


@given(st.lists(GOOD | DIRT, max_size=10), st.booleans(), st.integers(1, 90))
def test_any_cut_and_any_block_give_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, read_all: ReadAll, lines: list[bytes], ended: bool, size: int
) -> None:
    path = tmp_path_factory.mktemp("j") / "a.jsonl"
    head = b'{"text": "a", "n": 1, "x": 0.5}\n'
    reader = write(path, head + b"\n".join(lines) + (b"\n" if ended else b""))
    whole = read_all(reader)
    assert repr(read_all(reader, size)) == repr(whole)
    assert len(whole) == 1 + sum(bool(line.strip(b" \t\r\n")) for line in lines)
    schema = reader.schema(reader.files())
    at, single = 0, path.with_name("one.jsonl")
    for line in (head + b"\n".join(lines)).split(b"\n"):
        single.write_bytes(line)
        for batch in reader.read(Span(str(single)), schema):
            row = batch.to_pylist()[0]
            assert repr(row | {"id": row["id"].replace(f"{single}:0", f"{path}:{at}")}) == repr(whole.pop(0))
        at += len(line) + 1
    assert not whole


@given(st.lists(GOOD | DIRT, max_size=12))
def test_parsing_lines_together_is_parsing_each(lines: list[bytes]) -> None:
    rows, errors = parse(lines, 1000)
    for i, line in enumerate(lines):
        row, error = parse([line], 1000)
        assert repr(row) == repr([rows[i]])
        assert error.get(0) == errors.get(i)


@pytest.mark.parametrize(("line", "error"), [
    (b'{"text": "\xff\xfe"}', "not JSON: invalid UTF-8 at byte 10 of the line"),
    (b'{"text": "\\ud800"}', "not JSON: no low surrogate"),
    (b'["a"]', "the line is a JSON array, not an object"),
    (b"3", "the line is a JSON int, not an object"),
    (b'{"text": "cut', "not JSON: unexpected end"),
    (b'{"text": 3}', "field 'text' is an integer here, the text in this corpus"),
    (b'{"text": "a", "n": "b"}', "field 'n' is a string here, int64 in this corpus"),
    (b'{"text": "a", "n": 9223372036854775808}', "field 'n' is an integer beyond 64 bits here, int64"),
    (b"[" * 100_000, "not JSON: depth limit"),
    (b'{"text": "a", "deep": ' + b"[" * 500 + b"]" * 500 + b"}", "nested too deep"),
])
def test_a_bad_line_is_an_error_where_its_bytes_lie(tmp_path: Path, read_all: ReadAll, line: bytes, error: str) -> None:
    good = b'{"text": "a", "n": 1}\n' * 1000
    reader = write(tmp_path / "a.jsonl", good + line + b"\n" + good)
    first, second, third = read_all(reader)[999:1002]
    assert (first["text"], first["error"], third["text"], third["error"]) == ("a", None, "a", None)
    assert second["id"] == f"{tmp_path}/a.jsonl:{len(good)}"
    assert error in second["error"]
    assert second["text"] is second["n"] is None


@pytest.mark.parametrize(("line", "row"), [
    (b'{"text": "a\\u0000b"}', {"text": "a\0b"}),
    (b'{"text": "a", "text": "b"}', {"text": "b"}),
    (b'\xef\xbb\xbf{"text": "a"}', {"text": "a"}),
    (b'{"text": "a"}\r', {"text": "a"}),
    (b' {"text": "\\ud83d\\ude00"} ', {"text": "😀"}),
    (b'{"text": null, "id": 7}', {"text": None, "id": "7"}),
    (b'{"text": "a", "tags": ["x", {"y": 1.5}]}', {"tags": '["x",{"y":1.5}]'}),
    (b'{"text": "a", "big": 18446744073709551615}', {"big": "18446744073709551615"}),
])
def test_odd_lines_that_are_good(tmp_path: Path, read_all: ReadAll, line: bytes, row: dict[str, Any]) -> None:
    found = read_all(write(tmp_path / "a.jsonl", line + b"\n"))
    assert len(found) == 1
    assert found[0]["error"] is None
    assert {name: found[0][name] for name in row} == row


def test_fields_that_the_probe_did_not_see_are_kept(tmp_path: Path, read_all: ReadAll) -> None:
    lines = [b'{"text": "a"}'] * 1000 + [b'{"text": "b", "late": {"x": 1}, "id": "q"}']
    rows = read_all(write(tmp_path / "a.jsonl", b"\n".join(lines)))
    assert rows[-1] == {"id": "q", "source": "jsonl", "text": "b", "rest": '{"late":{"x":1}}', "error": None}
    assert rows[0]["rest"] is None


def test_columns_are_mapped_and_chosen(tmp_path: Path, read_all: ReadAll) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"body": "t", "url": "u", "lang": "en", "n": 1}\n')
    assert read_all(read.Jsonl(str(path), text="body", id="url", columns=("n",), source="mine")) == [
        {"id": "u", "source": "mine", "text": "t", "n": 1, "error": None}
    ]
    assert read_all(read.Jsonl(str(path), text=None))[0]["text"] is None


def test_a_missing_text_column_names_the_flag(tmp_path: Path) -> None:
    reader = write(tmp_path / "a.jsonl", b'{"body": "t", "url": "u"}\n')
    with pytest.raises(CorpusError, match=r"(?s)no column 'text'.*the columns are: body, url.*text=\"body\""):
        reader.schema(reader.files())


def test_a_corpus_of_which_nothing_can_be_read_says_why(tmp_path: Path) -> None:
    reader = write(tmp_path / "a.jsonl", b"<html>\n" * 5)
    with pytest.raises(CorpusError, match=r"(?s)No row can be read.*not JSON"):
        reader.schema(reader.files())


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", lambda data: pa.compress(data, "zstd", asbytes=True))])
def test_a_compressed_file_that_is_cut_off(tmp_path: Path, read_all: ReadAll, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    lines = [json.dumps({"text": f"{i} {i * i} {i**3} {i**5}"}).encode() + b"\n" for i in range(20_000)]
    path = tmp_path / f"a.jsonl{suffix}"
    packed = pack(b"".join(lines))
    path.write_bytes(packed)
    assert len(read_all(read.Jsonl(str(path)), 100)) == 20_000
    path.write_bytes(packed[: len(packed) // 2])
    rows = read_all(read.Jsonl(str(path)))
    assert len(rows) > 5000
    assert [row["text"] for row in rows[:-1]] == [json.loads(line)["text"] for line in lines[: len(rows) - 1]]
    assert [row["error"] is None for row in rows] == [True] * (len(rows) - 1) + [False]
    assert rows[-1]["id"] == f"{path}:{sum(map(len, lines[: len(rows) - 1]))}"
    assert "near byte" in rows[-1]["error"]


def test_fifty_megabytes_on_one_line(tmp_path: Path, read_all: ReadAll) -> None:
    text = "x" * (50 << 20)
    reader = write(tmp_path / "a.jsonl", b'{"text": "a"}\n{"text": "' + text.encode() + b'"}\n{"text": "b"}\n')
    assert [len(row["text"]) for row in read_all(reader, 1 << 20)] == [1, 50 << 20, 1]
    small = read.Jsonl(reader.path, max_bytes=1 << 20)
    assert [(row["text"], row["error"]) for row in read_all(small, 7 << 20)] == [
        ("a", None), (None, "the line is longer than max_bytes=1048576"), ("b", None),
    ]


def test_empty_files_have_no_rows_but_an_empty_corpus_is_an_error(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "0.jsonl").touch()
    (tmp_path / "1.jsonl.gz").write_bytes(gzip.compress(b""))
    with pytest.raises(CorpusError, match="No row"):
        read_all(read.Jsonl(str(tmp_path)))
    (tmp_path / "2.jsonl").write_bytes(b"\n\n" + b'{"text": "a"}')
    assert [row["id"] for row in read_all(read.Jsonl(str(tmp_path)))] == [f"{tmp_path}/2.jsonl:2"]
    with pytest.raises(CorpusError, match="empty"):
        read.Jsonl(f"{tmp_path}/0.jsonl").files()


def test_batches_stay_small(tmp_path: Path) -> None:
    reader = write(tmp_path / "a.jsonl", b"".join(b'{"text": "%d"}\n' % i for i in range(100_000)))
    batches = list(reader.read(Span(reader.path), reader.schema(reader.files())))
    assert max(map(len, batches)) <= 8192
    assert sum(map(len, batches)) == 100_000


def test_a_bomb_is_passed_over_in_bounded_memory(tmp_path: Path, read_all: ReadAll) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "a"}\n') + gzip.compress(bytes(100 << 20)) + gzip.compress(b'\n{"text": "b"}\n'))
    tracemalloc.start()
    try:
        rows = read_all(read.Jsonl(str(path), max_bytes=1 << 20))
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()
    assert [row["text"] for row in rows] == ["a", None, "b"]
