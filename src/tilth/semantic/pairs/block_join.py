"""Join by blocks: a prompt shows some rows of both sides and asks for all pairs that match."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from tilth.llm.request import Reply, Request
from tilth.llm.tokens import count_tokens
from tilth.semantic.asking.answer import Answer, share
from tilth.semantic.asking.answer_type import canonical
from tilth.semantic.asking.meter import Asks
from tilth.semantic.asking.prompt import block, line, messages
from tilth.semantic.asking.question import VERSION
from tilth.semantic.asking.waves import WIDEST, together
from tilth.semantic.pairs.pairs import Pair, Row, Task, Verdicts

_PAIR = 8  # tokens of one pair in an answer: "[123, 456], "
_SPARE = 64  # tokens of an answer beside its pairs
_RAISE = 4.0  # by which an answer that did not fit raises the estimate of selectivity
_ENOUGH = 3  # single pairs without an answer, with different others, that say a row is the reason
_DOUBTFUL = 16  # parts of refused blocks that are under way at a time
_SCHEMA = canonical({
    "type": "object", "properties": {"pairs": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}},
    "required": ["pairs"], "additionalProperties": False,
})  # fmt: skip


@dataclass(frozen=True)
class Block:
    """Rows of both sides that share a prompt, by their numbers; `share` is the part of its pairs that an answer has room for."""

    left: Sequence[int]
    right: Sequence[int]
    share: float

    @property
    def pairs(self) -> int:
        return len(self.left) * len(self.right)

    def halves(self, share: float | None = None) -> Iterator[Block]:
        """Yield the two halves of the longer side."""
        share = self.share if share is None else share
        if len(self.left) >= len(self.right):
            middle = len(self.left) // 2
            yield from (Block(part, self.right, share) for part in (self.left[:middle], self.left[middle:]))
        else:
            middle = len(self.right) // 2
            yield from (Block(self.left, part, share) for part in (self.right[:middle], self.right[middle:]))


async def block_join(
    session: Asks, task: Task, left: Sequence[Row], right: Sequence[Row], promise: Callable[[Block], float] | None = None
) -> Verdicts:
    """Return the verdicts on all pairs of `left` and `right`.

    Blocks are as large as `task.block`, the tokens of the rows and the pairs to be expected in the answer allow. That share of pairs is
    first taken for low: each row matches one. An answer that does not fit raises it for that block and those still to be asked, and
    only that block is asked again, in smaller ones. A reply that names a row that was not shown, or that was refused or unreadable, is
    not used: its block is halved, down to a single pair, which may end without an answer for a reason of its own. A row that so ended
    with three different others is not asked about again: all its pairs are without an answer.

    Blocks are asked in waves; `promise` says which to ask first, for the sake of a limit.

    Source: Trummer, Implementing Semantic Join Operators Efficiently (arXiv 2510.08489), the block join and its adaptive form.
    """
    found = Verdicts()
    sizes = [count_tokens(line(row, 1)) for row in left], [count_tokens(line(row, 1)) for row in right]
    likely = 1 / max(1, min(len(left), len(right)))
    waiting = deque(_grid(task, sizes, likely))
    if promise is not None:
        waiting = deque(sorted(waiting, key=promise, reverse=True))

    async def work(each: Block) -> Reply:
        return await session.ask(_request(task, [left[n] for n in each.left], [right[m] for m in each.right], each.share))

    width, bad = 1, _Bad()
    doubtful: list[Block] = []  # parts of blocks that were refused: the smallest first, so that the rows at fault are soon known
    while (waiting or doubtful) and not found.enough(task.limit):
        doubtful.sort(key=lambda each: each.pairs)
        wave = [*(waiting.popleft() for _ in range(min(width, len(waiting)))), *doubtful[:_DOUBTFUL]]
        doubtful, cut = doubtful[_DOUBTFUL:], list[Block]()
        for each, reply in zip(wave, await together(work, wave), strict=True):
            likely = max(likely, each.share * _RAISE) if reply.status == "truncated" else likely
            (cut if reply.status == "truncated" else doubtful).extend(_settle(each, reply, found))
            bad.note(each, reply)
        waiting.extendleft(reversed(cut))
        waiting = deque(fitting for each in waiting for rest in bad.without(each, found) for fitting in _fitted(rest, likely, task, sizes))
        doubtful = [rest for each in doubtful for rest in bad.without(each, found)]
        width = min(2 * width, WIDEST)
    return found


Sizes = tuple[list[int], list[int]]


class _Bad:
    """Rows that end single pairs without an answer, whatever the other row is: known after `_ENOUGH` of them."""

    def __init__(self) -> None:
        self.left: dict[int, list[Answer]] = {}
        self.right: dict[int, list[Answer]] = {}

    def note(self, each: Block, reply: Reply) -> None:
        """Take note of a reply about a single pair, where it was refused or unreadable."""
        if each.pairs == 1 and reply.status in ("refused", "invalid"):
            self.left.setdefault(each.left[0], []).append(share(reply, 1))
            self.right.setdefault(each.right[0], []).append(share(reply, 1))

    def without(self, each: Block, found: Verdicts) -> Iterator[Block]:
        """Yield the block without such rows, if any row is left; their pairs are without an answer."""
        left = {n: self.left[n][0] for n in each.left if len(self.left.get(n, ())) >= _ENOUGH}
        right = {m: self.right[m][0] for m in each.right if len(self.right.get(m, ())) >= _ENOUGH}
        if not left and not right:
            yield each
            return
        for n, m in ((n, m) for n in each.left for m in each.right if n in left or m in right):
            told = left.get(n) or right[m]
            found.unanswered[n, m] = Answer(status=told.status, reason=f"so with {_ENOUGH} other rows: {told.reason}", model=told.model)
        rest = Block([n for n in each.left if n not in left], [m for m in each.right if m not in right], each.share)
        if rest.pairs:
            yield rest


def block_sizes(left: float, right: float, likely: float, task: Task, rows: tuple[int, int]) -> tuple[int, int]:
    """Return how many rows of each side a prompt holds, for the fewest prompts, then the fewest tokens.

    `left` and `right` are tokens a row, `likely` the share of pairs that match, `rows` how many there are.

    >>> block_sizes(10, 10, 0.01, Task("same?", "m", block=100, room=1000), (500, 500))
    (39, 46)
    """
    best = (math.inf, math.inf, 1, 1)
    for b1 in range(1, min(task.block, rows[0]) + 1):
        b2 = int((task.room - b1 * left) / (right + b1 * likely * _PAIR))
        b2 = max(1, min(b2, task.block, rows[1]))
        prompts = math.ceil(rows[0] / b1) * math.ceil(rows[1] / b2)
        best = min(best, (prompts, prompts * (b1 * left + b2 * right), b1, b2))
    return best[2], best[3]


def _grid(task: Task, sizes: Sizes, likely: float) -> Iterator[Block]:
    """Yield the blocks that cover all pairs; rows that are longer than others make theirs shorter."""
    if not sizes[0] or not sizes[1]:
        return
    mean1, mean2 = (sum(side) / len(side) for side in sizes)
    b1, b2 = block_sizes(mean1, mean2, likely, task, (len(sizes[0]), len(sizes[1])))
    rights = list(_cut(sizes[1], b2, b2 * mean2))
    for part in _cut(sizes[0], b1, b1 * mean1):
        for other in rights:
            yield Block(part, other, likely)


def _cut(sizes: Sequence[int], most: int, tokens: float) -> Iterator[list[int]]:
    part: list[int] = []
    total = 0
    for n, size in enumerate(sizes):
        if part and (len(part) == most or total + size > 1.5 * tokens):
            yield part
            part, total = [], 0
        part.append(n)
        total += size
    yield part


def _fitted(each: Block, likely: float, task: Task, sizes: Sizes) -> Iterator[Block]:
    """Yield a block, or the smaller ones of which rows and answer have room, now that a share of `likely` is to be expected."""
    each = replace(each, share=max(each.share, likely))
    need = sum(sizes[0][n] for n in each.left) + sum(sizes[1][m] for m in each.right) + each.pairs * min(1.0, each.share) * _PAIR
    if need <= 1.5 * task.room or each.pairs == 1:
        yield each
        return
    for half in each.halves():
        yield from _fitted(half, likely, task, sizes)


def _settle(each: Block, reply: Reply, found: Verdicts) -> Iterator[Block]:
    """Add what a reply says to `found`; yield what is to be asked again."""
    pairs = _pairs(reply, each)
    if pairs is not None:
        for n, m in pairs:
            found.matches[each.left[n - 1], each.right[m - 1]] = share(reply, each.pairs, True)
    elif reply.status == "failed" or each.pairs == 1:
        told = share(reply, each.pairs)
        told = replace(told, status="invalid", reason="it names a row that was not shown") if reply.status == "ok" else told
        found.unanswered.update({(n, m): told for n in each.left for m in each.right})
    else:
        yield from each.halves(min(1.0, each.share * _RAISE) if reply.status == "truncated" else None)


def _pairs(reply: Reply, each: Block) -> list[Pair] | None:
    """Return the pairs of ids that a reply names, None where it is no reply or one of them was not shown."""
    if reply.status != "ok":
        return None
    pairs = [tuple(pair) for pair in reply.value["pairs"]]
    shown = all(len(pair) == 2 and 1 <= pair[0] <= len(each.left) and 1 <= pair[1] <= len(each.right) for pair in pairs)
    return list(dict.fromkeys(pairs)) if shown else None


def _request(task: Task, left: Sequence[Row], right: Sequence[Row], likely: float) -> Request:
    """Return the prompt of a block; the answer has room for twice the pairs that are likely, and for one of every row."""
    told = messages("join", task.instruction, block("left", left), block("right", right), form="pairs")
    most = len(left) * len(right)
    room = min(most, max(len(left), len(right), math.ceil(2 * most * min(1.0, likely))))
    return Request(task.model, told, schema=_SCHEMA, max_tokens=_PAIR * room + _SPARE, purpose=f"semantic.join/{VERSION}")
