"""How small a share may be of which a sample was seen: the exact lower bound."""

from __future__ import annotations

import math


def least_share(seen: int, of: int, risk: float = 0.05) -> float:
    """Return the share that is exceeded with probability 1 - `risk`, where `seen` of `of` draws showed it: 0 for no draws.

    Source: Clopper and Pearson, The Use of Confidence or Fiducial Limits, Biometrika 1934.

    >>> round(least_share(95, 100), 4), round(least_share(59, 59), 3)
    (0.8977, 0.95)
    """
    if seen == 0:
        return 0.0
    low, high = 0.0, seen / of
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_least(seen, of, middle) <= risk else (low, middle)
    return low


def _at_least(seen: int, of: int, share: float) -> float:
    """The probability of `seen` or more among `of` where each has a chance of `share`."""
    if share <= 0:
        return 0.0
    logs = (math.lgamma(of + 1) - math.lgamma(n + 1) - math.lgamma(of - n + 1) + n * math.log(share) + (of - n) * math.log1p(-share)
            for n in range(seen, of + 1)) if share < 1 else iter([0.0])  # fmt: skip
    return sum(map(math.exp, logs))
