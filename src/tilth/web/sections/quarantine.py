"""Quarantine: what could not be read or broke a step, by kind of error."""

from __future__ import annotations

from tilth.web.faults import Fault
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count
from tilth.web.page import lead, nothing
from tilth.web.sections.documents import example
from tilth.web.statistics import Statistics


def quarantine(found: Statistics) -> Html:
    """Return one entry a kind of error; examples open on a click."""
    if not found.faults:
        return nothing("Nothing failed: every row was read, and every step took every row.")
    text = "Rows that could not be read, or that broke a step. Two errors are of one kind where only numbers and quoted parts differ."
    return joined(lead(text), tag("div", *map(_entry, found.faults), class_="faults"))


def _entry(fault: Fault) -> Html:
    summary = tag("summary", tag("b", count(fault.rows), class_="n"), tag("span", fault.kind), tag("small", fault.label))
    return tag("details", summary, *map(example, fault.examples))
