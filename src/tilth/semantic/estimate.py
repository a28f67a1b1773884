"""COUNT, SUM and AVG over what a model would say, from few of its answers: an estimate, and bounds that hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from tilth.errors import RecipeError
from tilth.op import Op
from tilth.semantic.asking.question import require
from tilth.semantic.filter import Filter
from tilth.semantic.guarantees import bounds
from tilth.semantic.guarantees.betting import Floats
from tilth.semantic.guarantees.bounds import Bound
from tilth.semantic.guarantees.strata import Inquiry, Ints, answered
from tilth.semantic.score import Score
from tilth.semantic.scored import Scored, scored


@dataclass(frozen=True)
class Estimate:
    """A figure that lies from `low` to `high` with the probability asked for; `calls` of the `rows` were asked about.

    `dollars` is what the answers and the proxy's scores cost when they were bought, None where a price is unknown.
    """

    estimate: float
    low: float
    high: float
    calls: int
    rows: int
    dollars: float | None


def count(
    rows: Any, step: Filter, proxy: Op | str | None = None, *, within: float = 0.0, calls: int | None = None, score: str = "likelihood",
    delta: float = 0.05,
) -> Estimate:  # fmt: skip
    """Return how many rows of a table or frame the model of `step` says yes to.

    Rows are asked about at random until the bounds are at most 2 * `within` apart, or `calls` rows are asked about. `proxy` is a step that
    adds the column `score`, higher where a yes is likelier, or the name of a column that is there: the better it is, the sooner the bounds
    are tight; they hold, with probability 1 - `delta`, however bad it is. They are about what the model says, its own errors included. A
    row that it does not answer is no yes.

    Raises RecipeError where neither `within` nor `calls` says when to stop.

    Source: bounds.py.
    """
    _stops(within, calls)
    given = scored(rows, step, proxy, score)
    return _found(given, bounds.count(given.scores, within, delta, calls=calls), given.oracle.yes)


def total(
    rows: Any, step: Filter | Score, proxy: Op | str | None = None, *, of: str = "", within: float = 0.0, calls: int | None = None,
    score: str = "likelihood", delta: float = 0.05,
) -> Estimate:  # fmt: skip
    """Return the sum of the column `of` over the rows that the model says yes to; for a `Score`, the sum of its grades.

    Nulls, and rows that it does not answer, add nothing. The proxy of a `Score` guesses at the grade. More: see `count`.
    """
    _stops(within, calls)
    given = scored(rows, step, proxy, score)
    figures = _figures(given, step, of)
    guesses = given.scores if isinstance(step, Score) else np.nan_to_num(figures.column) * (given.scores if proxy else 1.0)
    return _found(given, bounds.total(guesses, figures.low, figures.high, within, delta, calls=calls), figures.labels)


def mean(
    rows: Any, step: Filter | Score, proxy: Op | str | None = None, *, of: str = "", within: float = 0.0, calls: int | None = None,
    score: str = "likelihood", delta: float = 0.05,
) -> Estimate:  # fmt: skip
    """Return the mean of the column `of` over the rows that the model says yes to; for a `Score`, the mean of its grades.

    Nulls, and rows that it does not answer, are left out; it is NaN where no row is left. The proxy says which rows likely count, so that
    these are asked about more; a `Score` needs none. More: see `count`.
    """
    _stops(within, calls)
    given = scored(rows, step, proxy, score)
    figures = _figures(given, step, of)
    return _found(given, bounds.average(given.scores, figures.low, figures.high, within, delta, calls=calls), figures.labels)


@dataclass(frozen=True, eq=False)
class _Figures:
    """What a row adds where it counts (float64[rows], NaN for nothing), from `low` to `high`; and the labels that say so."""

    column: Floats
    low: float
    high: float
    labels: Callable[[Ints], ArrayLike]


def _figures(given: Scored, step: Filter | Score, of: str) -> _Figures:
    oracle = given.oracle
    if isinstance(step, Score):
        return _Figures(given.scores, step.low, step.high, lambda wanted: np.array(oracle.values(wanted), np.float64))
    if not of:
        raise RecipeError("Nothing is to be summed.", where=repr(step)[:200], why="a filter gives no figure", fix='of="price"')
    require(oracle.rows, (of,), repr(step)[:200])
    column = np.array(oracle.rows[of].cast(pa.float64()).to_numpy(zero_copy_only=False))
    known = column[np.isfinite(column)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    column[~np.isfinite(column)] = np.nan
    return _Figures(column, low, high, lambda wanted: np.where(oracle.yes(wanted), column[wanted], np.nan))


def _stops(within: float, calls: int | None) -> None:
    if within <= 0 and calls is None:
        raise RecipeError(
            "This would ask about every row.", where="semantic.count, total, mean", why="nothing says how tight the bounds shall be",
            fix="within=50, or calls=500",
        )  # fmt: skip


def _found(given: Scored, search: Inquiry[Bound], labels: Callable[[Ints], ArrayLike]) -> Estimate:
    found = answered(search, labels)
    return Estimate(found.estimate, found.lower, found.upper, found.calls, len(given.scores), given.dollars)
