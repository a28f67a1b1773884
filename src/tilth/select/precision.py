"""A threshold that holds a stated precision: learned from labelled rows, with a bound and not just an average."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError, StepError
from tilth.kernels.hash import mix64
from tilth.op import Fold
from tilth.rules import Filter
from tilth.select.scores import scores

_STATE = pa.schema([("row", pa.uint64()), ("score", pa.float64()), ("right", pa.bool_())])
_CANDIDATES = 100


@dataclass(frozen=True)
class PrecisionThreshold(Fold):
    """Learn the lowest threshold of `score` above which at least `precision` of the rows are `positive` by their `label`.

    Learn it from labelled rows, `t.learn_from(labelled, select.PrecisionThreshold("quality", "label", "good"), prepare=[...])`; it
    finishes into `Filter("score >= t")`. The promise holds with probability `confidence` over the choice of the labelled rows, if they
    are drawn as the corpus is: candidate thresholds, quantiles of the scores, are tested one after the other from the strictest down,
    each by an exact binomial test, and the first that fails ends it. So no test is paid for twice. State: at most `most` rows, by
    lowest hash of their address.

    Raises RecipeError for a precision or confidence outside (0, 1), CorpusError where no row has a score and a label, StepError where
    no threshold reaches the precision: with the best that one does.

    Source: fixed-sequence testing as in Angelopoulos et al., "Learn then Test" (2021, arXiv 2110.01052), section 4.

    >>> from tilth.memory import evaluate
    >>> scores = [i / 1000 for i in range(1000)]
    >>> rows = pa.table({"text": ["x"] * 1000, "score": scores, "label": ["good" if s > 0.4 else "bad" for s in scores]})
    >>> evaluate([PrecisionThreshold("score", "label", "good", 0.95)], rows).executed[-1].rule
    'score >= 0.38'
    """

    score: str
    label: str
    positive: str
    precision: float = 0.9
    confidence: float = 0.95
    most: int = 200_000

    def __post_init__(self) -> None:
        if not (0 < self.precision < 1 and 0 < self.confidence < 1 and self.most > 0):
            raise RecipeError(
                "Precision and confidence lie between 0 and 1.", where=repr(self), fix="select.PrecisionThreshold(..., precision=0.9)"
            )

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.score, self.label)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return `row`, `score` and whether the row is positive, of rows that have both score and label."""
        if self.label not in batch.schema.names:
            raise CorpusError.no_column(self.label, batch.schema.names, repr(self), "name the columns of the score and of the label")
        seen = scores(batch, self.score, repr(self))
        right = pc.equal(batch[self.label].cast(pa.large_string()), self.positive)
        known = pc.and_(pc.is_valid(right), pc.fill_null(pc.invert(pc.is_nan(seen)), False))
        return self._bottom(pa.table([batch["row"], seen, right], schema=_STATE).filter(known))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return self._bottom(pa.concat_tables([a, b]))

    def finish(self, state: pa.Table) -> list[Filter]:
        if not len(state):
            raise CorpusError.empty(repr(self), why=f"no row has both {self.score!r} and {self.label!r}")
        values, right = state["score"].to_numpy(), state["right"].to_numpy(zero_copy_only=False)
        order = np.argsort(-values, kind="stable")
        values, hits = values[order], np.cumsum(right[order])
        ends = np.unique(np.linspace(0, len(values), _CANDIDATES + 1).astype(int)[1:])
        ends = np.unique(np.searchsorted(-values, -values[ends - 1], side="right"))  # with all that tie
        threshold, best = math.nan, 0.0
        for kept in ends.tolist():
            enough = at_least(int(hits[kept - 1]), kept, self.precision) <= 1 - self.confidence
            best = max(best, hits[kept - 1] / kept)
            if enough:
                threshold = float(values[kept - 1])
            elif not math.isnan(threshold) or at_least(kept, kept, self.precision) <= 1 - self.confidence:
                break  # enough rows for a test to pass, and it did not
        if math.isnan(threshold):
            raise StepError(
                f"No threshold of {self.score!r} is shown to have a precision of {self.precision}.", where=repr(self),
                why=f"the best of {len(values)} labelled rows is {best:.3f}, or they are too few to show it",
                fix="label more rows, ask for less precision, or train a better classifier",
            )
        return [Filter(f"{self.score} >= {threshold!r}", f"{self.score} too low for a precision of {self.precision}")]

    def _bottom(self, seen: pa.Table) -> pa.Table:
        """The rows of lowest hash, in order of address."""
        rows = seen["row"].to_numpy()
        order = np.argsort(rows)
        if len(rows) > self.most:
            with np.errstate(over="ignore"):
                order = np.sort(np.argsort(getattr(mix64, "py_func")(rows))[: self.most])  # noqa: B009 (a kernel keeps its Python)
            order = order[np.argsort(rows[order])]
        return seen.take(pa.array(order)).combine_chunks()


def at_least(hits: int, trials: int, rate: float) -> float:
    """Return the probability of `hits` or more in `trials` that each succeed at `rate`.

    >>> round(at_least(2, 3, 0.5), 12)
    0.5
    """
    counts = np.arange(hits, trials + 1)
    whole = math.lgamma(trials + 1)
    each = [whole - math.lgamma(k + 1) - math.lgamma(trials - k + 1) for k in counts.tolist()]
    logs = np.array(each) + counts * math.log(rate) + (trials - counts) * math.log1p(-rate)
    return float(min(1.0, np.exp(logs).sum()))
