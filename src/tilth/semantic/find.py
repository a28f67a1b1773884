"""A few rows that a model says yes to: the likeliest are asked about first, and no more than it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.op import Op
from tilth.semantic.filter import Filter
from tilth.semantic.guarantees.limit import limit as limited
from tilth.semantic.guarantees.strata import answered
from tilth.semantic.scored import scored


@dataclass(frozen=True)
class FoundRows:
    """`rows` (int64, in the order asked) are the numbers of rows with a yes; `calls` were asked about; what it all cost."""

    rows: pa.Array
    calls: int
    dollars: float | None


def find(rows: Any, step: Filter, limit: int, proxy: Op | str | None = None, *, score: str = "likelihood") -> FoundRows:
    """Return `limit` rows of a table or frame that the model of `step` says yes to, fewer where there are no more.

    `proxy` is a step that adds the column `score`, or the name of a column: rows are asked about from the highest score down, and in
    their order without it. Every row returned was asked about.

    Raises RecipeError for a limit below 1.
    """
    if limit < 1:
        raise RecipeError(f"A limit of {limit} finds nothing.", where=repr(step)[:200], why="it is at least 1", fix="limit=10")
    given = scored(rows, step, proxy, score)
    found = answered(limited(given.scores, limit), given.oracle.yes)
    return FoundRows(pa.array(found, pa.int64()), given.oracle.bought, given.dollars)
