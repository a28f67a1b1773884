import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.embed.sample import bottom, population, ranks


def table(rows):
    return pa.table({"row": pa.array(rows, pa.uint64()), "of": pa.array([str(row) for row in rows], pa.string())})


@given(st.lists(st.integers(0, 2**40), unique=True, max_size=60), st.integers(1, 30), st.integers(0, 60))
def test_a_sample_of_samples_is_the_sample_of_all(rows, size, cut):
    whole = bottom(table(rows), size)
    parts = pa.concat_tables([bottom(table(rows[:cut]), size), bottom(table(rows[cut:]), size)])
    assert bottom(parts, size).equals(whole)
    expected = sorted(sorted(rows, key=lambda row: ranks(np.array([row], np.uint64))[0])[:size])
    assert whole["row"].to_pylist() == expected and whole["of"].to_pylist() == [str(row) for row in expected]


def test_population_is_exact_below_the_size_and_near_above_it():
    assert population(bottom(table(range(10)), 100), 100) == 10
    for rows in (5_000, 200_000):
        sample = bottom(pa.table({"row": pa.array(np.arange(rows), pa.uint64())}), 2_000)
        assert abs(population(sample, 2_000) / rows - 1) < 0.1  # four standard errors of 1 / sqrt(2000)
