"""Features against a plain-Python twin, and a text's vector against the sum that it is."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from kernels.texts import pages

from tilth.dedup.normalise import Normalise
from tilth.kernels.features import embed, features
from tilth.kernels.hash import xxh64_each

BITS, BASE = 2**64 - 1, 0xD6E8FEB86659FD93
SEED = np.uint64(0x5851F42D4C957F2D)


def mix(x: int) -> int:
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & BITS
    x = (x ^ x >> 27) * 0x94D049BB133111EB & BITS
    return x ^ x >> 31


def gram(start: int, parts: list[int]) -> int:
    for part in parts:
        start = (start ^ part) * BASE & BITS
    return mix(start)


def word_hash(word: str) -> int:
    data = np.frombuffer(word.encode(), np.uint8)
    return int(xxh64_each(np.array([0, len(data)]), data, SEED)[0])


def twin(words: list[str], buckets: int, ngram: int, letters: int) -> dict[int, int]:
    found: Counter[int] = Counter()
    hashes = [word_hash(word) for word in words]
    for i, word in enumerate(words):
        for k in range(min(ngram, i + 1)):
            found[gram(0xA0761D6478BD642F, hashes[i - k : i + 1][::-1]) % buckets] += 1
        if letters and len(word.encode()) > 1:
            spelled = [1, *(int.from_bytes(letter.encode(), "big") for letter in word[:64]), 1]
            for k in range(len(spelled) + 1 - letters):
                found[gram(0xE7037ED1A0B428DB, spelled[k : k + letters]) % buckets] += 1
    return dict(found)


def counted(texts: list[str], *sizes: int) -> list[dict[int, int]]:
    offsets, words = Normalise().words(pa.array(texts, pa.large_string()))
    starts, found, counts = features(offsets, words, *sizes)
    parts = [(found[a:b].tolist(), counts[a:b].tolist()) for a, b in itertools.pairwise(starts)]
    assert all(some == sorted(some) for some, _ in parts)
    return [dict(zip(*part, strict=True)) for part in parts]


@given(st.lists(pages, max_size=3), st.sampled_from([16, 4096]), st.integers(1, 3), st.integers(0, 4))
def test_features_are_those_of_the_twin(texts, buckets, ngram, letters):
    texts = [*texts, "x" * 70 + " a"]
    plain = [text.split() for text in Normalise()(pa.array(texts, pa.large_string())).to_pylist()]
    assert counted(texts, buckets, ngram, letters) == [twin(words, buckets, ngram, letters) for words in plain]


@given(st.lists(pages, min_size=1, max_size=3))
def test_a_text_is_the_weighted_sum_of_its_features(texts):
    rng = np.random.default_rng(0)
    place = np.where(rng.random(256) < 0.7, rng.integers(0, 9, 256), -1).astype(np.int32)
    scales, table = rng.random(9).astype(np.float32), rng.integers(-127, 128, (9, 5)).astype(np.int8)
    offsets, words = Normalise().words(pa.array(texts, pa.large_string()))
    for vector, found in zip(embed(offsets, words, 2, 3, place, scales, table), counted(texts, 256, 2, 3), strict=True):
        parts = [(1 + np.log(count)) * scales[place[bucket]] * table[place[bucket]] for bucket, count in found.items()
                 if place[bucket] >= 0]
        total = np.sum(parts, axis=0, initial=0.0) if parts else np.zeros(5)
        assert np.allclose(vector, total / (np.linalg.norm(total) or 1), atol=1e-4)
