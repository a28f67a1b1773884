"""A draw that favours the better: low scores keep a small chance, so that a classifier's taste does not become the corpus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.hash import xxh64_each
from tilth.op import Op, put
from tilth.rules import Filter
from tilth.select.scores import scores


def pareto(score: str, alpha: float = 9.0, *, seed: int = 0) -> list[Op]:
    """Return the steps that keep a document where a Pareto draw exceeds 1 - score; see `ParetoLuck`. GPT-3 took 9, NeMo Curator takes 3.

    >>> pareto("quality")[-1]
    Filter(rule='quality_luck > 0', reason='not drawn by quality')
    """
    return [ParetoLuck(score, alpha, seed), Filter(f"{score}_luck > 0", f"not drawn by {score}")]


@dataclass(frozen=True)
class ParetoLuck(Op):
    """Measure `{score}_luck` (float64): the score less 1, plus a draw from the Pareto distribution of Lomax with this `alpha`.

    A document stays where that is above 0, as a rule after it says: with probability (2 - score) ** -alpha, so a score of 1 always,
    one of 0.5 at 2.6 % for alpha 9. The draw is a hash of the document's `id` and `seed`: the same on every machine, for any sharding,
    and when the corpus grows. A null score has no luck.

    Raises RecipeError where alpha is not above 0.

    Source: Brown et al., "Language models are few-shot learners" (2020), appendix A: `np.random.pareto(9) > 1 - score`.

    >>> rows = pa.record_batch({"id": ["a", "b", "c"], "quality": [1.0, 0.1, None]})
    >>> [value and value > 0 for value in ParetoLuck("quality").apply(rows)["quality_luck"].to_pylist()]
    [True, False, None]
    """

    score: str
    alpha: float = 9.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.alpha > 0:
            raise RecipeError("A Pareto distribution has an alpha above 0.", where=repr(self), fix="select.pareto('quality', alpha=9)")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("id", self.score)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        given = scores(batch, self.score, repr(self))
        hashes = xxh64_each(*utf8(batch["id"]), np.uint64(self.seed))
        chance = ((hashes >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53  # in (0, 1), both ends left out
        draw = pa.array(chance ** (-1.0 / self.alpha) - 1.0)
        return put(batch, f"{self.score}_luck", pc.add(pc.subtract(given, 1.0), draw))
