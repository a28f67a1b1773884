"""Rows remembered together, and what was found of them put back by address."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pytest

from tilth import evaluate
from tilth.errors import RecipeError, StepError
from tilth.semantic.gather import Gather, Placed, packed


@dataclass(frozen=True)
class Shortest(Gather):
    """Drop all rows but the shortest, which stands for them."""

    most: int = 5

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def finish(self, state: pa.Table) -> list[Placed]:
        rows = sorted(zip(map(len, state["text"].to_pylist()), state["row"].to_pylist(), strict=True))
        why = [None, *["longer"] * (len(rows) - 1)]
        of = pa.array([rows[0][1]] * len(rows), pa.uint64())
        columns = {"row": pa.array([row for _, row in rows], pa.uint64()), "length": [n for n, _ in rows]}
        return [Placed(packed(pa.table(columns | {"drop": pa.array(why, pa.large_string()), "drop_of": of})))]


def test_what_was_found_is_put_back_by_address() -> None:
    done = evaluate([Shortest()], pa.table({"text": ["ccc", "a", "bb"], "n": [1, 2, 3]}))
    assert done.table.select(["text", "n", "length"]).to_pylist() == [{"text": "a", "n": 2, "length": 1}]
    assert done.audit.select(["row", "reason", "drop_of"]).sort_by("row").to_pylist() == [
        {"row": 0, "reason": "longer", "drop_of": 1}, {"row": 2, "reason": "longer", "drop_of": 1},
    ]  # fmt: skip


def test_more_rows_than_it_may_hold_are_an_error_and_not_a_guess() -> None:
    with pytest.raises(StepError, match="More than 5 rows reached Shortest"):
        evaluate([Shortest()], pa.table({"text": list("abcdef")}))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(RecipeError, match="no column 'text'"):
        Shortest().observe(pa.record_batch({"row": pa.array([1], pa.uint64())}))
