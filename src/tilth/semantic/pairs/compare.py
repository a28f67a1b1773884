"""Which of two rows is the better one: asked in both orders, so that a model that likes the first place decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tilth.errors import LlmError, RecipeError
from tilth.llm.request import Reply, Request
from tilth.semantic.asking.meter import Asks
from tilth.semantic.asking.prompt import block, messages
from tilth.semantic.asking.question import VERSION
from tilth.semantic.asking.waves import WIDEST, together

Row = Mapping[str, Any]
Pair = tuple[int, int]
_IDS = ("1", "2")


@dataclass
class Referee:
    """Compares rows by number. `better` keeps what was decided: 1 if the first of a pair is better, -1 if the second, 0 for a tie.

    A pair is a tie where the two orders were answered differently (`disagreements` counts these) or not at all (`unanswered`). With
    `swap` off a pair is asked in one order, the row of the smaller number first.
    """

    session: Asks
    instruction: str
    model: str
    rows: Sequence[Row]
    swap: bool = True
    better: dict[Pair, int] = field(default_factory=dict)
    disagreements: int = 0
    unanswered: int = 0

    def __post_init__(self) -> None:
        if not self.instruction.strip() or not self.model:
            raise RecipeError(
                "Rows cannot be compared so.", where="semantic top-k", why="it needs an instruction and a model",
                fix='semantic.top_k(rows, 10, "Which is better?", model="openai/gpt-4o-mini")',
            )  # fmt: skip

    async def compare(self, pairs: Iterable[Pair]) -> list[int]:
        """Return for each pair 1, -1 or 0; all prompts are under way together, and no pair is asked about twice."""
        pairs = list(pairs)
        new = list(dict.fromkeys((min(pair), max(pair)) for pair in pairs if (min(pair), max(pair)) not in self.better))
        for start in range(0, len(new), WIDEST):
            part = new[start : start + WIDEST]
            for pair, said in zip(part, await together(self._asked, part), strict=True):
                self.better[pair] = said
        return [self.better[a, b] if a < b else -self.better[b, a] for a, b in pairs]

    async def _asked(self, pair: Pair) -> int:
        orders = [pair, pair[::-1]] if self.swap else [pair]
        replies = await together(self._reply, orders)
        if any(reply.status != "ok" for reply in replies):
            self.unanswered += 1
            _stop_if_dead(replies)
            return 0
        said = [order[_IDS.index(str(reply.value))] for order, reply in zip(orders, replies, strict=True)]
        if len(set(said)) > 1:
            self.disagreements += 1
            return 0
        return 1 if said[0] == pair[0] else -1

    async def _reply(self, order: Pair) -> Reply:
        told = messages("compare", self.instruction, block("rows", [self.rows[n] for n in order]), form="better")
        return await self.session.ask(Request(self.model, told, labels=_IDS, max_tokens=8, purpose=f"semantic.compare/{VERSION}"))


def _stop_if_dead(replies: Sequence[Reply]) -> None:
    """Raise LlmError where a server answered neither order after all attempts: an order of ties would be no order."""
    failed = [reply for reply in replies if reply.status == "failed"]
    if len(failed) == len(replies):
        why, fix = failed[0].reason, "run again when the server is well"
        raise LlmError("Two rows could not be compared.", where="semantic top-k", why=why, fix=fix)
