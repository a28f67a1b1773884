"""Drawings as inline SVG: data in, markup out. Colours are classes of the style sheet, so that a figure follows light and dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tilth.web.bins import Bins, ticks
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count, share, short

WIDTH, HEIGHT = 320.0, 104.0  # of a small figure, in units of about a pixel
TOP, FOOT, ZERO = 16.0, 16.0, 14.0  # room for labels above, for the axis below, for the bar at zero in front of a log scale
FLOOR = HEIGHT - FOOT  # where bars stand
BROKEN = 4.0  # a bar this many times as high as every other is drawn broken


@dataclass(frozen=True)
class Mark:
    """A threshold to be drawn: its label, and which values it rejects ("<", "<=", ">" or ">="), "" where that side is not certain."""

    value: float
    label: str
    rejects: str = ""


def histogram(bins: Bins, marks: Sequence[Mark] = (), about: str = "") -> Html:
    """Draw a histogram of 320 x 104; what the marks reject is tinted, and each mark is a line with its label.

    A bar that dwarfs all others is broken off and says its share. `about` describes the figure to those who cannot see it.
    """
    left = ZERO if bins.zeros else 0.0
    most, broken = _ceiling([*bins.counts.tolist(), *([bins.zeros] if bins.zeros else [])])
    bars = _bars(bins, left, most)
    rejected = [_rejected(bins, mark, left) for mark in marks if mark.rejects]
    total = int(bins.counts.sum()) + (bins.zeros or 0)
    washed = [tag("rect", class_="away", **_box(x, width, TOP, FLOOR - TOP)) for x, width in rejected]
    shown = [tag("path", class_="kept", d=bars), _tinted(bars, rejected), _broken_bar(bins, left, most, total) if broken else None]
    return _drawing(about, washed, shown, _axis(bins, left), _marks(bins, marks, left))


def _drawing(about: str, *parts: object) -> Html:
    line = tag("line", class_="axis", x1=0, x2=_n(WIDTH), y1=_n(FLOOR), y2=_n(FLOOR))
    return tag("svg", tag("title", about), *parts, line, viewBox=f"0 0 {_n(WIDTH)} {_n(HEIGHT)}", role="img", class_="histogram")


def _text(text: str, kind: str, x: float, y: float, anchor: str = "start") -> Html:
    return tag("text", text, class_=kind, x=_n(x), y=_n(y), text_anchor=anchor)


def _ceiling(counts: list[int]) -> tuple[float, bool]:
    """Return the count that the full height stands for, and whether the highest bar is broken off there."""
    order = sorted(counts, reverse=True)
    if len(order) > 1 and order[1] and order[0] > BROKEN * order[1]:
        return order[1] * 1.5, True
    return float(max(order[0], 1)), False


def _bars(bins: Bins, left: float, most: float) -> str:
    places = [left + bins.place(float(edge)) * (WIDTH - left) for edge in bins.edges]
    spans = list(zip(places[:-1], places[1:], bins.counts.tolist(), strict=True))
    spans += [(0.0, ZERO - 5.0, bins.zeros)] if bins.zeros else []
    return "".join(_bar(x, end, count, most) for x, end, count in spans if count)


def _bar(x: float, end: float, count: float, most: float) -> str:
    gap = min(1.0, (end - x) * 0.18)
    height = max(1.0, min(count / most, 1.0) * (FLOOR - TOP))
    return f"M{_n(x + gap / 2)} {_n(FLOOR)}v{_n(-height)}h{_n(end - x - gap)}v{_n(height)}z"


def _rejected(bins: Bins, mark: Mark, left: float) -> tuple[float, float]:
    """Return (x, width) of the side that a mark rejects; the bar at zero belongs to the low side."""
    at = left + bins.place(_cut(bins, mark)) * (WIDTH - left)
    return (0.0, at) if mark.rejects.startswith("<") else (at, WIDTH - at)


def _cut(bins: Bins, mark: Mark) -> float:
    """Where whole numbers have bins of their own, the line stands between two of them."""
    return mark.value + (0.5 if mark.rejects in (">", "<=") else -0.5) if bins.whole else mark.value


def _tinted(bars: str, rejected: list[tuple[float, float]]) -> list[Html]:
    """Draw the bars once more, in the colour of what goes, cut off at the lines: no id is needed, nested views clip."""
    return [
        tag("svg", tag("path", class_="gone", d=bars), viewBox=f"{_n(x)} 0 {_n(width)} {_n(HEIGHT)}", **_box(x, width, 0, HEIGHT))
        for x, width in rejected if width > 0.05
    ]  # fmt: skip


def _broken_bar(bins: Bins, left: float, most: float, total: int) -> Html:
    """Draw the break across the one bar that is too high, and its share."""
    if bins.zeros and bins.zeros > most:
        x, end, high = 0.0, ZERO - 5.0, bins.zeros
    else:
        at = int(np.argmax(bins.counts))
        x, end = (left + bins.place(float(edge)) * (WIDTH - left) for edge in bins.edges[at : at + 2])
        high = int(bins.counts[at])
    slash = tag("path", class_="break", d=f"M{_n(x - 2)} {_n(TOP + 9)}L{_n(end + 2)} {_n(TOP + 5)}")
    return joined(slash, _text(share(high, total), "share", min(end + 3, WIDTH - 34), TOP + 10))


def _axis(bins: Bins, left: float) -> list[Html]:
    labels = [(left + bins.place(value) * (WIDTH - left), short(value)) for value in ticks(bins)]
    labels += [(ZERO / 2 - 2.5, "0")] if bins.zeros else []
    shown, right = [], -math.inf
    for x, text in sorted(labels):
        if x - len(text) * 3.2 > right:
            shown.append(_text(text, "tick", x, HEIGHT - 4, _anchor(x, len(text))))
            right = x + len(text) * 3.2
    return shown


def _anchor(x: float, length: int) -> str:
    return "start" if x < length * 3 else "end" if x > WIDTH - length * 3 else "middle"


def _marks(bins: Bins, marks: Sequence[Mark], left: float) -> list[Html]:
    drawn, right = [], -math.inf
    for mark in sorted(marks, key=lambda mark: mark.value):
        x = left + bins.place(_cut(bins, mark) if mark.rejects else mark.value) * (WIDTH - left)
        kind = "limit" if mark.rejects else "limit perhaps"
        drawn.append(tag("line", class_=kind, x1=_n(x), x2=_n(x), y1=_n(TOP - 4), y2=_n(FLOOR)))
        start = x - len(mark.label) * 3
        if start > right:
            drawn.append(_text(mark.label, "label", x, 10, _anchor(x, len(mark.label))))
            right = x + len(mark.label) * 6
    return drawn


def sizes(clusters: np.ndarray) -> Html:
    """Draw how many clusters there are of each size (int64, 2 or more), in doubling steps, each column with its count."""
    powers = np.floor(np.log2(np.maximum(clusters - 1, 1))).astype(int)  # 2 | 3-4 | 5-8 | ...: copies 1 | 2-3 | 4-7 ...
    counts = np.bincount(powers, minlength=4)
    step = WIDTH / max(len(counts), 7)
    most = max(int(counts.max()), 1)
    columns: list[Html | None] = []
    for power, number in enumerate(counts.tolist()):
        x, low, high = power * step, 2**power + 1, 2 ** (power + 1)
        middle, width = x + step * 0.43, step * 0.86
        columns += [
            tag("path", class_="gone", d=_bar(x, x + width, number, most)) if number else None,
            _text(short(number), "label" if number else "tick", middle, FLOOR - (FLOOR - TOP) * number / most - 4, "middle"),
            _text(short(high) if low == high else f"{short(low)}–{short(high)}", "tick", middle, HEIGHT - 4, "middle"),
        ]
    return _drawing(f"{count(len(clusters))} clusters; the largest has {count(int(clusters.max()))} documents", columns)


def bar(*parts: tuple[float, str]) -> Html:
    """Return a bar of HTML: parts (share of the whole width, class) side by side."""
    return tag("span", *(tag("i", class_=kind, style=f"width:{_n(100 * width)}%") for width, kind in parts if width > 0), class_="bar")


def _box(x: float, width: float, y: float, height: float) -> dict[str, object]:
    return {"x": _n(x), "y": _n(y), "width": _n(width), "height": _n(height)}


def _n(number: float) -> str:
    """A coordinate in few characters.

    >>> _n(3.0), _n(0.126), _n(-0.001)
    ('3', '0.13', '0')
    """
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
