"""A join with targets: they are kept, for fewer questions than there are pairs, and never more than the plain plan's."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import semantic
from tilth.errors import RecipeError, StepError
from tilth.llm.simulate import Gold, Model

SAME = "The two rows name the same beer."
SIZE = 200
LEFT = pa.table({"name": [f"ale of cask {n * 7919 % 1000:03d} from {n % 17}" for n in range(SIZE)]})
KIN = [(n, m) for n in range(SIZE) for m in (n, (n + 17) % SIZE, (n + 34) % SIZE, (n + 51) % SIZE)]
RIGHT = pa.table({"label": [f"cask {n * 7919 % 1000:03d}, {(n - 17) % SIZE * 7919 % 1000:03d}, {(n - 34) % SIZE * 7919 % 1000:03d}, "
                            f"{(n - 51) % SIZE * 7919 % 1000:03d}" for n in range(SIZE)]})  # fmt: skip
GOLD = Gold(SAME, "join", [(LEFT["name"][n].as_py(), RIGHT["label"][m].as_py()) for n, m in KIN])


def quality(found: semantic.Joined) -> tuple[float, float]:
    pairs = set(zip(found.pairs["left"].to_pylist(), found.pairs["right"].to_pylist(), strict=True))
    return len(pairs & set(KIN)) / len(pairs), len(pairs & set(KIN)) / len(KIN)


@pytest.mark.parametrize("small", ["", "small"])
def test_targets_are_kept_for_a_share_of_the_pairs(simulator, small: str) -> None:
    server = simulator(GOLD, models=(Model("big"), Model("small", flip=0.05, false_alarms=0.0005)))
    found = semantic.cascade_join(LEFT, RIGHT, SAME, "big", small=small, block=4)
    precision, recall = quality(found)
    assert precision >= 0.9 and recall >= 0.9 and found.method == "cascade"
    assert server.stats()["big"]["answered"] < (SIZE / 4) ** 2 / 3  # prompts of all pairs in blocks of four
    if small:
        assert {"ok", "proxy"} >= {each["status"] for each in found.pairs["answer"].to_pylist()}


def test_where_it_would_cost_more_blocks_are_asked(simulator) -> None:
    server = simulator(GOLD, models=(Model("big"),))
    found = semantic.cascade_join(LEFT, RIGHT, SAME, "big", block=64)
    assert server.stats()["big"]["answered"] == found.spent.calls
    plain = semantic.join(LEFT, RIGHT, SAME, "big", block=64)
    assert found.method == "block" and quality(found) == quality(plain) == (1.0, 1.0)
    assert found.spent.calls <= plain.spent.calls + 5


def test_no_rows(simulator) -> None:
    server = simulator(GOLD, models=(Model("big"),))
    assert len(semantic.cascade_join(LEFT.slice(0, 0), RIGHT, SAME, "big").pairs) == 0
    assert not server.stats().get("big", {}).get("requests")


def test_equal_rows_count_once_and_all_come_back(simulator) -> None:
    simulator(GOLD, models=(Model("big"),))
    twice = pa.concat_tables([LEFT, LEFT])
    found = semantic.cascade_join(twice, RIGHT, SAME, "big", block=2)
    lefts = found.pairs["left"].to_pylist()
    assert found.method == "cascade" and sum(n < SIZE for n in lefts) == sum(n >= SIZE for n in lefts) >= 0.9 * len(KIN)


def test_what_cannot_be(simulator) -> None:
    simulator(GOLD, models=(Model("big"),), budget=0.002)
    with pytest.raises(RecipeError, match="recall is 1"):
        semantic.cascade_join(LEFT, RIGHT, SAME, "big", recall=1)
    with pytest.raises(StepError, match="budget"):
        semantic.cascade_join(LEFT, RIGHT, SAME, "big")
