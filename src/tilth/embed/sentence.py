"""Embed texts with a sentence-embedding model that an installed library loads."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.embed.vectors import COLUMN, column
from tilth.errors import MissingExtra, RecipeError
from tilth.op import Op, put


@dataclass(frozen=True)
class SentenceEmbedding(Op):
    """Add the column `name`: the vector of each text by `model`, fixed_size_list<float32>, of length one; null where there is none.

    `model` is a folder, or a name that the library knows, and may fetch, under its own licence; a run knows a model by that name, so
    give a changed one another. `library` is "model2vec" (static embeddings, distilled from a sentence transformer: a vector a token,
    averaged; NumPy alone, tens of thousands of texts a second a core) or "sentence-transformers" (the transformer itself, with PyTorch,
    a thousand times the work). A text that is null, blank, or of no token that the model knows has no vector. `chars` bounds how much of
    a text is read; models read a few hundred tokens anyway.

    A transformer rounds otherwise when other texts are in its batch: with `batch` 1 the same text has the same bits in every run; more
    is several times as fast on an accelerator, and then runs may differ in the last digits.

    Source: Reimers and Gurevych, Sentence-BERT, EMNLP 2019; Tulkens and van Dongen, Model2Vec, 2024.

    Raises RecipeError on what cannot be or a model that does not load, MissingExtra where the library is not installed.

    >>> SentenceEmbedding("models/potion-base-8M").reads
    ('text',)
    """

    model: str
    library: str = "model2vec"
    batch: int = 1
    chars: int = 10_000
    name: str = COLUMN

    def __post_init__(self) -> None:
        if self.library not in _LOADERS or not self.model or not self.name or min(self.batch, self.chars) < 1:
            raise RecipeError(
                "There is no such embedding.", where=repr(self), why=f"libraries are {', '.join(_LOADERS)}; batch and chars are at least 1",
                fix='embed.SentenceEmbedding("minishlab/potion-base-8M")',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        dim, encode = _load(self.library, self.model)
        texts = pc.utf8_slice_codeunits(batch["text"], 0, self.chars)
        some = np.asarray(pc.fill_null(pc.invert(pc.or_(pc.utf8_is_space(texts), pc.equal(texts, ""))), False))
        vectors = np.zeros((len(batch), dim), np.float32)
        if some.any():
            vectors[some] = encode(texts.filter(pa.array(some)).to_pylist(), self.batch)
        length = np.sqrt((vectors.astype(np.float64) ** 2).sum(axis=1))
        good = np.isfinite(length) & (length > 0)
        return put(batch, self.name, column(vectors / np.where(good, length, 1)[:, None], good))


Encode = Callable[[list[str], int], np.ndarray]


@functools.cache
def _load(library: str, model: str) -> tuple[int, Encode]:
    """Return how many numbers a vector has, and the function from texts and batch size to float32[n, dim]."""
    try:
        return _LOADERS[library](model)
    except ImportError:
        raise MissingExtra.of(library, "embed" if library == "model2vec" else "sentence", "embed.SentenceEmbedding") from None
    except Exception as problem:  # each library fails in its own ways on a folder that is no model
        why, fix = f"{type(problem).__name__}: {problem}", "give the folder of a model of this library, or a name that it can fetch"
        raise RecipeError("The model does not load.", where=f"{library}: {model}", why=why, fix=fix) from None


def _model2vec(model: str) -> tuple[int, Encode]:
    from model2vec import StaticModel

    loaded = StaticModel.from_pretrained(model, force_download=False)

    def encode(texts: list[str], batch: int) -> np.ndarray:
        return np.asarray(loaded.encode(texts, use_multiprocessing=False), np.float32)

    return loaded.dim, encode


def _sentence_transformers(model: str) -> tuple[int, Encode]:
    from sentence_transformers import SentenceTransformer

    loaded: Any = SentenceTransformer(model)

    def encode(texts: list[str], batch: int) -> np.ndarray:
        return np.asarray(loaded.encode(texts, batch_size=batch, show_progress_bar=False), np.float32)

    return encode(["a"], 1).shape[1], encode


_LOADERS: dict[str, Callable[[str], tuple[int, Encode]]] = {"model2vec": _model2vec, "sentence-transformers": _sentence_transformers}
