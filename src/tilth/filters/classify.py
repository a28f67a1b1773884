"""Scores by a model of fastText's kind: one learned here, one that ships with Tilth, or anyone's file."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.filters.fasttext import Classifier, read
from tilth.op import Op, put

SHIPPED = ("quality-1", "toxicity-1")


@dataclass(frozen=True)
class Classify(Op):
    """Measure with a classifier: the probability of the label `positive` as the column `name`, or the best label of all.

    With `positive`, one column: `name` (float64). Without, `name` (the best label, large_string), `name`_score (its probability), and
    `name`_<label> for each of `scores` (float64). Text that is null or has no words has nulls. To decide is left to `Filter`.

    `model` is the bytes of a .bin or .ftz file, as `LearnClassifier` leaves them; or the path of such a file; or the name of a model that
    ships with Tilth: "quality-1", "toxicity-1". A run knows a file by its path: give a changed one a new name. Newlines are read as
    spaces. `lower`: the model was trained on lower-case text, and is to see such. `note` is what its training had to say.

    Numbers are those of fastText's own program, to the last bit; it rounds, so that a sure 1 may read 1.00001.

    Method: Joulin, Grave, Bojanowski, Mikolov, "Bag of Tricks for Efficient Text Classification" (2016, arXiv 1607.01759).

    Raises RecipeError where the model cannot be read or does not know `positive` or one of `scores`.

    >>> batch = pa.record_batch({"text": ["What a lovely garden.", "Shut up, you stupid idiot!", ""]})
    >>> [chance and chance > 0.5 for chance in Classify("toxicity-1", "toxicity", "toxic").apply(batch)["toxicity"].to_pylist()]
    [False, True, None]
    """

    version: ClassVar[int] = 1

    model: bytes | str
    name: str = "class"
    positive: str = ""
    scores: tuple[str, ...] = ()
    lower: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise RecipeError(f"{self.name!r} cannot be a column.", where="filters.Classify(name=...)", fix="name='quality'")
        if self.positive and self.scores:
            raise RecipeError(
                "`positive` and `scores` do not go together.", where="filters.Classify",
                why="with `positive` there is one column, its probability", fix=f"scores={(self.positive, *self.scores)!r} alone",
            )

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        model = loaded(self.model)
        wanted = (self.positive,) if self.positive else self.scores
        texts = pc.utf8_lower(batch["text"]) if self.lower else batch["text"]
        best, chances, others = model.classify(texts, model.numbers(wanted, f"filters.Classify(name={self.name!r})"))
        silent = np.asarray(pc.fill_null(pc.or_(pc.utf8_is_space(texts), pc.equal(texts, "")), True)) | (best < 0)
        if self.positive:
            return put(batch, self.name, _column(others[:, 0], silent))
        names = pa.DictionaryArray.from_arrays(pa.array(best, mask=silent), pa.array(model.labels, pa.large_string()))
        batch = put(batch, self.name, names.cast(pa.large_string()))
        batch = put(batch, f"{self.name}_score", _column(chances, silent))
        for i, label in enumerate(wanted):
            batch = put(batch, f"{self.name}_{label}", _column(others[:, i], silent))
        return batch


def _column(chances: np.ndarray, silent: np.ndarray) -> pa.Array:
    return pa.array(chances.astype(np.float64), mask=silent)


@functools.lru_cache(maxsize=16)
def loaded(model: bytes | str) -> Classifier:
    """Return the model of these bytes, of this file, or of this name among those that ship with Tilth."""
    if model in SHIPPED or model == "languages-1":
        return read(resources.files("tilth.models").joinpath(f"{model}.ftz").read_bytes())
    return read(model)
