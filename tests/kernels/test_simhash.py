import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.hash import xxh64_each
from tilth.kernels.simhash import close, distance, simhashes

NUMBERS = st.integers(0, 2**64 - 1)


@given(NUMBERS, NUMBERS)
def test_distance(a, b):
    assert distance(np.uint64(a), np.uint64(b)) == (a ^ b).bit_count()


@given(st.lists(st.one_of(NUMBERS, st.sampled_from([0, 1, 3, 7, 2**63])), max_size=30), st.integers(0, 64), st.integers(1, 4))
def test_close(values, most, window):
    expected = []
    for i, a in enumerate(values):
        like = [(i, j, (a ^ b).bit_count()) for j, b in enumerate(values[:i]) if (a ^ b).bit_count() <= most]
        expected += like[:window]
    assert list(zip(*(part.tolist() for part in close(np.array(values, np.uint64), most, window)), strict=True)) == expected


def twin(text: str, n: int, whole: bool) -> int:
    words = [word for word in text.split(" ") if word]
    n = min(n, len(words)) if whole and words else n
    grams = [" ".join(words[i : i + n]).encode() for i in range(len(words) - n + 1)]
    hashes = [int(xxh64_each(np.array([0, len(gram)]), np.frombuffer(gram, np.uint8), np.uint64(0))[0]) for gram in grams]
    return sum(1 << bit for bit in range(64) if 2 * sum(value >> bit & 1 for value in hashes) > len(hashes))


@given(st.lists(st.text("abé ", max_size=60), max_size=4), st.integers(1, 5), st.booleans())
def test_simhashes_are_those_of_the_twin(texts, n, whole):
    data = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, data)])
    found = simhashes(offsets, np.frombuffer(b"".join(data) + b" ", np.uint8), n, False, whole)
    assert found.tolist() == [twin(text, n, whole) for text in texts]
