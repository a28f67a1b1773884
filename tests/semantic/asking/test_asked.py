"""Model steps in runs: the same rows on every executor, nothing asked for a probe, nothing paid twice after a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import tilth as t
from tilth import llm, read, semantic
from tilth.errors import StepError
from tilth.llm.simulate import Gold, Model

TEXTS = [f"page {n} of {n % 7}" for n in range(120)]
GOLD = (
    Gold("Is it a page worth keeping?", "filter", {text: n % 3 > 0 for n, text in enumerate(TEXTS)}),
    Gold("Say the title.", "map", {text: text.title() for text in TEXTS}),
    Gold("Grade it.", "score", {text: n % 6 for n, text in enumerate(TEXTS)}),
)
RECIPE = [
    semantic.Filter("Is it a page worth keeping?", model="m", name="worth"),
    semantic.Map("Say the title.", model="m", name="title"),
    semantic.Score("Grade it.", model="m", name="grade"),
    t.Filter("grade >= 2", reason="poor"),
]
WANT = [text.title() for n, text in enumerate(TEXTS) if n % 3 > 0 and n % 6 >= 2]


@pytest.fixture
def corpus(tmp_path: Path) -> read.Jsonl:
    for part in range(4):
        lines = [json.dumps({"text": text}) for text in TEXTS[part * 30 : part * 30 + 30]]
        (tmp_path / f"{part}.jsonl").write_text("\n".join(lines) + "\n")
    return read.Jsonl(str(tmp_path / "*.jsonl"))


def titles(run: t.Run) -> list[str]:
    return pq.read_table(Path(run.out) / "data", columns=["title"])["title"].to_pylist()


def test_rows_are_the_same_on_every_executor(simulator, corpus, tmp_path, any_executor) -> None:
    simulator(*GOLD)
    assert titles(t.run(corpus, RECIPE, out=str(tmp_path / "out"), executor=any_executor)) == WANT


def test_a_probe_asks_nothing(simulator, corpus, tmp_path) -> None:
    server = simulator(*GOLD)
    found = t.check(corpus, RECIPE)
    assert not found.errors
    t.plan(corpus, RECIPE, out=str(tmp_path / "out"), probe=True)
    assert not server.stats()["m"]["requests"]


def test_rows_without_answer_are_quarantined(simulator, corpus, tmp_path) -> None:
    simulator(*GOLD, models=(Model("m", refusals=0.2),))
    run = t.run(corpus, RECIPE[:1], out=str(tmp_path / "out"), executor="inline")
    lost = pq.read_table(Path(run.out) / "quarantine")
    assert 5 < len(lost) < 60 and all(why.startswith("refused") for why in lost["error"].to_pylist())


def test_a_spent_budget_stops_the_run_and_more_money_goes_on(simulator, corpus, tmp_path) -> None:
    server = simulator(*GOLD, budget=0.0025, in_flight=2)
    with pytest.raises(StepError, match="budget"):
        t.run(corpus, RECIPE, out=str(tmp_path / "out"), executor="inline")
    paid = server.stats()["m"]["answered"]
    with llm.using(llm.Client(**{**vars(llm.current()), "budget": 1.0})):
        assert titles(t.run(corpus, RECIPE, out=str(tmp_path / "out"), executor="inline")) == WANT
    assert 0 < paid < server.stats()["m"]["answered"] <= paid + 48  # the whole is 16 prompts for the filter and at most 32 for the others


def test_a_killed_run_goes_on_and_pays_nothing_twice(simulator, corpus, tmp_path) -> None:
    server = simulator(*GOLD, models=(Model("m", base_seconds=0.05),), in_flight=2)
    want = t.run(corpus, RECIPE, out=str(tmp_path / "whole"), executor="inline")
    asked = server.stats()["m"]["answered"]
    server.reset()
    fresh = llm.Client(**{**vars(llm.current()), "cache": str(tmp_path / "fresh.sqlite")})
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_asked as a; import tilth as t; from tilth import read\n"
        "t.run(read.Jsonl(sys.argv[2]), a.RECIPE, out=sys.argv[3], executor='local:2')"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path / "*.jsonl"), str(tmp_path / "killed")]
    with llm.using(fresh):
        for seconds in (1.5, 2.0, 2.5, 3.0):
            child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            time.sleep(seconds)
            child.send_signal(signal.SIGKILL)
            child.wait()
        done = t.run(corpus, RECIPE, out=str(tmp_path / "killed"), executor="inline")
        assert titles(done) == titles(want)
        paid = server.stats()["m"]["answered"]
        assert asked <= paid <= asked + 4 * 2 * 2  # what was under way at a kill was never received
        server.reset()
        t.run(corpus, RECIPE, out=str(tmp_path / "again"), executor="inline")
        assert not server.stats()["m"]["answered"]
