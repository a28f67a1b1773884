import pyarrow as pa
import pytest

from tilth.dedup import Normalise


@pytest.mark.parametrize(
    ("normalise", "expected"),
    [
        (Normalise(), "creme brulee for 0 eur co operate"),
        (Normalise(lower=False), "Creme Brulee for 0 EUR co operate"),
        (Normalise(numbers=False), "creme brulee for 7 50 eur co operate"),
        (Normalise(punctuation=False), "creme brulee, for 0 eur: co-operate!"),
        (Normalise(marks=False), "crème brûlée for 0 eur co operate"),
    ],
)
def test_each_difference_can_count(normalise, expected):
    assert normalise(pa.array(["Crème  Brûlée,\nfor 7.50 EUR:\tco-operate!"])).to_pylist() == [expected]


def test_words_end_with_a_space_each():
    offsets, words = Normalise().words(pa.array(["One two", "", "three"]))
    assert [bytes(words[a:b]) for a, b in zip(offsets, offsets[1:])] == [b"one two ", b"", b"three "]  # noqa: B905, RUF007
