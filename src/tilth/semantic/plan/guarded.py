"""A filter by a cascade as one way to do it: a small model for every row, the reference where that may not stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.op import put
from tilth.semantic.asking.asked import Asked, Unasked
from tilth.semantic.asking.question import Question
from tilth.semantic.cascade import Cascade
from tilth.semantic.filter import Filter
from tilth.semantic.guarantees.betting import Floats
from tilth.semantic.guarantees.strata import Bools, Ints, answered
from tilth.semantic.guarantees.thresholds import precision_recall
from tilth.semantic.likelihood import Likelihood

SIZES = (500, 2000)  # rows for which a sample foretells how many the reference is asked about


@dataclass(frozen=True)
class Guarded(Asked):
    """Do `step` on all rows together by a `Cascade` from the model `small`, with `target` for precision and for recall.

    `{column}_answer` bears the tokens and dollars of both models.
    """

    step: Filter
    small: str
    target: float
    delta: float = 0.05

    @property
    def column(self) -> str:
        return self.step.column

    @property
    def question(self) -> Question:
        return self.step.question

    @property
    def rehearsal(self) -> tuple[Unasked]:
        return self.step.rehearsal

    @cached_property
    def _proxy(self) -> Likelihood:
        return Likelihood(replace(self.step, model=self.small), "_likelihood")

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = put(batch, "row", pa.array(np.arange(len(batch)), pa.uint64()))
        fold = Cascade(
            self.step, self._proxy, self._proxy.name, self.target, self.target, self.delta, pool=len(batch) + 1
        )  # fmt: skip
        [done] = fold.finish(fold.observe(rows))
        made = done.apply(rows)
        if "_likelihood" not in made.schema.names:  # no rows
            made = self._proxy.rehearsal[0].apply(made)
        told = f"{self.column}_answer"
        made = put(made, told, _both(made[told], made["_likelihood_answer"])).drop_columns(["_likelihood", "_likelihood_answer"])
        return put(made, "row", batch["row"]) if "row" in batch.schema.names else made.drop_columns(["row"])


def _both(told: pa.StructArray, before: pa.StructArray) -> pa.StructArray:
    """The answers, with what was spent before on top."""
    spent = ("prompt_tokens", "cached_tokens", "completion_tokens", "cost")
    fields = [pc.struct_field(told, field.name) for field in told.type]
    summed = [
        pc.add(values, pc.struct_field(before, field.name)) if field.name in spent else values
        for field, values in zip(told.type, fields, strict=True)
    ]
    return pa.StructArray.from_arrays(summed, fields=list(told.type))


def asked_about(scores: Floats, labels: Bools, target: float) -> tuple[float, float, int]:
    """Return (fixed, share, rounds): of many rows like these about `fixed + share * rows` are asked about by the reference, in so many
    rounds, each of which waits for the one before.

    The search is tried on rows made of the sample, with half an error more of each kind than it has: a sample of few rows may lack
    errors that there are.
    """
    worse = np.r_[scores[~labels], scores], np.r_[scores[labels], scores]
    more = np.array([np.median(side) for side in worse])
    scores, labels = np.r_[scores, scores, more], np.r_[labels, labels, True, False]
    (few, _), (many, rounds) = (_tried(scores, labels, target, size) for size in SIZES)
    share = max(0.0, (many - few) / (SIZES[1] - SIZES[0]))
    return max(0.0, few - share * SIZES[0]), share, rounds


def _tried(scores: Floats, labels: Bools, target: float, size: int) -> tuple[int, int]:
    """Of how many rows, and in how many rounds, a search over `size` rows asks the labels."""
    which = np.arange(size) % len(scores)
    rounds = 0

    def told(rows: Ints) -> Bools:
        nonlocal rounds
        rounds += 1
        return np.asarray(labels[which][rows])

    return answered(precision_recall(scores[which], target, target), told).calls, rounds
