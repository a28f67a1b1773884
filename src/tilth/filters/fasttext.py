"""The model files of fastText, `.bin` and quantised `.ftz`, read into what its kernel wants.

The format is that of the program facebookresearch/fastText (0.9.2; its src/fasttext.cc, dictionary.cc, quantmatrix.cc and
productquantizer.cc): header, arguments, dictionary, input matrix, output matrix, all little-endian and without padding.
"""

from __future__ import annotations

import math
import mmap
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.fasttext import LONGEST, classify, new_memo, roomy
from tilth.kernels.fasttext_output import EACH, TREE, Output
from tilth.kernels.fasttext_words import Input, index

_MAGIC, _NEWEST, _SUPERVISED = 793712314, 12, 3
_CENTROIDS = 256
_COUNT = 10**15  # fastText's tree stands on counts of labels below it
_MOST_BUCKETS = 1 << 28
_MOST_WORDS = 100  # of an n-gram
_MOST_BYTES = 1 << 31  # that a quantised matrix may take once it is spelled out


@dataclass(frozen=True)
class Classifier:
    """A supervised model: its labels, without `__label__`, its two layers, and for each thread the words that it has met."""

    labels: tuple[str, ...]
    source: Input
    layer: Output
    met: threading.local = field(default_factory=threading.local)

    def numbers(self, labels: Sequence[str], where: str) -> np.ndarray:
        """Return the numbers of these labels, int32; raise RecipeError where the model does not know one."""
        number = {label: i for i, label in enumerate(self.labels)}
        if unknown := [label for label in labels if label not in number]:
            some = ", ".join(map(repr, self.labels[:5]))
            raise RecipeError(
                f"The model does not know the label {', '.join(map(repr, unknown))}.", where=where, why=f"it knows {some}",
                fix=f"one of {some}" if len(number) <= 5 else f"one of its {len(number)} labels",
            )
        return np.array([number[label] for label in labels], np.int32)

    def classify(self, texts: pa.Array, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what `kernels.fasttext.classify` does: best label, its probability, those of the labels `wanted`."""
        self.met.memo = roomy(self.met.memo) if hasattr(self.met, "memo") else new_memo()
        return classify(*utf8(texts), self.source, self.layer, wanted, self.met.memo)


def read(model: str | Path | bytes) -> Classifier:
    """Read a model that `fasttext supervised` or `fasttext quantize` wrote; every size is held against the file before it is used.

    `model` is the path of the file, or its bytes. Raises RecipeError where it is no such model.
    """
    try:
        if isinstance(model, bytes):
            return _model(_Cursor(model))
        with open(model, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _model(_Cursor(data))
    except (OSError, ValueError) as problem:
        where = f"{len(model)} bytes" if isinstance(model, bytes) else str(model)
        fix = "give a .bin of `fasttext supervised`, or a .ftz of `fasttext quantize`"
        raise RecipeError("This is no fastText model that classifies.", where=where, why=str(problem), fix=fix) from None


Layer = TypeVar("Layer", Input, Output)


class _Cursor:
    """Reads numbers and arrays one after the other, and never past the end; raises ValueError."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        self.data, self.at = data, 0

    def need(self, true: bool, why: str) -> None:
        if not true:
            raise ValueError(f"{why} (byte {self.at} of {len(self.data)})")

    def skip(self, size: int) -> int:
        """Go over `size` bytes; return where they begin."""
        self.need(0 <= size <= len(self.data) - self.at, f"{size} bytes are announced that are not there")
        self.at += size
        return self.at - size

    def numbers(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack_from("<" + layout, self.data, self.skip(struct.calcsize("<" + layout)))

    def array(self, dtype: type, *shape: int) -> np.ndarray:
        self.need(min(shape) >= 0, "a size is negative")
        start = self.skip(math.prod(shape) * np.dtype(dtype).itemsize)
        values: np.ndarray = np.frombuffer(self.data, dtype, math.prod(shape), start).reshape(shape).copy()
        if dtype is np.float32 and values.size:
            self.need(math.isfinite(values.min()) and math.isfinite(values.max()), "a weight is not a finite number")
        return values

    def word(self) -> bytes:
        end = self.data.find(b"\0", self.at)
        self.need(end >= 0, "a word has no end")
        start = self.skip(end + 1 - self.at)
        return self.data[start:end]


@dataclass(frozen=True)
class _Arguments:
    dim: int
    word_ngrams: int
    loss: int
    buckets: int
    shortest: int
    longest: int


def _arguments(cursor: _Cursor) -> _Arguments:
    magic, version = cursor.numbers("ii")
    cursor.need(magic == _MAGIC and version <= _NEWEST, "its first bytes are not fastText's, or of a later format")
    dim, _, _, _, _, word_ngrams, loss, kind, buckets, shortest, longest, _, _ = cursor.numbers("12id")
    cursor.need(kind == _SUPERVISED, "it holds vectors of words, not a classifier")
    cursor.need(TREE <= loss <= EACH, f"its loss has the unknown number {loss}")
    longest = 0 if version == 11 else longest  # files that old have it set, and do without
    cursor.need(longest <= LONGEST, f"its character n-grams are up to {longest} long; at most {LONGEST} are supported")
    cursor.need(word_ngrams <= _MOST_WORDS, f"its n-grams are of up to {word_ngrams} words; at most {_MOST_WORDS} are supported")
    grams = longest >= max(1, shortest) or word_ngrams > 1
    cursor.need(not grams or 0 < buckets <= _MOST_BUCKETS, f"it has n-grams, and {buckets} buckets for them")
    return _Arguments(dim, word_ngrams, loss, max(1, buckets) if grams else 0, max(1, shortest), longest)


@dataclass(frozen=True)
class _Dictionary:
    """`kept` int32[n, 2], in a pruned model: buckets of n-grams, and which row after those of the words each has; None: all, in order."""

    entries: list[bytes]
    counts: list[int]
    words: int
    kept: np.ndarray | None


def _dictionary(cursor: _Cursor) -> _Dictionary:
    size, words, labels, _, pruned = cursor.numbers("3i2q")
    cursor.need(words >= 0 and labels > 0 and size == words + labels, f"{words} words and {labels} labels do not make {size} entries")
    entries, counts = [], []
    for i in range(size):
        entries.append(cursor.word())
        count, kind = cursor.numbers("qb")
        cursor.need(kind == (i >= words), "its words do not come before its labels")
        counts.append(count)
    kept = cursor.array(np.int32, pruned, 2) if pruned >= 0 else None
    return _Dictionary(entries, counts, words, kept)


def _dense(cursor: _Cursor) -> tuple[np.ndarray, np.ndarray]:
    """Return (float32[rows, dim], what each row is to be multiplied by)."""
    weights = cursor.array(np.float32, *cursor.numbers("2q"))
    return weights, np.ones(len(weights), np.float32)


def _quantised(cursor: _Cursor) -> tuple[np.ndarray, np.ndarray]:
    """Return the same of a matrix whose rows are cut into parts, each the nearest of 256 centroids (Jegou, Douze, Schmid 2011)."""
    normed, rows, dim, codes_size = cursor.numbers("?2qi")
    codes = cursor.array(np.uint8, codes_size)
    centroids, widths = _centroids(cursor, dim)
    cursor.need(rows * len(widths) == codes_size, f"{codes_size} codes are not {rows} rows of {len(widths)}")
    cursor.need(rows * dim * 4 <= _MOST_BYTES, "spelled out, its matrix takes more than 2 GiB")
    weights, codes, at = np.empty((rows, dim), np.float32), codes.reshape(rows, -1), 0
    for part, width in enumerate(widths):
        block = centroids[at * _CENTROIDS : (at + width) * _CENTROIDS].reshape(_CENTROIDS, width)
        weights[:, at : at + width] = block[codes[:, part]]
        at += width
    if not normed:
        return weights, np.ones(rows, np.float32)
    norm_codes = cursor.array(np.uint8, rows)
    return weights, _centroids(cursor, 1)[0][norm_codes]


def _centroids(cursor: _Cursor, columns: int) -> tuple[np.ndarray, list[int]]:
    """Return the centroids, part after part, and how wide each part is."""
    dim, parts, width, last = cursor.numbers("4i")
    cursor.need(dim == columns and parts > 0 and width > 0 and (parts - 1) * width + last == dim and 0 < last <= width,
                f"{parts} parts of {width} do not make {columns} columns")  # fmt: skip
    return cursor.array(np.float32, dim * _CENTROIDS), [width] * (parts - 1) + [last]


def _model(cursor: _Cursor) -> Classifier:
    arguments, dictionary = _arguments(cursor), _dictionary(cursor)
    quantised = cursor.numbers("?")[0]
    vectors, norms = _quantised(cursor) if quantised else _dense(cursor)
    if quantised:
        vectors *= norms[:, None]
    weights, norms = _quantised(cursor) if cursor.numbers("?")[0] and quantised else _dense(cursor)
    cursor.need(cursor.at == len(cursor.data), "something follows the model")
    cursor.need(vectors.shape[1] == weights.shape[1] == arguments.dim, f"its matrices do not have {arguments.dim} columns")
    labels = dictionary.entries[dictionary.words :]
    cursor.need(len(weights) >= len(labels), f"{len(labels)} labels have only {len(weights)} rows")
    tree = _tree(cursor, dictionary.counts[dictionary.words :]) if arguments.loss == TREE else np.zeros((0, 2), np.int32)
    layer = Output(arguments.loss, weights[: len(labels)], norms[: len(labels)], tree)
    names = tuple(label.decode("utf-8", "replace").removeprefix("__label__") for label in labels)
    return Classifier(names, _sealed(_source(cursor, arguments, dictionary, vectors)), _sealed(layer))


def _source(cursor: _Cursor, arguments: _Arguments, dictionary: _Dictionary, vectors: np.ndarray) -> Input:
    word_ends = np.cumsum([0, *map(len, dictionary.entries)])
    word_bytes = np.frombuffer(b"".join(dictionary.entries), np.uint8)
    words, kept = dictionary.words, dictionary.kept
    bits, ranks = np.zeros(0, np.uint64), np.zeros(0, np.int32)
    if kept is None:
        cursor.need(len(vectors) >= words + arguments.buckets, f"{words} words and {arguments.buckets} buckets have {len(vectors)} rows")
    else:
        buckets, rows = kept[::-1].T
        buckets, first = np.unique(buckets, return_index=True)  # of the reversed: the last row of a bucket counts
        rows = rows[first]
        inside = (buckets >= 0) & (buckets < max(1, arguments.buckets)) & (rows >= 0) & (rows < len(vectors) - words)
        cursor.need(bool(inside.all()) and words <= len(vectors), "a row of a word or an n-gram is not in the matrix")
        vectors = np.concatenate([vectors[:words], vectors[words + rows]])
        bits, ranks = _marked(buckets, arguments.buckets)
    slots = np.full(1 << (2 * len(word_ends)).bit_length(), -1, np.int32)
    source = Input(
        words, word_ends, word_bytes, slots, vectors, arguments.buckets, bits, ranks,
        arguments.shortest, arguments.longest, arguments.word_ngrams,
    )  # fmt: skip
    index(source)
    return source


def _marked(buckets: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a bit for each of `most` buckets, uint64[most / 64], set for those of `buckets`, and how many are set before each word."""
    flags = np.zeros(-(-max(1, most) // 64) * 64, np.bool_)
    flags[buckets] = True
    bits = np.packbits(flags, bitorder="little").view("<u8")
    counts = np.bitwise_count(bits).astype(np.int32)
    return bits, np.cumsum(counts, dtype=np.int32) - counts


def _tree(cursor: _Cursor, counts: list[int]) -> np.ndarray:
    """Return Huffman's tree over the labels, as fastText builds it from their counts, int32[2 labels - 1, 2]: -1 are no children."""
    labels = len(counts)
    cursor.need(all(0 <= count < _COUNT for count in counts), "a label's count is negative, or too high")
    weights = counts + [_COUNT] * (labels - 1)
    tree = np.full((2 * labels - 1, 2), -1, np.int32)
    leaf, node = labels - 1, labels
    for parent in range(labels, 2 * labels - 1):
        for side in range(2):
            if leaf >= 0 and weights[leaf] < weights[node]:
                tree[parent, side], leaf = leaf, leaf - 1
            else:
                tree[parent, side], node = node, node + 1
        weights[parent] = weights[tree[parent, 0]] + weights[tree[parent, 1]]
    return tree


def _sealed(layer: Layer) -> Layer:
    """Return `layer` with arrays that cannot be written to: kernels are compiled for such."""
    for array in layer:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return layer
