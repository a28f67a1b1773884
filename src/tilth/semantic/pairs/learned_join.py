"""A block join as large as is answered well; where that is not known, likely pairs are asked alone as well."""

from __future__ import annotations

from dataclasses import replace

from tilth.semantic.asking.meter import Asks
from tilth.semantic.asking.rows import Different
from tilth.semantic.pairs.block_join import block_join
from tilth.semantic.pairs.block_size import block_size, blocks
from tilth.semantic.pairs.nearest import alike
from tilth.semantic.pairs.pairs import Pair, Task, Verdicts, alone
from tilth.semantic.pairs.search_join import promising

_ALIKE = 2  # pairs of each row of the shorter side that are asked alone at most
_AGAIN = 2  # pairs asked alone for each prompt in blocks at most: with both, a join takes a twentieth of the prompts of all pairs alone


async def learned_block_join(session: Asks, task: Task, left: Different, right: Different) -> tuple[Verdicts, int]:
    """Return the verdicts on all pairs, and how many rows of each side shared a prompt.

    That is what was measured (block_size.py). Where it was not shown that blocks are answered like pairs alone, the matches that they name
    are asked about alone, unless they are very many, and then the pairs that look alike, the most alike first, up to two of each row of
    the shorter side; twice as many pairs as there were blocks at most. An answer about a pair alone stands.
    """
    measured = await block_size(session, task, left, right)
    found = await block_join(session, replace(task, block=measured.size), left.rows, right.rows)
    said = measured.said
    if not measured.agrees:
        said = await alone(session, task, left.rows, right.rows, _doubtful(found, left, right), said)
    for pair, answer in said.items():
        found.amend(pair, answer)
    return found, measured.size


def _doubtful(found: Verdicts, left: Different, right: Different) -> list[Pair]:
    most = _AGAIN * blocks(len(left.rows), len(right.rows))
    named = list(found.matches) if len(found.matches) <= most else []
    return list(dict.fromkeys([*named, *_most_alike(left, right)]))[:most]


def _most_alike(left: Different, right: Different) -> list[Pair]:
    """Return for each row of the shorter side the pairs that look most alike, the most alike of all first."""
    if len(left.rows) > len(right.rows):
        return [(n, m) for m, n in promising(alike(right.texts, left.texts, _ALIKE))]
    return promising(alike(left.texts, right.texts, _ALIKE))
