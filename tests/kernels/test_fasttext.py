"""The classifier against the library `fasttext` itself: models of every kind, written here at random, and the packaged one on real texts."""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
import random
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fasttext
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.filters.fasttext import Classifier, read
from tilth.kernels.arrow import utf8
from tilth.kernels.fasttext import classify

DATA = Path(__file__).parents[3] / "shared" / "data"
TREE, NEGATIVE, SOFTMAX, EACH = 1, 2, 3, 4
WORDS = [b"</s>", b"the", b"field", "Mühle".encode(), "田地".encode(), b"__label__word", b"a", b"x" * 30, b"the"]


@dataclass(frozen=True)
class Kind:
    """What a model is like; `quantised` and `output_quantised`: columns a part, 0 for none; `pruned`: n-grams that are left, -1 for all."""

    loss: int = TREE
    dim: int = 16
    labels: int = 9
    shortest: int = 2
    longest: int = 4
    word_ngrams: int = 1
    quantised: int = 0
    output_quantised: int = 0
    pruned: int = -1
    normed: bool = True
    version: int = 12
    buckets: int = 5000


def quantised(rng: np.random.Generator, rows: int, dim: int, width: int, normed: bool) -> bytes:
    parts = -(-dim // width)
    made = struct.pack("<?qqi", normed, rows, dim, rows * parts) + rng.integers(0, 256, rows * parts, np.uint8).tobytes()
    made += struct.pack("<4i", dim, parts, width, dim - (parts - 1) * width) + rng.normal(size=dim * 256).astype("<f4").tobytes()
    if normed:
        made += rng.integers(0, 256, rows, np.uint8).tobytes() + struct.pack("<4i", 1, 1, 1, 1) + rng.random(256, "<f4").tobytes()
    return made


def model(kind: Kind, seed: int = 0) -> bytes:
    """Return the bytes of a model file whose weights are random."""
    rng = np.random.default_rng(seed)
    counts = sorted(rng.integers(1, 1000, kind.labels).tolist(), reverse=True)
    header = struct.pack("<14id", 793712314, kind.version, kind.dim, 5, 5, 1, 5, kind.word_ngrams, kind.loss, 3,
                         kind.buckets, kind.shortest, kind.longest, 100, 1e-4)  # fmt: skip
    words = struct.pack("<3i2q", len(WORDS) + kind.labels, len(WORDS), kind.labels, 10_000, kind.pruned)
    words += b"".join(word + b"\0" + struct.pack("<qb", 50 - i, 0) for i, word in enumerate(WORDS))
    words += b"".join(b"__label__%d\0" % i + struct.pack("<qb", count, 1) for i, count in enumerate(counts))
    kept = rng.permutation(kind.buckets)[: max(0, kind.pruned)]
    words += np.stack([kept, rng.permutation(len(kept))], 1).astype("<i4").tobytes()
    rows = len(WORDS) + (kind.buckets if kind.pruned < 0 else kind.pruned)

    def matrix(rows: int, width: int) -> bytes:
        if width:
            return quantised(rng, rows, kind.dim, width, kind.normed)
        return struct.pack("<qq", rows, kind.dim) + rng.normal(size=rows * kind.dim).astype("<f4").tobytes()

    layers = struct.pack("?", kind.quantised > 0) + matrix(rows, kind.quantised)
    layers += struct.pack("?", kind.output_quantised > 0) + matrix(kind.labels, kind.output_quantised)
    return header + words + layers


KINDS = [
    Kind(), Kind(dim=13, labels=2), Kind(labels=1), Kind(labels=150, shortest=3, longest=6, dim=8),
    Kind(loss=SOFTMAX), Kind(loss=SOFTMAX, word_ngrams=2, longest=0, shortest=0, dim=100, labels=2), Kind(loss=EACH, word_ngrams=3),
    Kind(loss=NEGATIVE, shortest=1, longest=1), Kind(loss=SOFTMAX, shortest=0, longest=0, buckets=0),
    Kind(quantised=2, pruned=900), Kind(quantised=5, pruned=0, labels=30), Kind(quantised=3, output_quantised=2, labels=40, normed=False),
    Kind(loss=SOFTMAX, quantised=2, output_quantised=4, pruned=4000, word_ngrams=2), Kind(loss=EACH, quantised=1, dim=7, version=11),
    Kind(word_ngrams=5, shortest=5, longest=3),
]  # fmt: skip
EDGES = [
    "", " ", "\n\n", "\0", "\0\0a\0", "the", "the the field", "</s>", "the </s> field", "</s>x the", "__label__1 the", "__label__ a __label__new b",
    "__label__word", "\v\f\r\t x\x1fy \x01", "田地在河流和老磨坊之间", "🌾🌾 👩‍👩‍👧 ẹ́", "שלום עולם ‏ملء", "x" * 23, "y" * 24, "z" * 25, "x" * 30, "xy" * 4000,
    "é" * 5000, "a\u00a0b\u3000c", "word " * 5000, " ".join(f"w{i}" for i in range(20_000)), "ends in space ", "\u0800" * 8 + " " + "\U0001f33e" * 6 + "\u0800",
]  # fmt: skip


def ours(found: Classifier, texts: list[str], wanted: list[int]) -> list[tuple[Any, ...]]:
    best, chances, others = classify(*utf8(pa.array(texts, pa.large_string())), found.source, found.layer, np.array(wanted, np.int32))
    return [(None if b < 0 else found.labels[b], c, *o) for b, c, o in zip(best, chances.tolist(), others.tolist(), strict=True)]


def theirs(library: Any, labels: tuple[str, ...], text: str, wanted: list[int]) -> tuple[Any, ...]:
    names, chances = library.predict(text.replace("\n", " "), k=-1)
    ranking = {name.removeprefix("__label__"): chance for name, chance in zip(names, chances, strict=True)}
    best = next(iter(ranking), None)
    return best, ranking.get(best, 0.0), *(ranking.get(labels[i], 0.0) for i in wanted)


def compare(path: Path, texts: list[str], close: float = 0.0) -> None:
    found, library = read(path), fasttext.load_model(str(path))
    wanted = sorted({0, len(found.labels) // 2, len(found.labels) - 1})
    for text, mine in zip(texts, ours(found, texts, wanted), strict=True):
        other = theirs(library, found.labels, text, wanted)
        assert mine[1:] == pytest.approx(other[1:], rel=0, abs=close), text[:200]
        assert mine[0] == other[0] or abs(mine[1] - other[1]) <= 1e-6, text[:200]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_kind_of_model_equals_the_library(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(model(kind))
    compare(path, EDGES)
