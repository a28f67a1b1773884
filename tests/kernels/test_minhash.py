import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from tilth.dedup.normalise import Normalise
from tilth.kernels.minhash import agreements, band_keys, signatures, sketches

BITS, BASE = 2**64 - 1, 0xD6E8FEB86659FD93


def mix(x: int) -> int:
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & BITS
    x = (x ^ x >> 27) * 0x94D049BB133111EB & BITS
    return x ^ x >> 31


def word_hash(word: str) -> int:
    data, h = word.encode(), 0
    while len(data) >= 8:
        h = (h ^ int.from_bytes(data[:8], "little")) * BASE & BITS
        h ^= h >> 32
        data = data[8:]
    h = (h ^ int.from_bytes(data, "little")) * BASE & BITS
    return h ^ h >> 29


def twin(text: str, n: int, a: list[int], b: list[int]) -> list[int]:
    words = [word_hash(word) for word in text.split(" ") if word]
    grams = []
    for i in range(max(1, len(words) - n + 1) if words else 0):
        gram = 0
        for word in words[i : i + n]:
            gram = (gram * BASE + word) & BITS
        grams.append(mix(gram))
    parts = [[gram & 0xFFFFFFFF for gram in grams], [gram >> 32 for gram in grams]]
    half = len(a) // 2
    return [min(((f * x + t) % 2**32 for x in parts[j >= half]), default=2**32 - 1) for j, (f, t) in enumerate(zip(a, b, strict=True))]


def ours(texts: list[str], n: int, a: list[int], b: list[int]) -> list[list[int]]:
    offsets, words = Normalise(False, False, False, False).words(pa.array(texts, pa.large_string()))
    return signatures(offsets, words, n, np.array(a, np.uint32), np.array(b, np.uint32)).tolist()


WORDS = st.lists(st.text("abcé", min_size=1, max_size=20), max_size=60).map(" ".join)


@given(st.lists(WORDS, max_size=4), st.integers(1, 6), st.integers(1, 9), st.integers(0, 2**32))
@example([" ".join(f"w{i}" for i in range(1500)), "one two"], 5, 9, 1)
@example(["12345678 1234567812345678 abcdefg"], 1, 2, 1)
def test_signatures_equal_their_twin(texts, n, values, seed):
    a, b = np.random.default_rng(seed).integers(0, 2**32, (2, values)).tolist()
    assert ours(texts, n, a, b) == [twin(text, n, a, b) for text in texts]


def test_values_of_one_gram_depend_on_all_64_bits_of_its_hash():
    a, b = np.random.default_rng(0).integers(0, 2**32, (2, 4)).tolist()
    (values,) = ours(["one two three"], 5, a, b)
    gram = mix((((word_hash("one") * BASE + word_hash("two")) & BITS) * BASE + word_hash("three")) & BITS)
    assert values[:2] == [(a[j] * (gram & 0xFFFFFFFF) + b[j]) % 2**32 for j in (0, 1)]
    assert values[2:] == [(a[j] * (gram >> 32) + b[j]) % 2**32 for j in (2, 3)]


MATRICES = st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=4)


@given(MATRICES)
def test_a_band_is_equal_exactly_where_its_values_are(matrix):
    values = np.array(matrix, np.uint32)
    keys = band_keys(values, 3)
    assert (keys >> np.uint64(63)).all()
    for band in range(3):
        for i in range(len(values)):
            for j in range(len(values)):
                assert (keys[i, band] == keys[j, band]) == (values[i, band::3] == values[j, band::3]).all()
    assert len({key for band in range(3) for key in set(keys[:, band].tolist())}) == sum(len(set(keys[:, b].tolist())) for b in range(3))


@given(MATRICES)
def test_agreements_and_sketches(matrix):
    values = np.array(matrix, np.uint32)
    last = np.repeat(values[-1:], len(values), axis=0)
    assert agreements(values, last).tolist() == [sum(x == y for x, y in zip(row, matrix[-1], strict=True)) for row in matrix]
    brief = sketches(values).tolist()
    assert all((brief[i] == brief[-1]) == (matrix[i] == matrix[-1]) for i in range(len(matrix)))
    both = list(zip(brief, matrix, strict=True))
    assert all(a >> 48 == b >> 48 for a, x in both for b, y in both if x[:2] == y[:2])
