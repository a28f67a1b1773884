"""Figures read right at every size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tilth.web.numerals import count, duration, figure, share, short, size


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_only_nothing_reads_as_nothing_and_only_all_as_all(part: int, whole: int) -> None:
    part = min(part, whole)
    assert (share(part, whole) in ("0%", "0.0%")) == (part == 0)
    assert (share(part, whole) in ("100%", "100.0%")) == (part == whole)


@given(st.floats(0, 1e15))
def test_figures_are_short(number: float) -> None:
    assert len(short(number)) <= 9 or number >= 1e12
    assert len(size(number)) <= 9 or number >= 1e15
    assert float(figure(number).replace(",", "")) >= 0


def test_borders_do_not_read_as_thousand_or_sixty() -> None:
    assert [size(n) for n in (999, 999_949, 999_960, 1_000_000)] == ["999 B", "999.9 kB", "1.0 MB", "1.0 MB"]
    assert [duration(n) for n in (0.9996, 59.96, 3599.7)] == ["1.00 s", "1 min 0 s", "1 h 0 min"]
    assert [figure(n) for n in (float("nan"), float("inf"), -0.5, 1e-9)] == ["unknown", "inf", "-0.5", "1e-09"]
    assert count(0) == "0" and share(0, 0) == "–"
