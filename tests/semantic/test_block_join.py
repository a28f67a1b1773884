"""Blocks of both sides: the nested loop's verdicts at a fraction of its prompts, whatever the replies look like."""

from __future__ import annotations

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
    block = semantic.join(left, right, SAME, "m", method="block")
    assert pairs(plain) == pairs(block) == {(3 * i, i) for i in range(14)}
    assert plain.spent.calls == 1600 and block.spent.calls <= 16


def test_every_fault_is_mended_or_told(simulator, faulty: Model) -> None:
    left, right, gold = beers(20)
    simulator(Gold(SAME, "join", gold), models=(faulty,), timeout=5.0)
    found = semantic.join(left, right, SAME, "m", block=8)
    open_pairs = set(zip(found.unanswered["left"].to_pylist(), found.unanswered["right"].to_pylist(), strict=True))
    right_pairs = {(i, i) for i in range(20)}
    assert pairs(found) <= right_pairs
    if not faulty.missing:  # a match that is left out of a list leaves no trace
        assert pairs(found) | open_pairs >= right_pairs
    assert all(answer["reason"] for answer in found.unanswered["answer"].to_pylist())
