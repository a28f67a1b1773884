"""A row a step; those that drop nothing are slim."""

from __future__ import annotations

from tilth.web.sections.funnel import _folded, funnel
from tilth.web.statistics import statistics


def test_one_row_a_step(out: str) -> None:
    found = statistics(out)
    shown = funnel(found)
    steps = found.run.funnel
    idle = [step for step in steps if not step["dropped"] and not step["failed"]]
    assert shown.count('scope="row"') == len(steps) and shown.count('class="slim"') == len(idle) == 4
    assert "<small>Filter</small> no vowels" in shown


def test_rules_that_dropped_nothing_are_one_row() -> None:
    def step(name: str, gone: int = 0) -> dict:
        dropped = {name: gone} if gone else {}
        return {"step": name, "came": 9, "left": 9 - gone, "dropped": dropped, "failed": 0, "edited": 0, "seconds": 0.5}

    steps = [step("read"), step("Filter: a", 1), step("Filter: b"), step("Filter: c"), step("Filter: d"), step("Whitespace"),
             step("Filter: e"), step("Filter: f")]  # fmt: skip
    folded = list(_folded(steps))
    assert [entry["step"] for entry in folded] == [
        "read", "Filter: a", "3 rules that dropped nothing", "Whitespace", "Filter: e", "Filter: f",
    ]
    assert folded[2]["names"] == ["b", "c", "d"] and folded[2]["seconds"] == 1.5 and folded[2]["left"] == 9
