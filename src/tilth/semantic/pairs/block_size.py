"""How many rows of each side may share a prompt of a block join: measured, by asking likely pairs alone and in blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tilth.llm.tokens import count_tokens
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.meter import Asks
from tilth.semantic.asking.prompt import line
from tilth.semantic.asking.rows import Different
from tilth.semantic.asking.waves import together
from tilth.semantic.guarantees.share import least_share
from tilth.semantic.pairs.block_join import block_join
from tilth.semantic.pairs.nearest import alike
from tilth.semantic.pairs.pairs import Pair, Row, Task, alone
from tilth.semantic.pairs.search_join import promising

START = 8  # rows of each side where nothing is measured: 64 pairs a prompt, of rows few enough for most models
SIZES = (START, 16, 32)
_TARGET = 0.93  # share of the matches that blocks and pairs alone are to agree about, with a probability of 95 %
_MOST, _LEAST = 96, 42  # pairs asked alone: with fewer that all agree nothing is shown
_COST = 10  # prompts of the join, in blocks of START, for each pair asked alone
_LOOKED = 512  # left rows among which likely pairs are looked for


@dataclass(frozen=True)
class Measured:
    """How many rows of each side may share a prompt, whether `agrees` was shown for that size, and what pairs asked alone `said`."""

    size: int = START
    agrees: bool = False
    said: dict[Pair, Answer] = field(default_factory=dict)


async def block_size(session: Asks, task: Task, left: Different, right: Different) -> Measured:
    """Measure in how large blocks rows are answered as pairs alone are.

    Pairs that look alike, each row in one of them at most, are asked alone, then as the diagonals of blocks of 8, 16 and 32 rows of each
    side; so are other pairs that a block calls a match. As long as the exact lower bound of the share of matches on which both agree is at
    least 0.93, at a risk of 5 %, the next size is tried, and none after one that failed. Nothing is asked where that would take more than
    about an eighth of the prompts that the join takes in blocks of 8, or too few pairs look alike.

    Source of the bound: Clopper and Pearson 1934; of sizes tested in order, Maurer, Hothorn, Lehmacher 1995.
    """
    sizes = [size for size in SIZES if size <= _fitting(task, left.rows, right.rows)]
    pairs = _likely(left, right, min(_MOST, blocks(len(left.rows), len(right.rows)) // _COST)) if sizes else []
    if len(pairs) < _LEAST:
        return Measured()
    said = await alone(session, task, left.rows, right.rows, pairs, {})
    best = Measured(START, False, said)
    for size in sizes:
        named = await _named(session, replace(task, block=size), left.rows, right.rows, pairs)
        others = sorted(named - said.keys())[: len(pairs)]  # the rest, were there more, would count as disagreement unasked
        said = await alone(session, task, left.rows, right.rows, others, said)
        matches = {pair for pair, answer in said.items() if answer.value}
        best = replace(best, said=said)
        if least_share(len(named & matches), len(named | matches)) < _TARGET:
            break
        best = Measured(size, True, said)
    return best


def blocks(left: int, right: int) -> int:
    """Return how many prompts a join of so many rows takes in blocks of START."""
    return math.ceil(left / START) * math.ceil(right / START)


async def _named(session: Asks, task: Task, left: Sequence[Row], right: Sequence[Row], pairs: Sequence[Pair]) -> set[Pair]:
    """Return the pairs that are called a match where `task.block` rows of each side, those of as many of `pairs`, share a prompt."""

    async def work(part: Sequence[Pair]) -> set[Pair]:
        found = await block_join(session, task, [left[n] for n, _ in part], [right[m] for _, m in part])
        return {(part[n][0], part[m][1]) for n, m in found.matches}

    parts = [pairs[start : start + task.block] for start in range(0, len(pairs), task.block)]
    return set().union(*await together(work, parts))


def _likely(left: Different, right: Different, count: int) -> list[Pair]:
    """Return up to `count` pairs that look alike, no row in two of them."""
    if count < _LEAST:
        return []
    looked = np.unique(np.linspace(0, len(left.rows) - 1, min(_LOOKED, len(left.rows))).astype(int))
    texts = left.texts
    lefts: set[int] = set()
    rights: set[int] = set()
    found: list[Pair] = []
    for at, m in promising(alike([texts[n] for n in looked], right.texts, 3)):
        n = int(looked[at])
        if n not in lefts and m not in rights and len(found) < count:
            lefts.add(n)
            rights.add(m)
            found.append((n, m))
    return found


def _fitting(task: Task, left: Sequence[Row], right: Sequence[Row]) -> int:
    """Return how many rows of each side a prompt has room for."""
    if not left or not right:
        return 0
    one, two = (sum(count_tokens(line(row, 1)) for row in side) / len(side) for side in (left, right))
    return min(len(left), len(right), int(task.room / (one + two)))
