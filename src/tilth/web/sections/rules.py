"""Each rule that dropped something: how often it hit, and whom."""

from __future__ import annotations

from tilth.web.drops import REASONS, Drop
from tilth.web.figures import bar
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count, share
from tilth.web.page import lead, nothing
from tilth.web.sections.documents import decided, example
from tilth.web.statistics import Statistics
from tilth.web.trails import Document


def rules(found: Statistics) -> Html:
    """Return one entry a reason, that of most rows first; examples open on a click."""
    if not found.drops:
        return nothing("No rule dropped a row.")
    hit = {drop.step for drop in found.drops}
    idle = [step["reason"] or step["rule"] for i, step in enumerate(found.run.data["executed"]) if "rule" in step and i not in hit]
    text = "Reasons by the rows they took; the rate is of the rows that came to that step. Open one to see documents that went."
    return joined(
        lead(text), tag("div", *(_entry(drop, found.drops[0].rows) for drop in found.drops[:REASONS]), class_="rules"),
        tag("p", f"{len(found.drops) - REASONS} further reasons are in the audit.", class_="aside") if len(found.drops) > REASONS else None,
        tag("p", "These rules hit nothing: ", ", ".join(idle), ".", class_="aside") if idle else None,
    )  # fmt: skip


def _entry(drop: Drop, most: int) -> Html:
    made_by = tag("code", drop.rule) if drop.rule and drop.rule != drop.reason else tag("small", drop.label)
    summary = tag(
        "summary", tag("b", drop.reason), tag("span", made_by, class_="by"), bar((drop.rows / most, "gone")),
        tag("span", count(drop.rows), class_="n"), tag("span", share(drop.rows, drop.came), class_="n rate"),
    )  # fmt: skip
    return tag("details", summary, *(example(one, _decided(drop, one)) for one in drop.examples))


def _decided(drop: Drop, one: Document) -> Html | None:
    """Return the figures that the rule looked at, or the document that stays."""
    if drop.rule:
        return decided(one, drop.rule)
    return tag("p", "stands for it: ", tag("bdi", one.stays, class_="id"), class_="decided") if one.stays else None
