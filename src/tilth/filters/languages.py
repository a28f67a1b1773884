"""Which languages a text is in, and how much of it is in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.filters.language_models import teller
from tilth.filters.signals import add
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.language_pieces import pieces
from tilth.op import Op


@dataclass(frozen=True)
class Languages(Op):
    """Measure the languages of a text that may be in several: each sentence or line is told by itself, and its characters are counted.

    Adds `lang_1`, `lang_2` (the languages with most characters, large_string, null where there is none), `lang_1_share` and
    `lang_2_share` (of the characters told, float64), `lang_entropy` (of the shares of all languages, in bits) and `lang_told` (the share
    of characters that could be told at all). White space does not count. Text that is null or empty has nulls.

    A piece counts where the model gives its language at least the probability `sure`. A piece ends with a sentence or a line, but has
    `least` characters at least. `model` is "tilth", "lid.176", "both" or a file, as for `Language`.

    Method: the model of `Language` on each piece; how a text is cut is our own. docs/models/languages.md has figures on mixed texts.

    Raises RecipeError where the model cannot be read.

    >>> text = "The soil is made ready for the seed in spring. Der Boden wird im Frühling für die Saat bereitet."
    >>> done = Languages().apply(pa.record_batch({"text": [text]})).to_pydict()
    >>> done["lang_1"], done["lang_2"], round(done["lang_2_share"][0], 2)
    (['de'], ['en'], 0.47)
    """

    version: ClassVar[int] = 1

    model: str = "tilth"
    least: int = 20
    most: int = 400
    sure: float = 0.5

    def __post_init__(self) -> None:
        if not (0 < self.least <= self.most and 0 <= self.sure <= 1):
            raise RecipeError(
                "A text cannot be cut like that.", where=str(self), why="least is from 1 to most, and sure from 0 to 1",
                fix="filters.Languages()",
            )

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        model, (offsets, data) = teller(self.model), utf8(batch["text"])
        starts, owners, sizes = pieces(offsets, data, self.least, self.most)
        best, chances, _ = model.classify(strings(starts, data), np.zeros(0, np.int32))
        told = (best >= 0) & (chances >= self.sure)
        labels = len(model.labels)
        counts = np.bincount(owners[told] * labels + best[told], sizes[told], len(batch) * labels).reshape(len(batch), labels)
        return add(batch, _columns(counts, np.bincount(owners, sizes, len(batch)), model.labels))


def _columns(counts: np.ndarray, whole: np.ndarray, labels: tuple[str, ...]) -> dict[str, pa.Array]:
    """Return the columns for texts of `whole` characters, `counts` float64[texts, labels] of them in each language."""
    told, rows = counts.sum(1), np.arange(len(counts))
    shares = counts / np.maximum(told, 1)[:, None]
    names, found = pa.array(labels, pa.large_string()), {}
    for place in (1, 2):
        best = counts.argmax(1).astype(np.int32) if len(counts) else np.zeros(0, np.int32)
        none = counts[rows, best] == 0
        found[f"lang_{place}"] = pa.DictionaryArray.from_arrays(pa.array(best, mask=none), names).cast(pa.large_string())
        found[f"lang_{place}_share"] = pa.array(shares[rows, best], mask=told == 0)
        counts[rows, best] = 0
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    found["lang_entropy"] = pa.array(-(shares * logs).sum(1) + 0.0, mask=told == 0)
    found["lang_told"] = pa.array(told / np.maximum(whole, 1), mask=whole == 0)
    return found
