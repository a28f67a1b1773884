"""A row a step; those that drop nothing are slim."""

from __future__ import annotations

from tilth.web.sections.funnel import funnel
from tilth.web.statistics import statistics


def test_one_row_a_step(out: str) -> None:
    found = statistics(out)
    shown = funnel(found)
    steps = found.run.funnel
    idle = [step for step in steps if not step["dropped"] and not step["failed"]]
    assert shown.count('scope="row"') == len(steps) and shown.count('class="slim"') == len(idle) == 4
    assert "<small>Filter</small> no vowels" in shown
