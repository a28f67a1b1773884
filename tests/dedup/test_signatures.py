import numpy as np
import pyarrow as pa
import pytest

from tilth.dedup import Normalise, Signatures
from tilth.dedup.signatures import numbers
from tilth.errors import RecipeError
from tilth.testing import check


def signed(texts: list[str | None], **fields) -> list[bytes | None]:
    return Signatures(**fields).apply(pa.record_batch({"text": pa.array(texts, pa.large_string())}))["minhash"].to_pylist()


def test_laws():
    check(Signatures())
    check(Signatures(values=7, ngram=1, normalise=Normalise(marks=False), seed=3))


def test_what_does_not_count_and_what_does():
    a, b, c, d = signed(["Page 1 of 20: the END of it", "page 2 of 21 -- the end, of it", "the end of it page 1 of 20", "page 1 of 20"])
    assert a == b and len({a, c, d}) == 3


def test_short_texts_are_equal_only_to_the_same_words():
    texts = ["one", "one two", "two one", "one two three four", "one two three four five", "one two three four five six", "one  TWO!"]
    *rest, again = signed(texts)
    assert len(set(rest)) == 6 and again == rest[1]
    matrix = numbers(pa.array(rest, pa.binary(448)), 112)
    agree = [(matrix[i] == matrix[j]).sum() for i in range(5) for j in range(i)]
    assert max(agree) == 0


def test_no_words_no_signature():
    assert signed(["", None, " \n", "!?", "\u200b"]) == [None] * 5


def test_shares_of_equal_values_estimate_the_similarity():
    rng = np.random.default_rng(5)
    words = [f"w{i}" for i in range(100_000)]
    for jaccard in (0.2, 0.5, 0.8, 0.95):
        common, own = round(1000 * jaccard), round(1000 * (1 - jaccard) / 2)
        pairs = []
        for _ in range(60):
            drawn = rng.choice(words, common + 2 * own, replace=False)
            pairs += [" ".join(drawn[: common + own]), " ".join([*drawn[:common], *drawn[common + own :]])]
        matrix = numbers(pa.array(signed(pairs, ngram=1, normalise=Normalise(numbers=False)), pa.binary(448)), 112)
        shares = (matrix[::2] == matrix[1::2]).mean(axis=1)
        error = np.sqrt(jaccard * (1 - jaccard) / 112)
        assert abs(shares.mean() - jaccard) < 4 * error / np.sqrt(60)
        assert 0.7 * error < shares.std() < 1.4 * error


def test_sizes_below_one_are_refused():
    with pytest.raises(RecipeError, match="at least one value"):
        Signatures(values=0)
