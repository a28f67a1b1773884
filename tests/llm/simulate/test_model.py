"""Errors of judgement are as frequent as the model says, and its log-probabilities mean what they say, or do not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tilth.errors import RecipeError
from tilth.llm import simulate
from tilth.llm.simulate.answer import Simulated, answer
from tilth.llm.simulate.asked import Asked
from tilth.llm.simulate.gold import Gold, Golds
from tilth.llm.simulate.judge import Judge, Said, pairs
from tilth.llm.simulate.model import Model, parse
from tilth.semantic.asking.prompt import block, messages

ROWS = 6000
GOLD = Gold("good", "filter", {f"row {n}": n % 3 == 0 for n in range(ROWS)})


def judged(model: Model, rows: int = 1, gold: Gold = GOLD) -> list[tuple[bool, Said]]:
    """Of every row, whether the answer is right, and the answer."""
    judge = Judge(model, gold, rows)
    told = [judge.row(Asked("filter", "good"), {"text": key}) for key in gold.keyed]
    return [(said.value == truth, said) for said, truth in zip(told, gold.keyed.values(), strict=True)]


def within(hits: int, of: int, share: float) -> bool:
    """Whether a count is within four standard deviations of a binomial."""
    return abs(hits - of * share) <= 4 * math.sqrt(of * share * (1 - share)) + 1


@pytest.mark.parametrize("even", [False, True])
@pytest.mark.parametrize("flip", [0.0, 0.02, 0.1, 0.3, 0.5, 0.8])
def test_the_flip_rate_is_the_share_of_wrong_answers(flip: float, even: bool) -> None:
    wrong = sum(not right for right, _ in judged(Model("m", flip=flip, even=even)))
    assert within(wrong, ROWS, flip)
    assert flip or not wrong


def test_false_alarms_have_a_rate_of_their_own() -> None:
    found = judged(Model("m", flip=0.3, false_alarms=0.01))
    truths = list(GOLD.keyed.values())
    assert within(sum(not right for (right, _), truth in zip(found, truths, strict=True) if truth), sum(truths), 0.3)
    assert within(sum(not right for (right, _), truth in zip(found, truths, strict=True) if not truth), ROWS - sum(truths), 0.01)


def test_hard_rows_are_hard_for_every_model_and_err_apart() -> None:
    one, two = ([not right for right, _ in judged(Model(name, flip=0.2))] for name in ("one", "two"))
    both = sum(map(bool.__and__, one, two)) / ROWS
    assert 0.05 < both < 0.15  # apart, on rows equally hard for both: the mean of (d**1.5 / 2)**2 = 1/16; if independent 0.04, if equal 0.2
    assert one != two


def test_difficulty_may_be_told() -> None:
    told = Gold("good", "filter", GOLD.keyed, difficulty={key: float(n % 2) for n, key in enumerate(GOLD.keyed)})
    found = [not right for right, _ in judged(Model("m", flip=0.1), gold=told)]
    assert not any(found[::2])
    assert within(sum(found[1::2]), ROWS // 2, 0.5)


@pytest.mark.parametrize("rows", [2, 8, 32])
def test_accuracy_decays_with_rows_per_prompt(rows: int) -> None:
    wrong = sum(not right for right, _ in judged(Model("m", decay=0.01), rows))
    assert within(wrong, ROWS, 1 - 0.99 ** (rows - 1))


def test_false_alarms_grow_with_rows_in_proportion() -> None:
    model = Model("m", flip=0.1, false_alarms=0.001, decay=0.01)
    assert model.wrong(0.0, rows=11) == pytest.approx(1 - 0.99**10)
    assert model.wrong(0.0, no=True, rows=11) == pytest.approx(1 - 0.9999**10)


def test_a_block_of_pairs_decays_by_the_rows_that_it_shows() -> None:
    names = [f"row {n}" for n in range(32)]
    world = Simulated(Golds([Gold("same", "join", [(a, b) for a in names for b in names])]))
    told = messages("join", "same", *(block(side, [{"text": name} for name in names]) for side in ("left", "right")), form="pairs")
    wire = [{"role": role, "content": content} for role, content in told]
    found = len(json.loads(answer(Model("m", decay=0.005), world, wire).text)["pairs"])
    assert within(found, 1024, 0.995**63)


def test_more_rows_in_a_prompt_only_add_errors() -> None:
    few, many = (judged(Model("m", flip=0.1, decay=0.02), rows) for rows in (1, 10))
    assert all(before or not after for (before, _), (after, _) in zip(few, many, strict=True))


def reliability(model: Model) -> list[tuple[float, float, int]]:
    """Mean probability told, share of right answers, and number, by tenths of the probability told."""
    found = judged(model)
    told = np.array([said.sure for _, said in found])
    right = np.array([right for right, _ in found])
    cells = [(told >= low) & (told < low + 0.05) for low in np.arange(0.5, 1, 0.05)]
    return [(float(told[cell].mean()), float(right[cell].mean()), int(cell.sum())) for cell in cells if cell.sum() > 50]


def test_calibrated_probabilities_are_the_share_of_right_answers() -> None:
    cells = reliability(Model("m", flip=0.2))
    assert len(cells) > 5
    assert all(within(round(right * of), of, told) for told, right, of in cells)


def test_overconfident_ones_are_above_it_in_the_same_order() -> None:
    calm, bold = (judged(Model("m", flip=0.2, logprobs=mode)) for mode in ("calibrated", "overconfident"))  # type: ignore[arg-type]
    told = [said.sure for _, said in bold]
    ordered = [told[n] for n in np.argsort([said.sure for _, said in calm])]
    assert np.all(np.diff(ordered) >= -1e-12)
    sure = np.array(ordered)
    right = np.array([bold[n][0] for n in np.argsort([said.sure for _, said in calm])])
    middle = (sure > 0.6) & (sure < 0.99)
    assert middle.sum() > 500
    assert sure[middle].mean() > right[middle].mean() + 0.08


def test_useless_ones_say_nothing() -> None:
    found = judged(Model("m", flip=0.3, logprobs="useless"))
    told, wrong = np.array([said.sure for _, said in found]), np.array([not right for right, _ in found])
    assert abs(np.corrcoef(told, wrong)[0, 1]) < 4 / math.sqrt(ROWS)


def test_position_bias_shows_when_the_order_is_swapped() -> None:
    merit = Gold("better", "compare", {f"row {n}": n for n in range(200)})
    judge = Judge(Model("m", position_bias=0.3), merit)
    rows = [({"text": f"row {n}"}, {"text": f"row {n + 7}"}) for n in range(190)]
    swapped = [(judge.better(a, b).value, judge.better(b, a).value) for a, b in rows]
    assert within(sum(pair == (0, 0) for pair in swapped), len(rows), 0.3)
    assert all(pair in ((0, 0), (1, 0)) for pair in swapped)  # the greater one wins, or the first place twice
    last = Judge(Model("m", position_bias=-1.0), merit)
    assert all(last.better(a, b).value == 1 for a, b in rows)


def test_pairs_err_alike_however_they_are_asked() -> None:
    left, right = ([{side: f"{side} {n}"} for n in range(30)] for side in ("left", "right"))
    gold = Gold("match", "join", [(f"left {n}", f"right {n}") for n in range(30)])
    judge = Judge(Model("m", flip=0.2, false_alarms=0.05), gold)
    block_wise = set(pairs(judge, left, right))
    one_by_one = {
        (n, m) for n, row in enumerate(left) for m, other in enumerate(right) if judge.row(Asked("filter", "match"), {**row, **other}).value
    }
    assert block_wise == one_by_one
    assert within(sum((n, n) in block_wise for n in range(30)), 30, 0.8)
    assert within(sum(n != m for n, m in block_wise), 870, 0.05)


def test_temperature_draws_anew_and_greedy_does_not(said: Callable[..., Any]) -> None:
    asked = messages("filter", "Is it good?", block("rows", [{"text": f"row {n}"} for n in range(100)]))
    with simulate.serve([simulate.Model("m", flip=0.3)], [GOLD]) as server:
        greedy = [said(server, asked, seed=seed, temperature=0) for seed in range(3)]
        warm = [said(server, asked, seed=seed, temperature=1) for seed in (1, 2, 1)]
    assert greedy[0] == greedy[1] == greedy[2]
    assert warm[0] == warm[2] != warm[1]


def test_a_wrong_object_is_wrong_in_one_field() -> None:
    gold = Gold("fields", "extract", {f"row {n}": {"a": n, "b": f"b{n}", "c": 1} for n in range(50)})
    judge = Judge(Model("m", flip=1.0, even=True), gold)
    for n in range(50):
        value = judge.row(Asked("extract", "fields"), {"text": f"row {n}"}).value
        assert sum(value[name] != truth for name, truth in gold.keyed[f"row {n}"].items()) == 1


@pytest.mark.parametrize(
    "settings",
    [{"flip": 1.5}, {"missing": -0.1}, {"position_bias": 2}, {"logprobs": "high"}, {"cache": "x"}, {"price": (1, 2)}, {"context": 0},
     {"base_seconds": -1}],
)  # fmt: skip
def test_what_cannot_be_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match="cannot have"):
        Model("m", **settings)


def test_models_of_the_command_line() -> None:
    assert parse("plain") == Model("plain")
    told = parse("a/b:flip=0.1,json_schema=no,reasoning=64,logprobs=useless,price=1/0.5/2")
    assert told == Model("a/b", flip=0.1, json_schema=False, reasoning=64, logprobs="useless", price=(1, 0.5, 2))
    for wrong in ("m:flop=1", "m:flip=much", "m:even=perhaps", "m:name=x"):
        with pytest.raises(RecipeError, match="cannot have"):
            parse(wrong)
