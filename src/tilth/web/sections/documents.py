"""One document as an example: what it is called, where it came from, the figures that decided, and how it begins."""

from __future__ import annotations

import re

from tilth.rules import Threshold, columns, thresholds
from tilth.signals import FAILS
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import figure
from tilth.web.page import nothing
from tilth.web.trails import Document

LONGEST_ID = 200
_BLANK = re.compile(r"\n\s*\n")
SIGNS = {">=": "≥", "<=": "≤", "==": "=", "!=": "≠"}


def example(one: Document, figures: Html | None = None) -> Html:
    """Return one document; `figures` stand between its name and its text."""
    name = one.id if len(one.id) <= LONGEST_ID else one.id[:LONGEST_ID] + "…"
    source = tag("span", one.source, class_="source") if one.source else None
    head = tag("header", tag("bdi", name or "no id", class_="id"), source, tag("span", f"row {one.row}", class_="row"))
    text = _BLANK.sub("\n\n", one.text.strip())
    return tag("article", head, figures, tag("blockquote", tag("bdi", text)) if text else nothing("no text"))


def decided(one: Document, rule: str) -> Html:
    """Return the columns of a rule with the document's values, those that fail a threshold marked."""
    limits = thresholds(rule)
    shown = [_value(one, name, [limit for limit in limits if limit.column == name]) for name in columns(rule)]
    return tag("p", *shown, class_="decided")


def _value(one: Document, name: str, limits: list[Threshold]) -> Html:
    if name not in one.signals:
        known = {"source": one.source, "id": one.id}
        return tag("span", tag("code", name), " ", known.get(name, "not kept in the audit"))
    value = one.signals[name]
    failed = [limit for limit in limits if value != value or FAILS[limit.op](value, limit.value)]
    wanted = [f"{SIGNS.get(limit.op, limit.op)} {limit.value:g}" for limit in failed or limits]
    shown = tag("b" if failed else "span", figure(value))
    return tag("span", tag("code", name), " ", shown, joined(" needs " if failed else " of ", " and ".join(wanted)) if wanted else None)
