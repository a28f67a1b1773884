"""`make demo-llm`: four things that language models do with data, on what this machine has, with what they cost and how good they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from tempfile import TemporaryDirectory

from tilth import llm
from tilth.errors import RecipeError
from tilth.llm import Client, Estimate, Spending, simulate
from tilth.semantic.demo.belongings import Belongings
from tilth.semantic.demo.fields import Fields
from tilth.semantic.demo.machine import Machine
from tilth.semantic.demo.part import Models, Part, Scored
from tilth.semantic.demo.rare import Rare
from tilth.semantic.demo.topics import Topics

PARTS: tuple[Callable[[Machine, Models], Part], ...] = (Fields, Rare, Belongings, Topics)
# Priced like a large and a small hosted model of 2025.
ORACLE = simulate.Model("large", flip=0.04, false_alarms=0.004, decay=0.0005, missing=0.0005, price=(1.25, 0.125, 10), cache="hosted")
PROXY = simulate.Model("small", flip=0.12, false_alarms=0.04, decay=0.004, missing=0.002, price=(0.05, 0.005, 0.4), cache="hosted")

BUDGET = 2.0  # dollars


@dataclass(frozen=True)
class Done:
    """A part as it went: how good it was, what it took of both models and of the oracle alone, and seconds; and what the plain plan,
    every row or pair alone to the oracle, would have asked, and cost at least: as if all its answers were one token."""

    title: str
    scored: Sequence[Scored]
    spent: Spending
    oracle: Spending
    seconds: float
    plain_calls: int
    plain_dollars: float


@dataclass(frozen=True)
class Demo:
    """The parts of the demo on a machine, asked through `client`; where no endpoint and no model is named, of simulated ones."""

    machine: Machine = field(default_factory=Machine)
    models: Models = field(default_factory=Models)
    client: Client = field(default_factory=lambda: Client(budget=BUDGET, account="demo"))

    @property
    def simulated(self) -> bool:
        return not self.client.base_url and self.models == Models()

    @property
    def parts(self) -> list[Part]:
        return [part(self.machine, self.models) for part in PARTS]

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Make the client the ambient one, and serve what it asks where there is no endpoint."""
        if not self.simulated:
            with llm.using(self.client):
                yield
            return
        prices = {each.name: dict(zip(("input", "cached", "output"), each.price or (), strict=True)) for each in (ORACLE, PROXY)}
        with TemporaryDirectory() as folder, simulate.serve((ORACLE, PROXY), [part.gold() for part in self.parts]) as server:
            here = replace(self.client, base_url=server.base_url, cache=f"{folder}/answers.sqlite", prices=prices)
            with llm.using(here):
                yield

    def estimates(self) -> list[Estimate]:
        """Return what each part will ask and cost, at most; nothing is asked.

        Raises RecipeError where a model has no price, or where even short answers would cost more than the budget.
        """
        told = [llm.estimate(part.prompts()) for part in self.parts]
        dollars = sum(each.low or 0.0 for each in told)
        if any(each.low is None for each in told):
            says = f"{self.models.oracle}: {{input: 1.25, output: 10}}"
            raise _refused("its models have no prices", f"--prices prices.yaml, a file with lines such as: {says}")
        if self.client.budget is not None and dollars > self.client.budget:
            fix = f"--pages {len(self.machine.pages) // 2}, or --budget {2 * dollars:.2f}"
            raise _refused(f"it may cost ${dollars:.2f} and more, and the budget is ${self.client.budget:.2f}", fix)
        return told

    def do(self, part: Part) -> Done:
        """Do one part, and return how it went."""
        before, began = _spent(), time.monotonic()
        scored = part.run()
        seconds, after = time.monotonic() - began, _spent()
        plain = part.plain()
        told = llm.estimate(plain.prompts, replace(llm.current(), cache=":memory:"))
        dollars = (told.low or 0.0) / max(1, told.calls) * plain.calls
        spent = {model: after[model] - before.get(model, Spending()) for model in after}
        both = reduce(add, spent.values(), Spending())
        return Done(part.title, scored, both, spent.get(self.models.oracle, Spending()), seconds, plain.calls, dollars)


def _spent() -> dict[str, Spending]:
    """What was spent until now, as the session knows it: the file is some milliseconds behind."""

    async def work(session: llm.Session, _: None) -> dict[str, Spending]:
        return await session.spending()

    return next(iter(llm.in_order(work, [None])))


def _refused(why: str, fix: str) -> RecipeError:
    return RecipeError("The demo does not start.", where="tilth llm demo", why=why, fix=fix)
