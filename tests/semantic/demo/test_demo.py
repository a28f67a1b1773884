"""The demo on a part of this machine: right where the models are, honest about cost, and stopped by its budget."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth import llm
from tilth.errors import RecipeError, StepError
from tilth.llm import simulate
from tilth.semantic.demo import Demo, Done, Machine, Models

ROOT = Path(__file__).resolve().parents[3]
PRICES = {"right": {"input": 1.25, "output": 10}, "cheap": {"input": 0.05, "output": 0.4}}
RIGHT, CHEAP = simulate.Model("right", price=(1.25, 1.25, 10)), simulate.Model("cheap", flip=0.05, price=(0.05, 0.05, 0.4))


@pytest.fixture
def endpoint(machine: Machine) -> Iterator[simulate.Server]:
    """An endpoint whose expensive model makes no error."""
    with simulate.serve([RIGHT, CHEAP], [part.gold() for part in Demo(machine).parts]) as server:
        yield server


def demo(machine: Machine, server: simulate.Server, cache: Path, **settings) -> Demo:
    client = llm.Client(server.base_url, cache=str(cache), account="demo", **{"prices": PRICES, "budget": 2.0, **settings})
    return Demo(machine, Models("right", "cheap"), client)


def done(shown: Demo) -> list[Done]:
    with shown.reached():
        return [shown.do(part) for part in shown.parts]


def test_simulated_models_err_as_told(machine: Machine) -> None:
    shown = Demo(machine)
    fields, rare, belongings, topics = done(shown)
    assert shown.simulated
    assert all(scored.f1 > 0.8 for scored in fields.scored) and topics.scored[0].f1 < 1
    assert belongings.scored[0].precision > 0.8 and topics.scored[1].f1 > 0.75
    assert sum(each.spent.dollars for each in (fields, rare, belongings, topics)) < 2
    assert belongings.plain_calls == len(machine.installed) * len(machine.parts) > 100 * belongings.spent.calls


def test_a_model_without_error_at_an_endpoint(machine: Machine, endpoint: simulate.Server, tmp_path: Path) -> None:
    shown = demo(machine, endpoint, tmp_path / "answers.sqlite")
    with shown.reached():
        told = shown.estimates()
    assert not shown.simulated and endpoint.stats()["right"]["requests"] == 0
    found = fields, rare, belongings, _ = done(shown)
    for went, estimate in zip(found, told, strict=True):
        assert went.spent.calls <= estimate.calls * 1.05 + 2 and went.spent.dollars <= (estimate.high or 0)
    assert all(scored.f1 == 1 for scored in fields.scored)
    assert rare.scored[0].precision >= 0.9 and rare.scored[0].recall >= 0.8
    assert belongings.scored[0].precision == 1 and belongings.scored[0].recall > 0.8
    stats = endpoint.stats()
    assert stats["right"]["unknown"] == stats["cheap"]["unknown"] == 0
    assert sum(each.spent.dollars for each in found) == pytest.approx(stats["right"]["dollars"] + stats["cheap"]["dollars"])
    assert sum(each.oracle.calls for each in found) == stats["right"]["requests"]
    again = done(shown)
    assert [each.scored for each in again] == [each.scored for each in found]
    assert sum(each.spent.calls for each in again) == 0 and endpoint.stats()["right"]["requests"] == stats["right"]["requests"]


def test_it_does_not_start_without_prices_or_beyond_its_budget(machine: Machine, endpoint: simulate.Server, tmp_path: Path) -> None:
    for settings, why in (({"prices": {}}, "no prices"), ({"budget": 0.01}, "the budget is")):
        shown = demo(machine, endpoint, tmp_path / "answers.sqlite", **settings)
        with shown.reached(), pytest.raises(RecipeError, match=why):
            shown.estimates()
    assert endpoint.stats()["right"]["requests"] == 0


def test_the_budget_is_never_exceeded(machine: Machine, endpoint: simulate.Server, tmp_path: Path) -> None:
    shown = demo(machine, endpoint, tmp_path / "answers.sqlite", budget=0.04)
    with pytest.raises(StepError, match="budget is spent"):
        done(shown)
    assert 0 < sum(model["dollars"] for model in endpoint.stats().values()) <= 0.04


def test_the_command_that_the_readme_names_is_in_the_makefile() -> None:
    assert "\ndemo-llm: $(VENV)/ready\n\t$(BIN)/tilth llm demo\n" in (ROOT / "Makefile").read_text()
    assert "`make demo-llm`" in (ROOT / "README.md").read_text()
