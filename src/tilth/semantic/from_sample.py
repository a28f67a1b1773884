"""Steps that learn from a uniform sample of the rows: where a cheap proxy may stand for a dear model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.embed.sample import bottom, population, ranks
from tilth.errors import RecipeError
from tilth.op import Fold, Op
from tilth.semantic.asking.asked import Asked


class FromSample(Fold):
    """Abstract: a Fold whose state are the `pool` rows of lowest hash, for a `step` that asks a model and a cheap `proxy` of it.

    Without a `proxy` a classifier is to be trained, which reads `text`.
    """

    step: Asked
    proxy: Op | None
    pool: int

    @property
    def rehearsal(self) -> Sequence[Any]:
        return (*(self.proxy.rehearsal if self.proxy else ()), *self.step.rehearsal)

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("row", *self.step.reads, *((self.proxy.reads or ()) if self.proxy else ("text",)))))

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows."""
        return bottom(pa.Table.from_batches([batch.select(list(self.reads))]), self.pool)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return bottom(pa.concat_tables([a, b]), self.pool)

    def drawn(self, state: pa.Table) -> tuple[pa.RecordBatch | None, int]:
        """Return the sample in random order, and of about how many rows it is one; they are all the rows where there are fewer than `pool`.

        The order of a bottom-k sample by its hashes is that of draws without replacement.
        """
        order = np.argsort(ranks(state["row"].to_numpy()), kind="stable")
        rows = state.take(pa.array(order)).combine_chunks().to_batches()
        return (rows[0] if rows else None), population(state, self.pool)


def read_by(step: Asked, proxy: Op | None) -> tuple[str, ...]:
    """Return the columns that a model's step and its proxy read, each once."""
    return tuple(dict.fromkeys((*step.reads, *((proxy.reads or ()) if proxy else ()))))


def targets_kept(where: str, counts: tuple[int, ...], **targets: float) -> None:
    """Raise RecipeError for targets that no cascade can keep: shares outside (0, 1), counts below 1."""
    bad = next((name for name, value in targets.items() if not 0 < value < 1), "")
    if bad or min(counts) < 1:
        raise RecipeError(
            "A cascade cannot keep such targets.", where=where[:100],
            why=f"{bad} is {targets[bad]}; it lies between 0 and 1" if bad else "pool and labels are at least 1",
            fix=f"{bad or 'labels'}={0.9 if bad else 2000}",
        )  # fmt: skip
