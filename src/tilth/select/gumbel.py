"""A draw without replacement in which better scores have better chances: Gumbel noise, and the highest win."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.embed.sample import bottom
from tilth.errors import CorpusError, RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.hash import xxh64_each
from tilth.op import Fold, Op, put
from tilth.select.scores import scores
from tilth.select.top_share import TopShare

_STATE = pa.schema([("row", pa.uint64()), ("score", pa.float64())])
_SAMPLE = 10_000  # scores from which their mean and spread are taken


def gumbel(score: str, share: float = 0.1, temperature: float = 1.0, *, by: str = "rows", seed: int = 0) -> list[Any]:
    """Return the steps that draw `share` of the rows, or bytes of text, with chances that grow with exp(score); see `GumbelDraw`.

    >>> gumbel("dsir_weight", 0.2)[1].column
    'dsir_weight_luck'
    """
    return [GumbelDraw(score, temperature, seed), TopShare(f"{score}_luck", share, by)]


@dataclass(frozen=True)
class GumbelDraw(Fold):
    """Learn the mean and the standard deviation of `score`, and become the `GumbelLuck` step that adds noise to it.

    The score counts in standard deviations over `temperature`: at 0.1 the draw is nearly the best by score, at 1 a document one
    deviation better is drawn e times as often, at 10 it is nearly random. A log importance as it is differs by hundreds where the
    noise differs by one or two, and then a draw is no draw (docs/mixing.md). The state is a sample of 10,000 rows by hash of address.

    Raises RecipeError where temperature is not above 0, CorpusError where no row has a score.

    Source: Gumbel top-k, Kool et al. 2019, "Stochastic Beams and Where to Find Them"; z-scores over a temperature, Wettig et al. 2024
    (QuRating, arXiv 2402.09739).
    """

    score: str
    temperature: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise RecipeError("A temperature is above 0.", where=repr(self), fix="temperature=1; select.TopShare takes the best")

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.score,)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        seen = scores(batch, self.score, repr(self))
        return bottom(pa.table([batch["row"], seen], schema=_STATE).filter(pc.fill_null(pc.is_finite(seen), False)), _SAMPLE)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return bottom(pa.concat_tables([a, b]), _SAMPLE)

    def finish(self, state: pa.Table) -> list[GumbelLuck]:
        if not len(state):
            raise CorpusError.empty(repr(self), why=f"no row has a value in {self.score!r}")
        values = state["score"].to_numpy()
        return [GumbelLuck(self.score, float(values.mean()), float(values.std() or 1.0) * self.temperature, self.seed)]


@dataclass(frozen=True)
class GumbelLuck(Op):
    """Measure `{score}_luck` (float64): (score - centre) / scale plus standard Gumbel noise from a hash of `id` and `seed`.

    The k rows of most luck are a draw of k without replacement with chances in proportion to exp((score - centre) / scale). A null or
    infinite score has no luck.

    >>> GumbelLuck("s").apply(pa.record_batch({"id": ["a", "b"], "s": [100.0, None]}))["s_luck"].to_pylist()[1]
    """

    score: str
    centre: float = 0.0
    scale: float = 1.0
    seed: int = 0

    @property
    def reads(self) -> tuple[str, ...]:
        return ("id", self.score)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        seen = scores(batch, self.score, repr(self))
        hashes = xxh64_each(*utf8(batch["id"]), np.uint64(self.seed))
        chance = ((hashes >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53  # in (0, 1), both ends left out
        luck = (seen.fill_null(0.0).to_numpy() - self.centre) / self.scale - np.log(-np.log(chance))
        known = np.asarray(pc.fill_null(pc.is_finite(seen), False))
        return put(batch, f"{self.score}_luck", pa.array(np.where(known, luck, 0.0), mask=~known))
