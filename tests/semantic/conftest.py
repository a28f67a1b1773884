"""A simulated endpoint over real HTTP, and a client that asks it and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tilth import llm
from tilth.llm import simulate

Simulator = Callable[..., simulate.Server]


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A function that serves models (by default one without fault, "m") with gold, and makes its endpoint the ambient one.

    Each call serves anew with a fresh cache; further settings are the client's.
    """
    with ExitStack() as stack:
        served = 0

        def start(*gold: simulate.Gold, models: tuple[simulate.Model, ...] = (simulate.Model("m"),), **settings: Any) -> simulate.Server:
            nonlocal served
            served += 1
            server = stack.enter_context(simulate.serve(models, gold))
            prices = {model.name: {"input": 1.0, "output": 2.0} for model in models}
            quick = {"backoff": 0.001, "prices": prices, "cache": str(tmp_path / f"llm{served}.sqlite")}
            stack.enter_context(llm.using(llm.Client(base_url=server.base_url, **{**quick, **settings})))
            return server

        yield start


FAULTS: dict[str, dict[str, Any]] = {
    "clean": {}, "missing": {"missing": 0.3}, "doubled": {"doubled": 0.3}, "invented": {"invented": 0.3}, "reordered": {"reordered": 1.0},
    "refusals": {"refusals": 0.2}, "apologies": {"apologies": 0.2}, "truncated": {"truncated": 0.3}, "malformed": {"malformed": 0.3},
    "mistyped": {"mistyped": 0.2}, "rate limited": {"rate_limited": 0.2, "retry_after": 0.0}, "errors": {"errors": 0.2},
    "unavailable": {"unavailable": 0.2}, "resets": {"resets": 0.2}, "slow": {"slow": 0.3, "slow_seconds": 0.02},
    "hangs": {"hangs": 0.1, "hang_seconds": 30.0}, "no schemas": {"json_schema": False}, "neither schemas nor tools":
    {"json_schema": False, "tools": False}, "reasons": {"reasoning": 30, "temperature": False},
}  # fmt: skip


@pytest.fixture(params=FAULTS)
def faulty(request: pytest.FixtureRequest) -> simulate.Model:
    """The model "m" with each fault that a simulated one can have, in turn."""
    return simulate.Model("m", **FAULTS[request.param])
