import numpy as np
import pyarrow as pa
import pytest

from tilth.dedup.normalise import Normalise
from tilth.dedup.shingles import Shingles
from tilth.errors import RecipeError


def test_slices_and_what_does_not_count():
    one = Shingles(1)
    sets = one.of(pa.array(["x", "one two", "two THREE!", "", None], pa.large_string()).slice(1))
    assert [len(value.as_py()) for value in sets] == [16, 16, 0, 0]
    assert one.jaccard(sets, np.array([0, 1, 2]), np.array([1, 2, 3])).tolist() == [1 / 3, 0.0, 0.0]
    assert one.jaccard(sets.slice(1), np.array([0]), np.array([0])).tolist() == [1.0]
    plain = Shingles(1, Normalise(lower=False))
    assert plain.jaccard(plain.of(pa.array(["A b", "a b"])), np.array([0]), np.array([1])).tolist() == [1 / 3]


def test_what_cannot_be():
    with pytest.raises(RecipeError, match="at least one word"):
        Shingles(0)
