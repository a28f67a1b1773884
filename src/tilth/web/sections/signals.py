"""The distributions of what was measured, with the thresholds of the rules drawn in."""

from __future__ import annotations

from tilth.signals import Limit, Signal
from tilth.web.bins import binned
from tilth.web.figures import Mark, bar, histogram
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count, figure, share
from tilth.web.page import code, lead, nothing
from tilth.web.sections.documents import SIGNS
from tilth.web.statistics import Statistics

MOST = 120  # figures drawn
_REJECTS = {">=": "<", ">": "<=", "<": ">=", "<=": ">"}


def signals(found: Statistics) -> Html:
    """Return a figure for each signal that a rule looks at, and behind a click for each of the others."""
    shown = [signal for signal in found.signals if signal.sketch.known + signal.sketch.unknown][:MOST]
    if not shown:
        return nothing("No step measured a number.")
    ruled, free = [each for each in shown if each.limits], [each for each in shown if not each.limits]
    text = lead(
        "Each signal over all rows on which it was measured, before any rule looked at it. The tinted side fails the threshold; a row that "
        "fails several is counted at each, but dropped by the first. A broken bar says its share of the rows. Try other thresholds with ",
        code(f"tilth sweep {found.run.out} COLUMN"), ".",
    )  # fmt: skip
    title = f"{len(free)} signals that no threshold looks at" if len(free) > 1 else "One signal that no threshold looks at"
    more = tag("details", tag("summary", title), _grid(free), class_="more") if free else None
    return joined(text, _grid(ruled), more)


def _grid(every: list[Signal]) -> Html:
    return tag("div", *map(_figure, every), class_="signals")


def _figure(signal: Signal) -> Html:
    sketch = signal.sketch
    rows = sketch.known + sketch.unknown
    if not sketch.known:
        shown = nothing("unknown on every row")
    elif signal.kind == "truth":
        shown = _truth(signal)
    else:
        marks = [Mark(limit.value, _label(limit), _REJECTS.get(limit.op, "") if limit.decides else "") for limit in signal.limits]
        shown = histogram(binned(sketch, [mark.value for mark in marks]), marks, f"Distribution of {signal.name}")
    middle = f"median {figure(sketch.quantile(0.5))}" if sketch.known and signal.kind == "number" else ""
    unknown = f"{count(sketch.unknown)} unknown" if sketch.unknown else ""
    notes = " · ".join(part for part in (middle, unknown) if part)
    caption = tag("figcaption", tag("code", signal.name), tag("small", notes))
    return tag("figure", caption, shown, *(_sentence(limit, rows if limit.decides else sketch.known) for limit in signal.limits))


def _truth(signal: Signal) -> Html:
    true = int(signal.sketch.counts[signal.sketch.values != 0].sum())
    known = signal.sketch.known
    return tag("p", bar((true / known, "kept")), f"true for {count(true)} rows, {share(true, known)}", class_="truth")


def _label(limit: Limit) -> str:
    return f"{SIGNS.get(limit.op, limit.op)} {figure(limit.value)}"


def _sentence(limit: Limit, rows: int) -> Html:
    if not rows:
        return tag("p", tag("span", limit.reason, class_="reason"), f" asks {_label(limit)} of none of these rows", class_="limit")
    kept = "" if limit.decides else " of those that have it; another part of the rule may keep them"
    rate = tag("b" if limit.fails else "span", share(limit.fails, rows))
    return tag("p", rate, f" fail {_label(limit)}", tag("span", limit.reason, class_="reason"), kept, class_="limit")
