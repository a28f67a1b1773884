import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from tilth.kernels.jit import kernel
from tilth.kernels.karp_rabin import BASE, CHECK_BASE, PRIME, plus, powers, sum_up, sum_up_twice, times, unit_at, window

P = 2**61 - 1
NUMBERS = st.integers(0, P - 1)


@kernel
def product(a: np.uint64, b: np.uint64) -> np.uint64:
    return times(a, b)


@given(NUMBERS, NUMBERS)
@example(P - 1, P - 1)
@example(0, P - 1)
def test_products_and_sums_are_those_of_whole_numbers(a: int, b: int) -> None:
    assert product(np.uint64(a), np.uint64(b)) == a * b % P
    assert plus(np.uint64(a), np.uint64(b)) == (a + b) % P
    assert int(PRIME) == P


@given(st.lists(NUMBERS, min_size=1, max_size=40), st.data())
def test_windows_and_units_from_prefixes(units: list[int], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(units)))
    end = data.draw(st.integers(start, len(units)))
    sums, checks = np.array([0, *units], np.uint64), np.zeros(len(units) + 1, np.uint64)
    once = sums.copy()
    sum_up(once, len(units))
    sum_up_twice(sums, len(units), checks)
    assert once.tolist() == sums.tolist()
    for prefixes, base in ((sums, BASE), (checks, CHECK_BASE)):
        expected = sum(unit * pow(int(base), end - 1 - i, P) for i, unit in enumerate(units) if start <= i < end) % P
        assert window(prefixes, start, end, powers(base, len(units))[end - start]) == expected
    assert [unit_at(sums, i) for i in range(len(units))] == units
