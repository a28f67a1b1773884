"""The dear model of a cascade over pairs: asked about pairs by their number, none of them twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tilth.semantic.asking.meter import Asks
from tilth.semantic.guarantees.strata import Inquiry, Ints, Result
from tilth.semantic.pairs.pairs import Pair, Row, Task, Verdicts, ask_pairs


@dataclass
class PairOracle:
    """The model of `task`, and what it said so far; `pair` says which rows a number stands for."""

    session: Asks
    task: Task
    left: Sequence[Row]
    right: Sequence[Row]
    pair: Callable[[int], Pair]
    found: Verdicts = field(default_factory=Verdicts)
    said: dict[int, bool] = field(default_factory=dict)

    async def labels(self, numbers: Ints) -> list[bool]:
        """Return which of these pairs match, bought or known; one that nobody answers does not."""
        new = sorted({int(number) for number in numbers} - self.said.keys())
        await ask_pairs(self.session, self.task, self.left, self.right, map(self.pair, new), self.found)
        self.said |= {number: self.pair(number) in self.found.matches for number in new}
        return [self.said[int(number)] for number in numbers]


async def driven(inquiry: Inquiry[Result], labels: Callable[[Ints], Awaitable[Sequence[bool]]]) -> Result:
    """Run an inquiry to its end against labels that are awaited."""
    try:
        wanted = next(inquiry)
        while True:
            wanted = inquiry.send(await labels(wanted))
    except StopIteration as end:
        result: Result = end.value
        return result
