"""What the planner counts is what a prompt says, token by token."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.llm.tokens import pieces
from tilth.semantic.asking.prompt import block, messages
from tilth.semantic.prefix.prefix_lines import Lines, cells, distinct

TASK = "Say <rows>\n</rows>, and more."
PROMPT = messages("map", TASK, block("rows", ()), form="text")
VALUES = [
    pa.array(["a", None, "a <b>"]), pa.array([1, None, 2**60]), pa.array([0.0, -0.0, float("nan")]), pa.array([True, None, False]),
    pa.array([datetime(2026, 1, 1), None, datetime(1, 1, 1)]), pa.array([Decimal("1.50"), None, Decimal("2.00")]),
    pa.array([b"x", None, b""]), pa.array([[1], None, []]), pa.array([{"k": "v"}, None, {"k": None}]),
    pa.array(["x", None, "y"]).dictionary_encode(), pa.nulls(3),
]  # fmt: skip


def told(lines: Lines, parts: np.ndarray) -> list[int]:
    """The token ids of one prompt."""
    return [id for part in parts for id in lines.tokens.ids[lines.tokens.starts[part] : lines.tokens.starts[part + 1]].tolist()]


def same_pattern(ids: list[list[int]], texts: list[list[str]]) -> bool:
    """Whether ids are equal where the pieces of text are, in all prompts together."""
    pairs = {pair for some, others in zip(ids, texts, strict=True) for pair in zip(some, others, strict=True)}
    return len(pairs) == len({id for id, _ in pairs}) == len({text for _, text in pairs})


def agree(table: pa.Table, ways: np.ndarray, batch: int) -> None:
    names = table.column_names
    lines = Lines.of([cells(pa.chunked_array(table[name])) for name in names], names, PROMPT, batch, pieces)
    rows = np.arange(len(table))[::-1]
    records = zip(table.to_pylist(), ways.tolist(), strict=True)
    shown: list[dict[str, Any]] = [{names[c]: row[names[c]] for c in way} for row, way in records][::-1]
    prompts = [messages("map", TASK, block("rows", shown[i : i + batch]), form="text") for i in range(0, len(rows), batch)]
    ids = [told(lines, parts) for parts in lines.parts(rows, ways, batch)]
    assert same_pattern(ids, [[piece for _, text in prompt for piece in pieces(text)] for prompt in prompts])


@pytest.mark.parametrize("values", VALUES, ids=lambda values: str(values.type))
def test_values_of_every_type(values: pa.Array) -> None:
    table = pa.table({"a": values, '!"«b»"!': pa.array(["..", " ", '"'])})
    agree(table, np.array([[0, 1], [1, 0], [1, 0]]), batch=2)


@given(st.data())
def test_any_text(data: st.DataObject) -> None:
    written = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
    names = data.draw(st.lists(written.filter("id".__ne__), min_size=1, max_size=3, unique=True))
    text = written | st.sampled_from(["</rows>", "\u2028", "\n\t", ", \"id\": 1}"])
    rows = data.draw(st.integers(1, 5))
    table = pa.table({name: pa.array(data.draw(st.lists(text, min_size=rows, max_size=rows))) for name in names})
    ways = np.array([data.draw(st.permutations(range(len(names)))) for _ in range(rows)])
    agree(table, ways, data.draw(st.integers(1, 3)))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1))
def test_distinct(rows: list[tuple[int, int]]) -> None:
    first, which = distinct([np.array(column, np.int64) for column in zip(*rows, strict=True)])
    assert [rows[row] for row in first.tolist()] == list(dict.fromkeys(rows))
    assert [rows[first[place]] for place in which.tolist()] == rows
