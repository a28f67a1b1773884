"""What `plan` says of questions is what they then take, at most; and it asks nothing."""

from __future__ import annotations

import json
import re

import pyarrow as pa
import pytest

import tilth as t
from tilth import semantic
from tilth.cli.main import main
from tilth.llm.simulate import Gold
from tilth.semantic.foretell import foretold

TEXTS = [f"page {n} of {n % 7}" for n in range(400)]
GOLD = Gold("Grade it.", "score", {text: n % 6 for n, text in enumerate(TEXTS)})
STEP = semantic.Score("Grade it.", model="m", name="grade")


def test_it_is_what_is_then_taken(simulator) -> None:
    server = simulator(GOLD)
    table = pa.table({"text": TEXTS})
    told = foretold(STEP.question, table, 1.0)
    t.evaluate([STEP], table)
    took = server.stats()["m"]
    assert told.calls == took["answered"] == 50
    assert took["prompt_tokens"] <= told.prompt_tokens <= 1.6 * took["prompt_tokens"]
    assert took["completion_tokens"] <= told.completion_tokens
    assert told.low <= took["prompt_tokens"] / 1e6 + 2 * took["completion_tokens"] / 1e6 + told.low and told.low < told.high
    assert foretold(STEP.question, table, 1.0).calls == 0  # all of it is in the cache now


def test_plan_says_it_and_asks_nothing(simulator, tmp_path, monkeypatch, capsys) -> None:
    server = simulator(GOLD)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pages.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    (tmp_path / "recipe.yaml").write_text(
        "corpus: {read.Jsonl: {path: pages.jsonl}}\n"
        "recipe:\n- semantic.Score: {instruction: Grade it., model: m, name: grade}\n- Filter: {rule: grade >= 2}\n"
    )
    assert main(["plan", "recipe.yaml", "--out", "out"]) in (0, None)
    told = capsys.readouterr().out
    calls = re.search(r"score 'Grade it.' by m: at most (\d+) calls", told)
    assert calls and 35 <= int(calls[1]) <= 65, told
    assert "$" in told and not server.stats()["m"]["requests"]


def test_an_unknown_price_is_said(simulator) -> None:
    simulator(GOLD, prices={})
    assert "unknown" in str(foretold(STEP.question, pa.table({"text": TEXTS}), 1.0))


@pytest.mark.parametrize("texts", [[], [None, ""]])
def test_nothing_to_ask(simulator, texts: list) -> None:
    simulator(GOLD)
    assert foretold(STEP.question, pa.table({"text": pa.array(texts, pa.large_string())}), 3.0).calls == 0
