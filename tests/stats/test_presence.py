"""Mentions after each step are those of the rows that are left after it, in whatever stage the step is."""

from __future__ import annotations

import json
import random

import pyarrow.compute as pc
import pytest

import tilth as t
from tilth import bias, dedup, filters, read
from tilth.memory import evaluate
from tilth.probe import sample
from tilth.stats.presence import presence
from tilth.stats.spoken import spoken


@pytest.fixture
def corpus(tmp_path):
    rng = random.Random(2)
    words = ["she", "he", "office", "home", "tree", "sky"]
    texts = [" ".join(rng.choices(words, k=rng.randint(1, 6))) + rng.choice(["", " .", " !"]) for _ in range(150)]
    lines = [json.dumps({"id": str(i), "text": text, "n": i}) for i, text in enumerate(texts)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    return read.Jsonl(str(tmp_path / "a.jsonl"))


@pytest.mark.parametrize("first", [[], dedup.exact()])
def test_after_every_step_it_is_what_is_left(corpus, tmp_path, first) -> None:
    steps = [t.Filter("n > 9"), *first, filters.Mentions(), t.Filter("n < 130"), *dedup.near(), t.Filter("n > 30")]
    run = t.run(corpus, steps, str(tmp_path / "out"), "inline", split=1500)
    found, rows = presence(spoken(run)), sample(corpus, 1000)
    assert run.data["shards"] > 1 and found[0].step == "as counted" and len(found) == 4
    counted_at = next(i for i, step in enumerate(steps) if isinstance(step, filters.Mentions)) + 1
    for one, upto in zip(found, (counted_at, counted_at + 1, len(steps) - 1, len(steps)), strict=True):
        left = evaluate(steps[:upto], rows).table
        assert one.rows == len(left)
        assert list(one.mentions) == [pc.sum(left[name]).as_py() for name in one.signals]
        assert list(one.rows_with) == [pc.sum(pc.greater(left[name], 0)).as_py() for name in one.signals]
    assert found[0].signals[:2] == ("group_men", "group_women")


def test_nothing_was_counted(corpus, tmp_path) -> None:
    run = t.run(corpus, [t.Filter("n > 9")], str(tmp_path / "out"), "inline")
    assert spoken(run) is None and presence(spoken(run)) == ()


def test_what_an_edit_did_is_counted_again(tmp_path) -> None:
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": f"she is at home {i}", "n": i}) for i in range(20)))
    steps = [filters.Mentions(), bias.Counterfactual(share=1.0), filters.Mentions(name="swapped"), t.Filter("n > 4")]
    *_, before, after = presence(spoken(t.run(read.Jsonl(str(tmp_path / "a.jsonl")), steps, str(tmp_path / "out"), "inline")))
    assert after.step == "the same, counted again: swapped" and before.signals == after.signals
    at = [before.signals.index(name) for name in ("group_men", "group_women", "group_men_near_family", "group_women_near_family")]
    assert [before.mentions[i] for i in at] == [0, 15, 0, 15] and [after.mentions[i] for i in at] == [15, 0, 15, 0]
