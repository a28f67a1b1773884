"""Write a trained model as fastText does: `.bin` with every number in full, `.ftz` with rows as codes of a byte a part.

The format is that of the program facebookresearch/fastText (0.9.2); `tilth.filters.fasttext` reads it, and so does fastText itself.
Quantisation is that of Joulin et al., "FastText.zip" (2016, arXiv 1612.03651): rows left out by norm, norms apart from directions, and
product quantisation (Jegou, Douze and Schmid 2011).
"""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np

from tilth.filters.fasttext_train import Layers
from tilth.kernels.fasttext_fold import means, nearest

_MAGIC, _VERSION, _SUPERVISED, _WORD, _LABEL = 793712314, 12, 3, 0, 1
_CENTROIDS, _POINTS, _ROUNDS = 256, 1 << 16, 25


def dense(layers: Layers) -> bytes:
    """Return the bytes of a `.bin` file; float32, so 4 * dim bytes a row."""
    return _head(layers, None) + b"\0" + _matrix(layers.vectors) + b"\0" + _matrix(layers.weights)


def quantised(layers: Layers, features: int = 0) -> bytes:
    """Return the bytes of a `.ftz` file: a byte for two numbers (for one where there is one), and one for a row's length.

    Of n-grams it keeps the `features` whose vectors are longest, 0 for all that are not zero; if these are more than half of all
    buckets, it keeps every bucket, which is smaller than to say which.
    """
    words = len(layers.words)
    lengths = np.sqrt(np.einsum("rd,rd->r", layers.vectors[words:], layers.vectors[words:]))
    by_length = np.argsort(-lengths, kind="stable")[: features or np.count_nonzero(lengths)]
    kept = None if 2 * len(by_length) > len(lengths) or not len(lengths) else np.sort(by_length).astype(np.int32)
    if kept is not None:
        layers = replace(layers, vectors=np.concatenate([layers.vectors[:words], layers.vectors[words + kept]]))
    return _head(layers, kept) + b"\1" + _coded(layers.vectors) + b"\0" + _matrix(layers.weights)


def _head(layers: Layers, kept: np.ndarray | None) -> bytes:
    """Return header, arguments and dictionary; `kept` int32[n]: the buckets that have a row, None for all."""
    s = layers.settings
    training = 5, s.epochs, s.min_count, 5  # a window and negatives that no classifier has, as fastText's defaults are
    head = struct.pack(
        "<14id", _MAGIC, _VERSION, s.dim, *training, s.word_ngrams, s.loss, _SUPERVISED, s.hashed, *s.char_ngrams, 100, 1e-4
    )
    entries = [(word, count, _WORD) for word, count in zip(layers.words, layers.word_counts, strict=True)]
    entries += [(b"__label__" + label.encode(), count, _LABEL) for label, count in zip(layers.labels, layers.label_counts, strict=True)]
    tokens, pruned = sum(layers.word_counts), -1 if kept is None else len(kept)
    head += struct.pack("<3i2q", len(entries), len(layers.words), len(layers.labels), tokens, pruned)
    head += b"".join(name + b"\0" + struct.pack("<qb", count, kind) for name, count, kind in entries)
    return head if kept is None else head + np.stack([kept, np.arange(len(kept), dtype=np.int32)], 1).astype("<i4").tobytes()


def _matrix(weights: np.ndarray) -> bytes:
    return struct.pack("<2q", *weights.shape) + weights.astype("<f4").tobytes()


def _coded(vectors: np.ndarray) -> bytes:
    rows, dim = vectors.shape
    if dim == 1:  # a length and a sign would be two bytes for one number
        codes, centroids, lengths = *_quantise(vectors, 1), b""
    else:
        long = np.sqrt(np.einsum("rd,rd->r", vectors, vectors))[:, None]
        codes, centroids = _quantise(vectors / np.maximum(long, np.float32(1e-30)), 2)
        length_codes, length_centroids = _quantise(long, 1)
        lengths = length_codes.tobytes() + length_centroids
    return struct.pack("<?2qi", bool(lengths), rows, dim, codes.size) + codes.tobytes() + centroids + lengths


def _quantise(vectors: np.ndarray, width: int) -> tuple[np.ndarray, bytes]:
    """Return (codes uint8[rows, parts], the centroids as fastText stores them) of vectors cut into parts of `width` numbers."""
    rows, dim = vectors.shape
    starts = range(0, dim, width)
    codes, centroids = np.empty((rows, len(starts)), np.uint8), []
    for part, start in enumerate(starts):
        points = np.ascontiguousarray(vectors[:, start : start + width], np.float32)
        centroids.append(_centroids(points))
        codes[:, part] = nearest(points, centroids[-1])
    head = struct.pack("<4i", dim, len(starts), width, dim - starts[-1])
    return codes, head + b"".join(each.astype("<f4").tobytes() for each in centroids)


def _centroids(points: np.ndarray) -> np.ndarray:
    """Return 256 centroids of the points by k-means (Lloyd), float32[256, width].

    They start from evenly spaced ones of the points in order, each counted once: most rows of a small corpus are one and the same.
    """
    some = points[:: -(-len(points) // _POINTS)]
    each = np.unique(some, axis=0)
    found = each[np.linspace(0, len(each) - 1, _CENTROIDS).astype(np.int64)]
    for _ in range(_ROUNDS):
        found = means(some, nearest(some, found), found)
    return found
