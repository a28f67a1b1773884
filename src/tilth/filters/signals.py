"""What measuring steps share: ratios as columns, and the check that a variant is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.op import put
from tilth.rules import Filter

Limit = int | float | str | None  # a number; the name of a column that has one for each row; None leaves a rule out

Counts = np.ndarray[tuple[int], np.dtype[np.int64]]


def ratio(part: Counts, whole: Counts) -> pa.Array:
    """Return part / whole as float64, null where `whole` is zero.

    >>> ratio(np.array([1, 0]), np.array([4, 0])).to_pylist()
    [0.25, None]
    """
    return pa.array(part / np.maximum(whole, 1), mask=whole == 0)


def add(batch: pa.RecordBatch, columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """Return `batch` with these signals added, null where the text is null."""
    missing = pc.is_null(batch["text"]) if batch["text"].null_count else None
    for name, values in columns.items():
        batch = put(batch, name, values if missing is None else pc.if_else(missing, pa.scalar(None, values.type), values))
    return batch


def check_variant(step: object, variant: str, known: Iterable[str]) -> None:
    """Raise RecipeError unless `variant` is one of `known`."""
    if variant not in known:
        names = ", ".join(repr(name) for name in known)
        raise RecipeError(
            f"There is no variant {variant!r}.", where=repr(step), why=f"{type(step).__name__} knows: {names}",
            fix=f"{type(step).__name__}(variant={next(iter(known))!r})",
        )


def filters(rules: Iterable[tuple[str, Limit, str]]) -> list[Filter]:
    """Return a Filter for each (start of a rule, threshold, reason).

    >>> filters([("words >=", 50, "short"), ("words <=", None, "long"), ("score >=", "threshold", "low")])
    [Filter(rule='words >= 50', reason='short'), Filter(rule='score >= threshold', reason='low')]
    """
    return [Filter(f"{rule} {threshold}", reason) for rule, threshold, reason in rules if threshold is not None]
