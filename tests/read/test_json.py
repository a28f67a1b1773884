"""JSON arrays: every element a row, damage where it is, whatever the size of the chunks."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth import read
from tilth.errors import CorpusError
from tilth.read.json_elements import Run, elements, runs

ReadAll = Callable[..., list[dict[str, Any]]]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda each: st.lists(each) | st.dictionaries(st.text(max_size=3), each),
)


def found(data: bytes, size: int = 1, key: str | None = None, limit: int = 1 << 20) -> list[tuple[int, bytes, str | None]]:
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return [(place, data.strip(), error) for part in elements(parts, key, limit) for place, data, error in part]


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=6), st.integers(1, 9), st.booleans(), st.booleans())
def test_elements_are_those_of_the_array_wherever_chunks_end(values: list[Any], size: int, pretty: bool, under_a_key: bool) -> None:
    whole: Any = {"a]": {"[": [1]}, "data": values, "z": "[,]"} if under_a_key else values
    data = orjson.dumps(whole, option=orjson.OPT_INDENT_2 if pretty else 0)
    got = found(data, size, "data" if under_a_key else None)
    assert [orjson.loads(element) for _, element, _ in got] == values
    assert all(data[place:].startswith(element) and error is None for place, element, error in got)


@pytest.mark.parametrize(("data", "key", "why"), [
    (b'[{"a": 1}, {"b": ', None, (11, "the file ends before its array does, in the middle of an element")),
    (b'[{"a": 1},', None, (10, "the file ends before its array does")),
    (b'[{"a": 1}', None, (1, "the file ends before its array does, in the middle of an element")),
    (b'{"d": [{"a": 1}]', None, (16, "the file ends before its array does")),
    (b'[{"a": 1}] {"a": 2}', None, (11, "more follows after the end of the array or object; JSON Lines are for read.Jsonl")),
    (b'{"a": 1}\n{"a": 2}', None, (9, "more follows after the end of the array or object; JSON Lines are for read.Jsonl")),
    (b'{"a": [1], "b": {"c": [{}]}}', None, (0, "the object has no array of objects")),
    (b'{"a": [{}]}', "b", (0, "the object has no array under 'b'")),
    (b"%PDF-1.4", None, (0, "not JSON, or neither an array nor an object with one")),
    (b'[{"a": 1},,{"a": 2}]', None, (10, "there is no element between two commas")),
])
def test_what_is_wrong_is_told_once(data: bytes, key: str | None, why: tuple[int, str]) -> None:
    for size in (1, 3, 1000):
        assert [(place, error) for place, _, error in found(data, size, key) if error] == [why]


def test_the_array_of_objects_is_found_and_a_second_one_is_told() -> None:
    data = b'{"languages": ["en"], "train": [{"a": 1}], "test": [{"a": 2}]}'
    for size in (1, 7, 1000):
        (first, second) = found(data, size)
        assert first[1] == b'{"a": 1}'
        assert "another under 'test', which is not read" in str(second[2])
        assert [element[1] for element in found(data, size, "test")] == [b'{"a": 2}']


def test_a_bad_element_costs_itself_alone(tmp_path: Path, read_all: ReadAll) -> None:
    bad = [b"7", b'{"text": \xff"x"}', b'{"text": "raw\nline"}', b'{"text": NaN}', b"{" * 3 + b"}" * 3, b'{"text": "' + b"x" * 200 + b'"}']
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf [" + b",\n".join([b'{"text": "first"}', *bad, b'{"text": "last", "n": 1}']) + b",]\n")
    rows = read_all(read.Json(str(tmp_path / "a.json"), max_bytes=100))
    assert [row["text"] for row in rows] == ["first", *[None] * 6, "last"]
    errors = [str(row["error"]) for row in rows[1:-1]]
    assert errors[0] == "the element is a JSON int, not an object"
    assert "invalid UTF-8 at byte 9 of the element" in errors[1]
    assert errors[5].startswith("the element is longer")


def test_a_broken_stream_keeps_the_rows_before_the_break(tmp_path: Path, read_all: ReadAll) -> None:
    rows = [{"text": f"row {i} " + str(hash(str(i)))} for i in range(20_000)]
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(orjson.dumps(rows))[:-4000])
    got = read_all(read.Json(str(tmp_path)))
    assert [row["text"] for row in got[:-1]] == [row["text"] for row in rows[: len(got) - 1]]
    assert len(got) > 1000
    assert "in the middle of an element" in got[-1]["error"]


@given(
    st.lists(st.sampled_from(['{"a":1}', '{"b": ", ["}', "3", "", "{", "[1]", '"\\ud800"', " " * 70, '{"long": "' + "x" * 9 + '"}'])),
    st.sampled_from([100, 200]),
)
def test_elements_parsed_together_are_those_parsed_one_by_one(parts: list[str], limit: int) -> None:
    data = f"[{', '.join(parts)}]".encode()
    for pieces in runs([data], None, limit):
        for piece in pieces:
            if isinstance(piece, Run) and (rows := piece.parsed()):
                assert rows == [orjson.loads(element.data) for element in piece.elements()]
                assert [data[place : place + 1] for place in piece.places] == [b"{"] * len(rows)
    assert found(data, len(data), limit=limit) == found(data, 1, limit=limit)


def test_memory_is_that_of_some_elements(tmp_path: Path) -> None:
    import tracemalloc

    def chunks() -> Any:
        yield b"["
        for i in range(3000):
            yield orjson.dumps({"text": "x" * 10_000, "n": i}) + b","
        yield b"{}]"

    next(iter(elements([b"[]"], None, 10)))  # compiled before it is measured
    tracemalloc.start()
    assert sum(map(len, elements(chunks(), None, 1 << 20))) == 3001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_no_rows_say_where_to_go(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('"just words"')
    with pytest.raises(CorpusError, match=r"read\.Jsonl"):
        reader = read.Json(str(tmp_path))
        reader.schema(reader.files())


def test_real_instruction_sets(tmp_path: Path, shared: Path, read_all: ReadAll) -> None:
    with tarfile.open(shared / "instruct" / "gpteacher.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    for path in sorted(tmp_path.rglob("*.json")):
        rows = read_all(read.Json(str(path), text="instruction"))
        assert [row["text"] for row in rows] == [each["instruction"] for each in orjson.loads(path.read_bytes())]
        assert not any(row["error"] for row in rows)
