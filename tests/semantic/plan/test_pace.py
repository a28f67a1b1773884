"""The time that calls take together is that of the slowest of three: waves under way, requests a minute, tokens a minute."""

from __future__ import annotations

import time

import pyarrow as pa
import pytest

from tilth import llm, semantic
from tilth.llm.simulate import Gold, Model
from tilth.semantic.plan.pace import Pace, Work, ambient


def test_waves_of_calls() -> None:
    pace = Pace(in_flight=4)
    assert [pace.seconds(calls, 0.5, 100) for calls in (0, 0.2, 4, 4.1, 40)] == [0, 0.5, 0.5, 1.0, 5.0]
    assert pace.seconds(4, 0.5, 100, rounds=6) == 3.0


def test_rates_a_minute() -> None:
    assert Pace(requests_per_minute=600).seconds(101, 0.5, 100) == pytest.approx(10 - 1 + 0.5)
    assert Pace(tokens_per_minute=6000).seconds(101, 0.5, 10) == pytest.approx(10 - 1 + 0.5)
    assert Pace(4, 600, 6000).seconds(101, 4.0, 10) == 26 * 4.0


def test_work_of_rows() -> None:
    work = Work(Pace(in_flight=2), calls=0.5, latency=1.0, tokens=10, fixed=4, rounds=3)
    assert [work.seconds(rows) for rows in (0, 4, 12)] == [0, 5.0, 7.0]
    doubling = Work(Pace(in_flight=100), calls=1, latency=1.0, tokens=10, doubling=True)
    assert [doubling.seconds(rows) for rows in (1, 2, 7, 8)] == [1, 2, 3, 4]


def test_the_pace_of_the_ambient_client() -> None:
    with llm.using(llm.Client(in_flight=3, requests_per_minute=90)):
        assert ambient() == Pace(3, 90, None)


@pytest.mark.parametrize(("limits", "least"), [({"in_flight": 4}, 0.5), ({"requests_per_minute": 1200.0}, 0.95)])
def test_a_client_keeps_the_time_that_is_foretold(simulator, limits, least) -> None:
    texts = [f"page {n}" for n in range(40)]
    simulator(Gold("Is it even?", "filter", dict.fromkeys(texts, True)), models=(Model("m", base_seconds=0.05),), **limits)
    foretold = ambient().seconds(40, 0.05, 300)
    began = time.perf_counter()
    semantic.run(semantic.query(pa.table({"text": texts})).ask(semantic.Filter("Is it even?", "m", batch=1)))
    took = time.perf_counter() - began
    assert least <= foretold and 0.8 * foretold < took < 3 * foretold
