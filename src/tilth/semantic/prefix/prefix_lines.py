"""The rows of a table as the tokens that a prompt shows of them, field by field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.semantic.asking.prompt import Messages, block
from tilth.semantic.prefix.prefix_gain import Split, Tokens

_NOTHING, _BETWEEN, _AFTER, _BEFORE = range(4)  # texts of a prompt that are no row's; from _BEFORE on one for each message
_FENCES = block("rows", ())
_ENCODED = (pa.types.is_integer, pa.types.is_string, pa.types.is_large_string, pa.types.is_boolean)  # equal values are equal text


@dataclass(frozen=True, eq=False)
class Lines:
    """The different rows of a table, cut into texts that every tokenizer in use parts: they begin with a space, a brace or a line's end.

    `tokens` holds the fixed texts, the last `messages` of them what stands before the rows; then the columns' names as they stand in a row
    and as they stand at its start; then the ids; then the columns' values, each column's ascending. `values[r, c]` (int64) is the text
    of row r in column c.
    """

    tokens: Tokens
    values: np.ndarray
    messages: int

    @classmethod
    def of(cls, cells: Sequence[tuple[list[str], np.ndarray]], names: Sequence[str], prompt: Messages, batch: int, split: Split) -> Lines:
        """Return the lines of rows whose column c has the value `cells[c][0][cells[c][1][r]]`, as JSON, in row r."""
        before, after = around(prompt)
        keys = [shown(name) for name in names]
        fixed = ["", "\n", after, *before, *(f" {key}:" for key in keys), *(f"{{{key}:" for key in keys)]
        fixed += [f' "id": {id}}}' for id in range(1, batch + 1)]
        tokens = Tokens.of([*fixed, *(f" {text}," for texts, _ in cells for text in texts)], split)
        order, columns, at = [np.arange(len(fixed))], [], len(fixed)
        for texts, codes in cells:
            order.append(tokens.ascending(np.arange(at, at + len(texts))))
            columns.append(at + np.argsort(order[-1])[codes])
            at += len(texts)
        return cls(tokens.take(np.concatenate(order)), np.stack(columns, 1), len(before))

    @property
    def heads(self) -> np.ndarray:
        """int64[columns]: how many tokens of its name stand before a value."""
        return self.tokens.lengths()[_BEFORE + self.messages :][: self.values.shape[1]]

    def parts(self, rows: np.ndarray, ways: np.ndarray, batch: int) -> np.ndarray:
        """Return int64[prompts, parts]: the texts that prompts of `batch` of `rows` consist of, row r's columns in the order `ways[r]`."""
        n, m, before = len(rows), self.values.shape[1], self.messages
        names, ids = _BEFORE + before, _BEFORE + before + 2 * m
        columns, place = ways[rows], np.arange(n) % batch
        parts = np.full((-(-n // batch) * batch, before + 2 * m + 2), _NOTHING)
        lead, fields, end = np.split(parts[:n], [before, before + 2 * m], axis=1)
        lead[place == 0] = _BEFORE + np.arange(before)
        lead[place > 0, -1] = _BETWEEN
        fields[:, ::2] = names + columns
        fields[:, 0] += m
        fields[:, 1::2] = np.take_along_axis(self.values[rows], columns, 1)
        end[:, 0] = ids + place
        end[place == batch - 1, 1] = _AFTER
        end[-1:, 1] = _AFTER
        return parts.reshape(-1, batch * parts.shape[1])


def shown(value: object) -> str:
    """Return a value, or a name, as the prompt's JSON shows it.

    >>> shown({"a": "<b>"})
    '{"a": "\\\\u003cb>"}'
    """
    return json.dumps(value, ensure_ascii=False, default=str).replace("<", "\\u003c")


def around(prompt: Messages) -> tuple[list[str], str]:
    """Return what a prompt says before its rows, message by message, and after them; `prompt` has an empty block of rows, or is empty."""
    *said, (_, last) = prompt or (("user", _FENCES),)
    before, found, after = last.rpartition(_FENCES)
    if not found:
        raise RecipeError(
            "There is no place for rows in this prompt.", where=f"prompt={last[-60:]!r}", why="its last message has no empty block of rows",
            fix='prompt=messages("filter", "Is it snow?", block("rows", ()))',
        )  # fmt: skip
    return [*(text for _, text in said), f"{before}<rows>\n"], f"\n</rows>{after}"


def cells(column: pa.ChunkedArray) -> tuple[list[str], np.ndarray]:
    """Return (texts, codes): the different values of a column as a prompt shows them, and which of them each row has (int64).

    >>> cells(pa.chunked_array([["a", None, "a"]]))
    (['"a"', 'null'], array([0, 1, 0]))
    """
    if any(of(column.type) for of in _ENCODED):
        encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
        encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
        values, codes = encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return [shown(value) for value in values], codes
    number: dict[str, int] = {}
    found = np.array([number.setdefault(shown(value), len(number)) for value in column.to_pylist()], np.int64)
    return list(number), found


def distinct(codes: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return (first, which), int64: the first row of every different row, ascending, and for each row the place of its equal there."""
    which = np.zeros(len(codes[0]), np.int64)
    for column in codes:
        which = np.unique(which * (column.max(initial=0) + 1) + column, return_inverse=True)[1].astype(np.int64)
    first, which = np.unique(which, return_index=True, return_inverse=True)[1:]
    return np.sort(first), np.argsort(np.argsort(first))[which]
