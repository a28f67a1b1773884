"""Figures as people read them."""

from __future__ import annotations

import math


def count(number: float) -> str:
    """Return a whole number with commas.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{number:,.0f}"


def short(number: float) -> str:
    """Return a count in few characters, for axes.

    >>> [short(n) for n in (950, 1500, 20_000, 3_000_000)]
    ['950', '1.5k', '20k', '3M']
    """
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(number) >= size:
            return f"{number / size:.3g}{unit}"
    return f"{number:.3g}"


def figure(number: float | None) -> str:
    """Return a measured value with three to four telling digits; null and NaN are "unknown".

    >>> [figure(n) for n in (0.012345, 3.14159, 1234.5, 50, 100_000, 0, None)]
    ['0.0123', '3.14', '1,234', '50', '100,000', '0', 'unknown']
    """
    if number is None or math.isnan(number):
        return "unknown"
    if number == int(number) if math.isfinite(number) else False:
        return f"{number:,.0f}"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def share(part: float, whole: float) -> str:
    """Return a share in percent; one that is not nothing never reads as nothing.

    >>> share(1, 8), share(1, 100_000), share(0, 3), share(99_999, 100_000), share(0, 0)
    ('12.5%', '<0.1%', '0%', '>99.9%', '–')
    """
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.05:
        return "<0.1%"
    if 99.95 <= percent < 100:
        return ">99.9%"
    return f"{percent:.1f}%" if percent % 100 else f"{percent:.0f}%"


def size(number: float) -> str:
    """Return bytes.

    >>> size(999), size(15_300_000)
    ('999 B', '15.3 MB')
    """
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if abs(number) < 999.95 or unit == "TB":
            break
        number /= 1000
    return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"


def duration(seconds: float) -> str:
    """Return a time.

    >>> [duration(s) for s in (0, 0.0004, 0.004, 2.58, 43.1, 200, 7380)]
    ['0 ms', '<1 ms', '4 ms', '2.58 s', '43.1 s', '3 min 20 s', '2 h 3 min']
    """
    if seconds < 0.9995:
        return "<1 ms" if 0 < seconds < 0.0005 else f"{1000 * seconds:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
