"""Entities with targets: kept over the candidate pairs, for a share of the questions, and the same however a run is cut."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tilth as t
from tilth import read, semantic
from tilth.errors import RecipeError, StepError
from tilth.llm.simulate import Gold, Model
from tilth.semantic.guarantees.share import least_share

SAME = "The two rows are the same restaurant."
KINDS = ("house", "inn", "arms")
TOWNS = ("Ulm", "Bonn", "Kiel", "Jena", "Gera", "Hof")


def restaurants(count: int, seed: int = 0) -> tuple[pa.Table, Gold]:
    """Each restaurant in two or three spellings."""
    rows = [(f"{KINDS[c]} {(n * 7919 + seed * 37) % 9973} of {TOWNS[n % 6]}{' bar' * c}", n)
            for n in range(count) for c in range(2 + n % 2)]  # fmt: skip
    rows.sort(key=lambda row: row[0])
    same: dict[int, list[str]] = {}
    for text, n in rows:
        same.setdefault(n, []).append(text)
    gold = [(a, b) for texts in same.values() for a in texts for b in texts if a != b]
    return pa.table({"text": [text for text, _ in rows]}), Gold(SAME, "join", gold)


def pairs(found: semantic.Resolved) -> set[tuple[int, int]]:
    return set(zip(found.pairs["left"].to_pylist(), found.pairs["right"].to_pylist(), strict=True))


def models(small: float, seed: int = 0) -> tuple[Model, ...]:
    return Model("big", flip=0.04, false_alarms=0.01, seed=seed), Model("small", flip=small, seed=seed)


def test_targets_hold_over_the_candidate_pairs_for_a_share_of_the_questions(simulator) -> None:
    rows, gold = restaurants(150)
    simulator(gold, models=models(0.05))
    plain = semantic.resolve(rows, SAME, "big", candidates=4, recheck=False)  # what the model says of each candidate pair
    found = semantic.cascade_resolve(rows, SAME, "big", small="small", candidates=4, recheck=False)
    right, wanted = len(pairs(found) & pairs(plain)), pairs(plain)
    assert right >= 0.9 * len(pairs(found)) and right >= 0.9 * len(wanted)
    assert found.candidates == plain.asked and found.asked < plain.asked / 2
    assert {answer["status"] for answer in found.pairs["answer"].to_pylist()} == {"ok", "proxy"}


@pytest.mark.parametrize("small", [0.05, 0.5])
def test_targets_are_missed_no_oftener_than_delta(simulator, small: float) -> None:
    missed, seeds = 0, 5
    for seed in range(seeds):
        rows, gold = restaurants(40, seed)
        simulator(gold, models=models(small, seed))
        wanted = pairs(semantic.resolve(rows, SAME, "big", candidates=3, recheck=False))
        found = semantic.cascade_resolve(rows, SAME, "big", small="small", candidates=3)
        assert found.asked <= found.candidates
        right = len(pairs(found) & wanted)
        missed += right < 0.9 * len(pairs(found)) or right < 0.9 * len(wanted)
    assert least_share(missed, seeds, 0.001) <= 0.05


def test_asking_again_where_an_entity_contradicts_itself_mends_it(simulator) -> None:
    rows, gold = restaurants(120)
    simulator(gold, models=(Model("big"), Model("small", flip=0.1)))
    wanted = pairs(semantic.resolve(rows, SAME, "big", candidates=6))
    settings = {"small": "small", "candidates": 6, "precision": 0.8, "recall": 0.8}
    hasty, checked = (semantic.cascade_resolve(rows, SAME, "big", recheck=again, **settings) for again in (False, True))
    assert checked.conflicts == 0 < hasty.conflicts and checked.asked > hasty.asked
    assert len(pairs(checked) ^ wanted) < len(pairs(hasty) ^ wanted)


def test_without_a_small_model_likeness_is_the_proxy(simulator) -> None:
    rows, gold = restaurants(60)
    simulator(gold, models=(Model("big"),))
    wanted = semantic.resolve(rows, SAME, "big", candidates=4)
    found = semantic.cascade_resolve(rows, SAME, "big", candidates=4)
    right = len(pairs(found) & pairs(wanted))
    assert right >= 0.9 * len(pairs(found)) and right >= 0.9 * len(pairs(wanted)) and found.asked <= wanted.asked


def test_pairs_that_nobody_answers_are_told_and_are_not_the_same(simulator) -> None:
    rows, gold = restaurants(12)
    simulator(gold, models=(Model("big", refusals=0.1), Model("small", refusals=0.1)))
    found = semantic.cascade_resolve(rows, SAME, "big", small="small", candidates=3)
    silent = set(zip(found.unanswered["left"].to_pylist(), found.unanswered["right"].to_pylist(), strict=True))
    assert silent and not silent & pairs(found)
    assert {answer["status"] for answer in found.unanswered["answer"].to_pylist()} == {"refused"}


@pytest.mark.parametrize("rows", [[], ["alone"], [None, ""], ["twin", "twin"]])
def test_nothing_to_ask_about(simulator, rows: list[str | None]) -> None:
    server = simulator(Gold(SAME, "join", []), models=models(0.1))
    found = semantic.cascade_resolve(pa.table({"text": pa.array(rows, pa.string())}), SAME, "big", small="small")
    assert found.candidates == 0 and found.entity.to_pylist() == [rows.index(row) for row in rows]
    assert not server.stats().get("big", {}).get("requests")


def test_a_run_is_the_same_however_it_is_cut_and_grown_and_pays_for_nothing_twice(simulator, tmp_path: Path) -> None:
    rows, gold = restaurants(20)
    server = simulator(gold, models=models(0.05))
    texts = rows["text"].to_pylist()
    steps = [semantic.ResolveCascade(SAME, "big", "small", candidates=3, drop=True)]
    (tmp_path / "in").mkdir()

    def shard(number: int, part: list[str]) -> None:
        (tmp_path / "in" / f"{number}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in part))

    def kept(out: str, executor: str) -> list[str]:
        run = t.run(read.Jsonl(str(tmp_path / "in" / "*.jsonl")), steps, out=str(tmp_path / out), executor=executor)
        return pq.read_table(Path(run.out) / "data", columns=["text"])["text"].to_pylist()

    shard(0, texts[:20])
    kept("grown", "inline")
    shard(1, texts[20:])
    grown = kept("grown", "local:2")
    answered = server.stats()["big"]["answered"]
    assert grown == kept("once", "inline") and 20 <= len(grown) < len(texts)
    assert server.stats()["big"]["answered"] == answered  # all in the cache


@pytest.mark.parametrize("wrong", [{"recall": 1.0}, {"delta": 0.0}, {"keep": "best"}, {"candidates": 0}, {"small_batch": 0}])
def test_what_cannot_be(wrong: dict) -> None:
    with pytest.raises(RecipeError):
        semantic.cascade_resolve(restaurants(3)[0], SAME, "big", **wrong)
    with pytest.raises(RecipeError):
        semantic.ResolveCascade(SAME, "big", columns=())


def test_a_budget_stops_it(simulator) -> None:
    rows, gold = restaurants(30)
    simulator(gold, models=models(0.1), budget=0.0005)
    with pytest.raises(StepError, match="budget"):
        semantic.cascade_resolve(rows, SAME, "big", small="small")
