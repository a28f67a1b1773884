"""What the demo prints: an estimate, quality and cost, and that simulated quality is no model's."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from tilth.errors import StepError
from tilth.llm import Client, Estimate, Spending
from tilth.semantic.demo import Demo, Done, Machine, Models, Scored, show
from tilth.semantic.demo.report import about, cost, estimate, quality

JOIN = Done("Join", (Scored("pairs", 3, 4, 6),), Spending(calls=7, dollars=0.5), Spending(calls=5), 1.25, 1000, 25.0)


def printed(*tables: object) -> str:
    console = Console(file=StringIO(), width=110)
    console.print(*tables)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_whole_demo(machine: Machine) -> None:
    console = Console(file=StringIO(), width=110)
    done = show(Demo(machine), console)
    assert isinstance(console.file, StringIO)
    text = " ".join(console.file.getvalue().split())
    assert "Their quality is not a model's quality." in text and "capped at $2.00" in text
    assert [each.title for each in done] == [part.title for part in Demo(machine).parts]
    for each in done:
        assert text.count(each.title) == 3
    assert f"{done[2].plain_calls:,}" in text and "\x1b" not in text


def test_what_was_done_before_the_budget_was_spent_is_printed(machine: Machine) -> None:
    console = Console(file=StringIO(), width=110)
    low = sum(each.low or 0 for each in _estimates(Demo(machine)))
    with pytest.raises(StepError, match="budget is spent"):
        show(Demo(machine, client=Client(budget=low)), console)
    assert isinstance(console.file, StringIO)
    assert "What it cost" in console.file.getvalue() and console.file.getvalue().count("Distil:") == 1


def _estimates(demo: Demo) -> list[Estimate]:
    with demo.reached():
        return demo.estimates()


def test_quality_and_cost_add_up() -> None:
    (scored,) = (line.split() for line in printed(quality([JOIN])).splitlines() if "pairs" in line)
    assert scored == ["Join", "pairs", "0.75", "0.50", "0.60"]
    lines = printed(cost([JOIN, replace(JOIN, title="Filter")])).splitlines()
    (together,) = (line.split() for line in lines if "together" in line)
    assert together == ["together", "14", "10", "$1.00", "2,000", "$50.00", "50.0x"]


def test_what_is_unknown_or_free_is_said() -> None:
    assert "unknown" in printed(estimate(["Join"], [Estimate(1, 1, 0, 9, 9, None, None)], None))
    assert "from the cache" in printed(cost([replace(JOIN, spent=Spending())]))


def test_a_real_endpoint_is_not_called_simulated() -> None:
    real = Demo(models=Models("gpt-4o", "gpt-4o-mini"), client=Client("http://localhost:9/v1"))
    assert about(real) == "Asked are gpt-4o and gpt-4o-mini." and "simulated" in about(Demo())
