"""A table with a cheap score for every row, and a dear model to ask about rows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.op import Op, put
from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.rows import as_table
from tilth.semantic.cascade import filled, scores_in
from tilth.semantic.guarantees.betting import Floats
from tilth.semantic.oracle import Oracle


@dataclass(frozen=True, eq=False)
class Scored:
    """Whom to ask, and float64[rows] scores of the rows; `worth` is what the scores cost in dollars, None where a price is unknown."""

    oracle: Oracle
    scores: Floats
    worth: float | None = 0.0

    @property
    def dollars(self) -> float | None:
        """What the scores and all answers so far cost when they were bought."""
        costs = [self.worth, *(answer.cost for answer in self.oracle.said.values())]
        return None if None in costs else sum(cost for cost in costs if cost is not None)


def scored(rows: Any, step: Asked, proxy: Op | str | None, score: str = "likelihood") -> Scored:
    """Return a table or frame with the scores that `proxy` gives its rows: a step that adds the column `score`, or the name of a column.

    Without a proxy all scores are 0; a row that it gives none stands in the middle. Rows are known by their number.
    """
    table = as_table(rows).combine_chunks()
    held = table.to_batches()[0] if len(table) else pa.RecordBatch.from_pylist([], table.schema)
    batch = put(held, "row", pa.array(np.arange(len(table)), pa.uint64()))
    oracle = Oracle(step, batch)
    if proxy is None:
        return Scored(oracle, np.zeros(len(batch)))
    if isinstance(proxy, str):
        return Scored(oracle, filled(scores_in(batch, proxy, "the table")))
    made = proxy.apply(batch)
    return Scored(oracle, filled(scores_in(made, score, proxy)), _worth(made, score))


def _worth(made: pa.RecordBatch, score: str) -> float | None:
    """What a column's answers cost, nothing where they are no model's."""
    if f"{score}_answer" not in made.schema.names:
        return 0.0
    costs = pc.struct_field(made[f"{score}_answer"], "cost")
    return None if costs.null_count else float(pc.sum(costs).as_py() or 0.0)
