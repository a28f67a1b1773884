"""One answer from many rows: the same however they are packed, by group, on every row or on one; and every fault of a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tilth
from tilth import evaluate, semantic
from tilth.errors import RecipeError, StepError, TilthError
from tilth.llm.simulate import Gold, Model
from tilth.memory import addressed
from tilth.read import Jsonl
from tilth.semantic.agg import aggregate
from tilth.testing import check

PRICES = {f"The {kind} number {n} costs {n} euros.": n for n, kind in enumerate(["mill", "dam", "lock"] * 14, 1)}
GOLD = Gold("What do these cost together?", "aggregate", PRICES, combine="sum")
ASK = "What do these cost together?"
NUMBER = '{"type":"integer"}'


def table() -> pa.Table:
    return addressed(pa.table({"text": list(PRICES), "kind": [text.split()[1] for text in PRICES]}))


def of(kind: str) -> int:
    return sum(price for text, price in PRICES.items() if text.split()[1] == kind)


def test_all_rows_have_one_answer_and_what_it_cost(simulator: Any) -> None:
    server = simulator(GOLD)
    done = aggregate(table(), ASK, "m", answer=NUMBER, name="sum")
    assert done["sum"].to_pylist() == [sum(PRICES.values())] and done["sum"].type == pa.int64()
    told = done["sum_answer"][0].as_py()
    stats = server.stats()["m"]
    assert told["status"] == "ok" and told["prompt_tokens"] == stats["prompt_tokens"] and told["cost"] > 0 and stats["requests"] == 1


@pytest.mark.parametrize("room", [40, 70, 150, 400])
def test_the_answer_is_the_same_however_rows_are_packed(simulator: Any, room: int) -> None:
    server = simulator(GOLD)
    done = aggregate(table(), ASK, "m", answer=NUMBER, room=room, max_tokens=16)
    assert done["answer"].to_pylist() == [sum(PRICES.values())]
    assert server.stats()["m"]["requests"] > 1


def test_groups_are_kept_apart_and_come_in_their_order(simulator: Any) -> None:
    simulator(GOLD)
    done = aggregate(table(), ASK, "m", by=("kind",), answer=NUMBER, room=100, max_tokens=16)
    assert done.select(["kind", "answer"]).to_pylist() == [{"kind": kind, "answer": of(kind)} for kind in ("mill", "dam", "lock")]


def test_the_step_puts_the_answer_on_every_row_or_on_the_first_of_a_group(simulator: Any) -> None:
    simulator(GOLD)
    every = evaluate([semantic.Agg(ASK, "m", by=("kind",), answer=NUMBER, name="sum")], table())
    assert every.table["sum"].to_pylist() == [of(kind) for kind in table()["kind"].to_pylist()]
    one = evaluate([semantic.Agg(ASK, "m", by=("kind",), answer=NUMBER, name="sum", one=True)], table())
    assert one.table.select(["row", "sum"]).to_pylist() == [{"row": n, "sum": of(kind)} for n, kind in enumerate(("mill", "dam", "lock"))]
    assert one.audit["drop_of"].to_pylist() == [n % 3 for n in range(3, 42)]


def test_every_fault_ends_in_the_right_answer_or_a_null_with_its_reason(simulator: Any, faulty: Model) -> None:
    simulator(GOLD, models=(faulty,), timeout=1.0)
    done = aggregate(table(), ASK, "m", by=("kind",), answer=NUMBER, room=80, max_tokens=16)
    for row in done.to_pylist():
        if row["answer"] is None:
            assert row["answer_answer"]["status"] != "ok" and row["answer_answer"]["reason"]
        else:
            assert row["answer"] == of(row["kind"])


def test_what_is_cut_off_together_is_asked_in_halves(simulator: Any) -> None:
    simulator(Gold("List", "aggregate", {text: text for text in PRICES}, combine="distinct"))
    texts = '{"type":"array","items":{"type":"string"}}'
    few = pa.table({"text": list(PRICES)[:4]})
    [row] = aggregate(few, "List them all.", "m", answer=texts, max_tokens=20).to_pylist()
    assert row["answer"] is None and row["answer_answer"]["status"] == "truncated"  # four names are longer than that
    [row] = aggregate(few, "List them all.", "m", answer=texts, max_tokens=200).to_pylist()
    assert row["answer"] == sorted(few["text"].to_pylist())


def test_the_laws(simulator: Any) -> None:
    simulator(GOLD)
    for agg in (semantic.Agg(ASK, "m", by=("kind",), answer=NUMBER), semantic.Agg(ASK, "m", answer=NUMBER, one=True)):
        check(agg, table())
        check(agg.finish(agg.observe(table().to_batches()[0]))[0], table())


@pytest.mark.parametrize("executor", ["inline", "local:2"])
def test_a_run_that_grew_is_a_run_from_scratch(simulator: Any, tmp_path: Path, executor: str) -> None:
    simulator(GOLD)
    agg = semantic.Agg(ASK, "m", by=("kind",), answer=NUMBER, name="sum")
    folder = tmp_path / "in"
    folder.mkdir()
    for part in range(3):
        rows = [{"text": text, "kind": text.split()[1]} for text in list(PRICES)[part::3]]
        (folder / f"{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        tilth.run(Jsonl(str(folder / "*.jsonl")), [agg], out=str(tmp_path / "grown"), executor=executor)
    tilth.run(Jsonl(str(folder / "*.jsonl")), [agg], out=str(tmp_path / "new"), executor=executor)
    read = (pq.read_table(tmp_path / out / "data").sort_by("row") for out in ("grown", "new"))
    grown, scratch = (table.drop_columns(["row"]) for table in read)  # files that came later are shards of their own
    assert grown.equals(scratch) and len(grown) == len(PRICES)
    assert grown["sum"].to_pylist() == [of(kind) for kind in grown["kind"].to_pylist()]


def test_nothing_to_ask_about_is_said_to_be_empty(simulator: Any) -> None:
    server = simulator(GOLD)
    assert aggregate(table().slice(0, 0), ASK, "m")["answer_answer"][0].as_py()["status"] == "empty"
    assert len(aggregate(table().slice(0, 0), ASK, "m", by=("kind",))) == 0
    nothing = pa.table({"text": ["", None], "kind": ["a", None]})
    assert aggregate(nothing, ASK, "m", by=("kind",))["answer"].to_pylist() == [None, None]
    assert evaluate([semantic.Agg(ASK, "m", name="sum")], table().slice(0, 0)).table["sum"].to_pylist() == []
    assert server.stats()["m"]["requests"] == 0


def test_what_cannot_be_is_refused(simulator: Any) -> None:
    simulator(GOLD)
    with pytest.raises(RecipeError, match="cannot be put into prompts"):
        semantic.Agg(ASK, "m", room=100, max_tokens=80)
    with pytest.raises(StepError, match="More than 10 rows"):
        evaluate([semantic.Agg(ASK, "m", most=10)], table())
    for wrong in ({"by": ("nation",)}, {"columns": ("nation",)}):
        with pytest.raises(TilthError, match="no column 'nation'"):
            aggregate(table(), ASK, "m", **wrong)


def test_a_spent_budget_stops_the_work(simulator: Any) -> None:
    simulator(GOLD, budget=1e-6)
    with pytest.raises(StepError, match="budget is spent"):
        aggregate(table(), ASK, "m")
