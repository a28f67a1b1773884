"""The best rows: what a full sort says, with prompts in proportion to the rows; places that say nothing of a row decide nothing."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilth import evaluate, llm, semantic
from tilth.errors import LlmError, RecipeError, StepError
from tilth.llm import simulate
from tilth.llm.simulate import Gold, Model

BETTER = "Which of the two is worth more?"


def things(n: int) -> tuple[pa.Table, Gold, list[int]]:
    """Rows in no order, what they are worth, and their numbers from the best down."""
    worth = [(i * 7919) % 10007 for i in range(n)]
    texts = [f"thing {i}" for i in range(n)]
    gold = Gold(BETTER, "compare", dict(zip(texts, worth, strict=True)))
    return pa.table({"text": texts}), gold, sorted(range(n), key=lambda i: -worth[i])


@pytest.mark.parametrize("k", [1, 3, 10, 40])
def test_the_best_are_those_of_a_full_sort(simulator, k: int) -> None:
    rows, gold, order = things(40)
    simulator(gold)
    found = semantic.top_k(rows, k, BETTER, "m")
    assert found.table["row"].to_pylist() == order[:k] and found.table["rank"].to_pylist() == list(range(1, k + 1))
    assert found.disagreements == found.unanswered == 0 and found.spent.calls == 2 * found.comparisons


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 15) | st.none(), max_size=14), st.integers(1, 6), st.booleans())
def test_quickselect_is_a_sort(oracle, rows: list[int | None], k: int, swap: bool) -> None:
    found = semantic.top_k(pa.table({"x": pa.array(rows, pa.int64())}), k, BETTER, "m", swap=swap)
    there = sorted((n for n, x in enumerate(rows) if x is not None), key=lambda n: (-rows[n], n))
    assert found.table["row"].to_pylist() == there[:k]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory):
    gold = Gold(BETTER, "compare", {str(x): x for x in range(16)})
    cache = str(tmp_path_factory.mktemp("llm") / "llm.sqlite")
    with simulate.serve([Model("m")], [gold]) as server, llm.using(llm.Client(server.base_url, cache=cache)):
        yield


def test_prompts_are_in_proportion_to_the_rows(simulator) -> None:
    calls = []
    for n in (100, 400):
        rows, gold, _ = things(n)
        simulator(gold)
        calls.append(semantic.top_k(rows, 5, BETTER, "m", swap=False).spent.calls)
        assert calls[-1] <= 4 * n < n * math.log2(n)
    assert calls[1] <= 6 * calls[0]


def test_a_good_hint_makes_it_hardly_more_than_one_comparison_a_row(simulator) -> None:
    rows, gold, order = things(200)
    simulator(gold)
    hint = [0.0] * 200
    for rank, row in enumerate(order):
        hint[row] = -float(rank)
    found = semantic.top_k(rows.append_column("hint", pa.array(hint)), 5, BETTER, "m", hint="hint")
    assert found.table["row"].to_pylist() == order[:5] and found.comparisons <= 215


def test_a_model_that_likes_the_first_place_misleads_only_who_does_not_swap(simulator) -> None:
    rows, gold, order = things(120)
    for seed in range(3):
        simulator(gold, models=(Model("m", position_bias=0.1, seed=seed),))
        plain, swapped = (semantic.top_k(rows, 10, BETTER, "m", swap=swap) for swap in (False, True))
        assert swapped.table["row"].to_pylist() == order[:10] != plain.table["row"].to_pylist()
        assert plain.disagreements == 0 < swapped.disagreements


def test_a_strong_liking_still_misleads_far_less(simulator) -> None:
    rows, gold, order = things(120)
    missed = {False: 0, True: 0}
    for seed in range(3):
        simulator(gold, models=(Model("m", position_bias=0.25, seed=seed),))
        for swap in missed:
            missed[swap] += len(set(order[:10]) - set(semantic.top_k(rows, 10, BETTER, "m", swap=swap).table["row"].to_pylist()))
    assert missed[True] * 2 <= missed[False]


def test_with_a_hint_even_ties_are_put_right(simulator) -> None:
    rows, gold, order = things(60)
    simulator(gold, models=(Model("m", position_bias=0.4),))
    hint = pa.array([-float(order.index(n)) for n in range(60)])
    assert semantic.top_k(rows.append_column("hint", hint), 10, BETTER, "m", hint="hint").table["row"].to_pylist() == order[:10]


def test_a_model_that_always_takes_the_first_ends_all_the_same(simulator) -> None:
    rows, gold, _ = things(40)
    simulator(gold, models=(Model("m", position_bias=1.0),))
    found = semantic.top_k(rows, 5, BETTER, "m")
    assert found.disagreements == found.comparisons and found.table["row"].to_pylist() == [0, 1, 2, 3, 4]


def test_groups_have_their_own_best_and_copies_stand_together(simulator) -> None:
    rows, gold, order = things(30)
    simulator(gold)
    both = pa.concat_tables([rows, rows]).append_column("half", pa.array(["a"] * 30 + ["b"] * 30))
    found = semantic.top_k(both, 3, BETTER, "m", by="half")
    assert found.table["row"].to_pylist() == [*order[:3], *(30 + n for n in order[:3])]
    assert semantic.top_k(both, 3, BETTER, "m", columns=("text",)).table["row"].to_pylist() == [order[0], order[0] + 30, order[1]]


def test_every_fault_ends_in_an_order_that_counts_what_it_does_not_know(simulator, faulty: Model) -> None:
    rows, gold, order = things(20)
    simulator(gold, models=(faulty,), timeout=1.0)
    found = semantic.top_k(rows, 5, BETTER, "m")
    assert len(set(found.table["row"].to_pylist())) == 5
    if not found.unanswered:
        assert found.table["row"].to_pylist() == order[:5]


def test_a_dead_server_stops_it(simulator) -> None:
    rows, gold, _ = things(10)
    simulator(gold, models=(Model("m", errors=1.0),), attempts=2, patience=0.05)
    with pytest.raises(LlmError):
        semantic.top_k(rows, 3, BETTER, "m")


def test_the_step_keeps_the_best(simulator) -> None:
    rows, gold, order = things(40)
    simulator(gold)
    done = evaluate([semantic.TopK(5, BETTER, model="m")], rows)
    best = sorted(zip(done.table["rank"].to_pylist(), done.table["text"].to_pylist(), strict=True))
    assert best == [(rank, f"thing {row}") for rank, row in enumerate(order[:5], 1)]
    assert len(done.audit) == 35 and done.audit["reason"][0].as_py() == f"not among the 5 best: {BETTER}"


def test_the_step_says_when_there_are_too_many_rows(simulator) -> None:
    rows, gold, _ = things(40)
    simulator(gold)
    with pytest.raises(StepError, match="More than 30 rows"):
        evaluate([semantic.TopK(5, BETTER, model="m", most=30)], rows)


@pytest.mark.parametrize("wrong", [{"k": 0}, {"by": "no"}, {"hint": "no"}, {"instruction": " "}])
def test_what_cannot_be(wrong: dict) -> None:
    with pytest.raises(RecipeError):
        semantic.top_k(things(3)[0], **{"k": 1, "instruction": BETTER, "model": "m"} | wrong)
