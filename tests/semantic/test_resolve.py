"""Entities: the pairs that matter are asked about, contradictions are counted and asked again, one row stands for each."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tilth
from tilth import evaluate, llm, read, semantic
from tilth.errors import RecipeError
from tilth.llm import simulate
from tilth.llm.simulate import Gold, Model

SAME = "The two rows are the same restaurant."
NAMES = ["arnie", "baxter", "chez", "dolce", "estela", "fenix", "granita", "hotel", "ivy", "jojo", "katsu", "locanda"]


def restaurants(copies: int = 3) -> tuple[pa.Table, Gold, list[int]]:
    """Each restaurant `copies` times, written in as many ways; and the number of the first row of each row's restaurant."""
    rows = [(f"{name} {i}{' bar' * c}", i) for c in range(copies) for i, name in enumerate(NAMES)]
    gold = [(a, b) for a, i in rows for b, j in rows if i == j and a != b]
    return pa.table({"text": [text for text, _ in rows]}), Gold(SAME, "join", gold), [i for _, i in rows]


def test_rows_of_one_thing_get_one_entity(simulator) -> None:
    rows, gold, first = restaurants()
    simulator(gold)
    found = semantic.resolve(rows, SAME, "m", candidates=4)
    assert found.entity.to_pylist() == first and found.conflicts == 0
    assert found.asked < 36 * 35 / 2 / 4 and found.spent.calls <= found.asked / 16 + 1


@pytest.mark.parametrize(("keep", "stands"), [("first", 0), ("longest", 2), ("fullest", 1), ("stars", 2)])
def test_who_stands_for_an_entity(simulator, keep: str, stands: int) -> None:
    rows = pa.table({"text": ["ivy 1", "ivy 1 b", "ivy 1 long name"], "town": [None, "Ulm", None], "stars": [None, 2, 5]})
    texts = rows["text"].to_pylist()
    simulator(Gold(SAME, "join", [(a, b) for a in texts for b in texts if a != b]))
    assert semantic.resolve(rows, SAME, "m", columns=("text",), keep=keep).entity.to_pylist() == [stands] * 3


def test_a_contradiction_is_counted_and_asked_again(simulator) -> None:
    rows, gold, first = restaurants()
    simulator(gold, models=(Model("m", decay=0.01),))  # which errs where pairs share a prompt
    plain = semantic.resolve(rows, SAME, "m", recheck=False)
    checked = semantic.resolve(rows, SAME, "m")
    wrong = [sum(of != wanted for of, wanted in zip(found.entity.to_pylist(), first, strict=True)) for found in (plain, checked)]
    assert plain.conflicts > 0 == checked.conflicts and wrong[1] < wrong[0] / 2
    assert checked.spent.calls > plain.spent.calls


def test_keys_bring_together_what_is_not_alike(simulator) -> None:
    rows = pa.table({"text": ["ivy", "the old pub"], "phone": ["1", "1"]})
    simulator(Gold(SAME, "join", [("ivy", "the old pub")]))
    assert semantic.resolve(rows, SAME, "m", columns=("text",), candidates=1).entity.to_pylist() == [0, 1]
    assert semantic.resolve(rows, SAME, "m", columns=("text",), candidates=1, keys=("phone",)).entity.to_pylist() == [0, 0]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from("abcdef") | st.none(), max_size=10), st.integers(1, 5))
def test_with_an_oracle_entities_are_the_classes_of_gold(oracle, rows: list[str | None], batch: int) -> None:
    found = semantic.resolve(pa.table({"x": pa.array(rows, pa.string()), "k": ["same"] * len(rows)}), SAME, "m", columns=("x",),
                             candidates=0, keys=("k",), batch=batch)  # fmt: skip
    places = {oracle[x]: n for n, x in reversed(list(enumerate(rows))) if x is not None}
    wanted = [n if x is None else places[oracle[x]] for n, x in enumerate(rows)]
    assert found.entity.to_pylist() == wanted


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory):
    classes = dict(zip("abcdef", (0, 1, 0, 2, 1, 0), strict=True))
    gold = Gold(SAME, "join", [(a, b) for a in classes for b in classes if classes[a] == classes[b] and a != b])
    cache = str(tmp_path_factory.mktemp("llm") / "llm.sqlite")
    with simulate.serve([Model("m")], [gold]) as server, llm.using(llm.Client(server.base_url, cache=cache)):
        yield classes


def test_every_fault_leaves_right_entities_or_says_what_is_open(simulator, faulty: Model) -> None:
    rows, gold, first = restaurants(2)
    simulator(gold, models=(faulty,), timeout=1.0)
    found = semantic.resolve(rows, SAME, "m", candidates=3)
    open_rows = set(found.unanswered["left"].to_pylist()) | set(found.unanswered["right"].to_pylist())
    assert all(of == wanted or row in open_rows for row, (of, wanted) in enumerate(zip(found.entity.to_pylist(), first, strict=True)))


def test_the_step_drops_what_another_row_stands_for(simulator, tmp_path: Path) -> None:
    rows, gold, first = restaurants()
    simulator(gold)
    done = evaluate(semantic.dedup(SAME, "m", candidates=4), rows)
    assert done.table["text"].to_pylist() == rows["text"].to_pylist()[:12]
    assert done.audit.select(["row", "drop_of"]).sort_by("row").to_pydict() == {"row": list(range(12, 36)), "drop_of": first[12:]}


def test_a_model_merges_the_rows_of_an_entity(simulator) -> None:
    rows, gold, _ = restaurants(2)
    texts = rows["text"].to_pylist()
    simulator(gold, Gold("Write one name", "aggregate", {text: text for text in texts}, combine="distinct"))
    done = evaluate(semantic.dedup(SAME, "m", candidates=4, merge="Write one name."), rows)
    assert done.table["text"].to_pylist() == texts[:12] and len(done.audit) == 12
    assert all(text in merged and f"{text} bar" in merged for text, merged in zip(texts, done.table["merged"].to_pylist(), strict=False))


@pytest.mark.parametrize("executor", ["inline", "local:2"])
def test_a_run_resolves_across_shards_and_as_the_corpus_grows(simulator, tmp_path: Path, executor: str) -> None:
    rows, gold, _ = restaurants()
    simulator(gold)
    (tmp_path / "in").mkdir()
    kept = []
    for shard in range(3):
        pq.write_table(rows.slice(12 * shard, 12), tmp_path / "in" / f"{shard}.parquet")
        out = str(tmp_path / "out")
        corpus = read.Parquet(str(tmp_path / "in" / "*.parquet"))
        kept.append(tilth.run(corpus, semantic.dedup(SAME, "m", candidates=4), out=out, executor=executor).rows)
    assert kept == [12, 12, 12]


@pytest.mark.parametrize("wrong", [{"keep": "best"}, {"keys": ("no",)}, {"candidates": 0}, {"batch": 0}])
def test_what_cannot_be(wrong: dict) -> None:
    with pytest.raises(RecipeError):
        semantic.resolve(restaurants()[0], SAME, "m", **wrong)
