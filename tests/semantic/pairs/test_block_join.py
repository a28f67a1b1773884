"""Blocks of both sides: the nested loop's verdicts at a fraction of its prompts, whatever the replies look like."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tilth import semantic
from tilth.llm.simulate import Gold, Model

SAME = "The two rows name the same beer."


def beers(n: int, stride: int = 1) -> tuple[dict, dict, list[tuple[str, str]]]:
    left = [f"ale number {i}" for i in range(n)]
    right = [f"No. {i * stride} (an ale)" for i in range(n)]
    return {"name": left}, {"label": right}, [(left[i * stride], right[i]) for i in range(n) if i * stride < n]


def pairs(joined: semantic.Joined) -> set[tuple[int, int]]:
    return set(zip(joined.pairs["left"].to_pylist(), joined.pairs["right"].to_pylist(), strict=True))


def test_it_says_what_the_nested_loop_says_with_a_hundredth_of_the_prompts(simulator) -> None:
    left, right, gold = beers(40, stride=3)
    simulator(Gold(SAME, "join", gold))
    plain = semantic.join(left, right, SAME, "m", method="nested")
    block = semantic.join(left, right, SAME, "m", method="block", block=32)
    assert pairs(plain) == pairs(block) == {(3 * i, i) for i in range(14)}
    assert plain.spent.calls == 1600 and block.spent.calls <= 16


def test_every_fault_is_mended_or_told(simulator, faulty: Model) -> None:
    left, right, gold = beers(20)
    simulator(Gold(SAME, "join", gold), models=(faulty,), timeout=1.0)
    found = semantic.join(left, right, SAME, "m", block=8)
    open_pairs = set(zip(found.unanswered["left"].to_pylist(), found.unanswered["right"].to_pylist(), strict=True))
    right_pairs = {(i, i) for i in range(20)}
    assert pairs(found) <= right_pairs
    if not faulty.missing:  # a match that is left out of a list leaves no trace
        assert pairs(found) | open_pairs >= right_pairs
    assert all(answer["reason"] for answer in found.unanswered["answer"].to_pylist())


def test_a_dense_join_makes_its_blocks_smaller_and_loses_nothing(simulator) -> None:
    left, right = {"name": [f"left {i}" for i in range(48)]}, {"label": [f"right {i}" for i in range(48)]}
    every = [(a, b) for a in left["name"] for b in right["label"]]
    simulator(Gold(SAME, "join", every))
    found = semantic.join(left, right, SAME, "m", block=48, room=4000)
    assert len(found.pairs) == 48 * 48 and len(found.unanswered) == 0
    assert found.spent.calls < 100  # those that overflowed, and those that did not


def test_an_estimate_that_was_raised_holds_for_the_blocks_to_come(simulator) -> None:
    left, right = {"name": [f"left {i}" for i in range(96)]}, {"label": [f"right {i}" for i in range(96)]}
    simulator(Gold(SAME, "join", [(a, b) for a in left["name"] for b in right["label"]]))
    found = semantic.join(left, right, SAME, "m", block=24)
    assert len(found.pairs) == 96 * 96
    assert found.spent.calls < 60


def test_a_row_that_no_prompt_gets_through_is_given_up_after_three_others(simulator) -> None:
    left, right, gold = beers(64)
    simulator(Gold(SAME, "join", gold), models=(Model("m", refusals=0.03, seed=2),))
    found = semantic.join(left, right, SAME, "m")
    silent = set(zip(found.unanswered["left"].to_pylist(), found.unanswered["right"].to_pylist(), strict=True))
    assert len(silent) >= 64 and pairs(found) | silent >= {(i, i) for i in range(64)} >= pairs(found)
    assert found.spent.calls < 64 * 64 / 8
    assert any("so with 3 other rows" in answer["reason"] for answer in found.unanswered["answer"].to_pylist())


def test_room_bounds_a_prompt(simulator) -> None:
    left = {"name": ["word " * 200 + str(i) for i in range(12)]}
    right = {"label": [f"right {i}" for i in range(12)]}
    simulator(Gold(SAME, "join", [(left["name"][3].strip(), "right 5")]))
    found = semantic.join(left, right, SAME, "m", room=500)
    assert pairs(found) == {(3, 5)} and found.spent.prompt_tokens / found.spent.calls < 900


@pytest.mark.parametrize("name", ["Structured/Beer", "Structured/Fodors-Zagats"])
def test_real_records_at_equal_f1_with_a_twentieth_of_the_calls(simulator, name: str) -> None:
    left, right, gold = records(name, 40)
    simulator(Gold(SAME, "join", [(left[n], right[m]) for n, m in gold]), models=(Model("m", flip=0.1, false_alarms=0.001),))
    plain, block = (semantic.join({"x": left}, {"y": right}, SAME, "m", method=method) for method in ("nested", "block"))
    assert plain.spent.calls >= 20 * block.spent.calls
    assert pairs(plain) == pairs(block) and len(pairs(block) & gold) >= 0.7 * len(gold)


def records(name: str, most: int) -> tuple[list[str], list[str], set[tuple[int, int]]]:
    """The first records of both sides of a real set's test part, those that match before others."""
    archive = Path("../shared/data/semantic/ditto_entity_matching.tar.gz")
    if not archive.exists():
        pytest.skip("the data set ditto is not here")
    with tarfile.open(archive) as files:
        member = files.extractfile(f"data/er_magellan/{name}/test.txt")
        assert member is not None
        lines = [line.split("\t") for line in member.read().decode().splitlines()]
    lines.sort(key=lambda line: line[2] != "1")
    left = list(dict.fromkeys(line[0].strip() for line in lines))[:most]
    right = list(dict.fromkeys(line[1].strip() for line in lines))[:most]
    found = [(line[0].strip(), line[1].strip()) for line in lines if line[2] == "1"]
    return left, right, {(left.index(a), right.index(b)) for a, b in found if a in left and b in right}
