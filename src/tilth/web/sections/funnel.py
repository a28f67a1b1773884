"""The funnel: what came to every step and what left it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from tilth.web.figures import bar
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count, duration, share
from tilth.web.page import lead
from tilth.web.statistics import Statistics

COLUMNS = [
    ("step", ""), ("", "track"), ("rows left", "n"), ("dropped", "n"), ("share", "n"),
    ("edited", "n extra"), ("failed", "n extra"), ("time", "n extra"),
]  # fmt: skip

FOLDED = 3  # rules in a row that dropped nothing, and more


def funnel(found: Statistics) -> Html:
    """Return one row a step; a step that lets everything pass is slim, and of rules that do so several in a row are one."""
    rows_in = max(found.run.data["rows_in"], 1)
    head = tag("thead", tag("tr", *(tag("th", name, class_=kind or None, scope="col") for name, kind in COLUMNS)))
    body = tag("tbody", *(_row(entry, rows_in) for entry in _folded(found.run.funnel)))
    text = "Every step in order. The bar is the share of all rows that came to it; the coloured end is what it dropped or could not take."
    return joined(lead(text), tag("div", tag("table", head, body, class_="funnel"), class_="wide"))


def _folded(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the steps, runs of rules that dropped nothing as one."""
    for idle, some in groupby(entries, lambda entry: entry["step"].startswith("Filter: ") and not entry["dropped"] and not entry["failed"]):
        rules = list(some)
        if not idle or len(rules) < FOLDED:
            yield from rules
            continue
        names = [entry["step"].removeprefix("Filter: ") for entry in rules]
        yield {**rules[0], "step": f"{len(rules)} rules that dropped nothing", "names": names, "seconds": sum(e["seconds"] for e in rules)}


def _row(entry: dict[str, Any], rows_in: int) -> Html:
    gone, failed = sum(entry["dropped"].values()), entry["failed"]
    kind, colon, reason = entry["step"].partition(": ")
    name = joined(tag("small", kind), " ", reason) if colon else entry["step"]
    if "names" in entry:
        name = tag("details", tag("summary", name), tag("small", ", ".join(entry["names"])))
    shown = bar((entry["left"] / rows_in, "kept"), (gone / rows_in, "gone"), (failed / rows_in, "broken"))
    cells = [
        tag("th", name, scope="row"), tag("td", shown, class_="track"), tag("td", count(entry["left"]), class_="n"),
        *(tag("td", text, class_="n") for text in ([count(gone), share(gone, entry["came"])] if gone else ["", ""])),
        tag("td", count(entry["edited"]) if entry["edited"] else "", class_="n extra"),
        tag("td", count(failed) if failed else "", class_="n extra"), tag("td", duration(entry["seconds"]), class_="n extra"),
    ]  # fmt: skip
    return tag("tr", *cells, class_=None if gone or failed else "slim")
