"""Estimates in float32 change no answer: those of the plain search over whole numbers."""

from __future__ import annotations

import numpy as np
import pytest

from tilth.kernels import cosine, nearest_above


@pytest.mark.parametrize(("dim", "probes", "least"), [(8, 3, 0.5), (64, 1, 0.0), (256, 5, 0.1), (32, 4, -1.0)])
def test_the_nearest_are_those_of_the_plain_search(monkeypatch: pytest.MonkeyPatch, dim: int, probes: int, least: float) -> None:
    monkeypatch.setattr(nearest_above, "_ROWS", 7)
    monkeypatch.setattr(nearest_above, "_BLOCK", 11)
    random = np.random.default_rng(dim)
    vectors, others = (cosine.units(random.standard_normal((n, dim)).astype(np.float32)) for n in (40, 60))
    others[30:50] = others[:20]  # as near: the lower number is first
    vectors[:9] = others[3:12]
    bound = int(least * cosine.ONE)
    numbers, dots = cosine.nearest(vectors, others, probes)
    which, best = nearest_above.nearest_above(vectors, others, others.astype(np.float32), probes, bound)
    good = dots >= bound
    assert good.any() and (best[good] == dots[good]).all() and (which[good] == numbers[good]).all()
    assert (best[~good] == -(2**31)).all()


def test_products_that_float32_cannot_hold_are_compared_whole() -> None:
    """Dot products of 2**28 and 2**28 - 1 are one float32."""
    one = cosine.units(np.ones((1, 3), np.float32))
    exact = int(cosine.dot(one[0], one[0]))
    for least, found in ((exact, exact), (exact + 1, -(2**31))):
        assert nearest_above.nearest_above(one, one, one.astype(np.float32), 1, least)[1].item() == found
