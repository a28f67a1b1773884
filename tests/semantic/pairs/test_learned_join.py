"""The default join finds what the nested loop finds, also by models that tire, with a twentieth of its prompts or fewer."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest

from tilth import semantic
from tilth.llm.simulate import Gold, Model

SAME = "The two rows name the same beer."


def beers(n: int) -> tuple[pa.Table, pa.Table, Gold]:
    """Each left beer is once on the right, in another order; `n` is no multiple of 3."""
    left = [f"ale of cask {i * 7919 % 9973}" for i in range(n)]
    right = [f"cask {i * 3 % n * 7919 % 9973} in a bottle" for i in range(n)]
    return pa.table({"name": left}), pa.table({"label": right}), Gold(SAME, "join", [(left[i * 3 % n], right[i]) for i in range(n)])


def pairs(joined: semantic.Joined) -> set[tuple[int, int]]:
    return set(zip(joined.pairs["left"].to_pylist(), joined.pairs["right"].to_pylist(), strict=True))


@pytest.mark.parametrize("decay", [0.0, 0.003, 0.02])
@pytest.mark.parametrize("rows", [80, 161])
def test_what_pairs_alone_say_with_a_twentieth_of_the_prompts(simulator: Callable, decay: float, rows: int) -> None:
    left, right, gold = beers(rows)
    simulator(gold, models=(Model("m", flip=0.02, false_alarms=0.0002, decay=decay),))
    found = semantic.join(left, right, SAME, "m")
    wanted = {(i * 3 % rows, i) for i in range(rows)}
    assert 2 * len(pairs(found) & wanted) > 0.93 * (len(pairs(found)) + len(wanted))
    assert found.spent.calls < rows**2 / 20
    if decay == 0.02:
        tired = semantic.join(left, right, SAME, "m", block=32)
        assert 2 * len(pairs(tired) & wanted) < 0.8 * (len(pairs(tired)) + len(wanted))


def test_what_a_pair_alone_says_stands(simulator: Callable) -> None:
    left, right, _ = beers(31)
    simulator(Gold(SAME, "join", []), models=(Model("m", false_alarms=0.0, flip=0.2, decay=0.3),))
    assert not len(semantic.join(left, right, SAME, "m").pairs)


def test_the_shorter_side_is_looked_up_on_either_side(simulator: Callable) -> None:
    left, right, gold = beers(61)
    simulator(gold)
    one, other = (semantic.join(*sides, SAME, "m") for sides in ((left, right.slice(0, 9)), (right.slice(0, 9), left)))
    assert pairs(one) == {(n, m) for m, n in pairs(other)} and len(pairs(one)) == 9
    assert one.spent.calls == other.spent.calls <= 16 + 9 * 2 + 9


def test_a_join_with_very_many_matches_asks_no_more_than_it_may(simulator: Callable) -> None:
    left, right, _ = beers(31)
    texts = left["name"].to_pylist(), right["label"].to_pylist()
    simulator(Gold(SAME, "join", [(a, b) for a in texts[0] for b in texts[1]]))
    found = semantic.join(left, right, SAME, "m")
    assert len(found.pairs) == 31 * 31 and found.spent.calls < 4 * 16 + 2 * 31
