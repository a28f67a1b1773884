"""What of a prompt a server has seen before: blocks of 16 tokens, known by all that stands before them, the longest unused forgotten."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tilth.llm.simulate.model import Cache

BLOCK = 16


@dataclass
class PrefixCache:
    """A prefix cache that holds `capacity` tokens.

    "blocks" counts whole blocks, as vLLM's does; "hosted" nothing below 1,024 tokens, and then in steps of 128, as hosted services bill.
    The last token of a prompt is never cached, since the answer begins with it.

    >>> cache = PrefixCache("blocks", 1_000)
    >>> cache.cached(["a"] * 40), cache.cached(["a"] * 40), cache.cached(["a"] * 20 + ["b"] * 20)
    (0, 32, 16)
    """

    kind: Cache
    capacity: int
    _blocks: OrderedDict[int, None] = field(default_factory=OrderedDict, repr=False)

    def cached(self, tokens: Sequence[str]) -> int:
        """Return how many of a prompt's first tokens are cached, and cache all of its whole blocks."""
        if self.kind == "none":
            return 0
        names = _names(tokens)
        hits = 0
        while hits < len(names) and names[hits] in self._blocks:
            hits += 1
        for name in reversed(names):  # the first block is used last, so that a prompt is forgotten from its end
            self._blocks[name] = None
            self._blocks.move_to_end(name)
        while len(self._blocks) * BLOCK > self.capacity:
            self._blocks.popitem(last=False)
        hits = min(hits * BLOCK, (len(tokens) - 1) // BLOCK * BLOCK)
        return hits if self.kind == "blocks" else 0 if hits < 1024 else hits // 128 * 128

    def clear(self) -> None:
        self._blocks.clear()


def _names(tokens: Sequence[str]) -> list[int]:
    """The name of each whole block: the hash of its tokens and of the name before it."""
    names = []
    name = 0
    for start in range(0, len(tokens) - BLOCK + 1, BLOCK):
        name = hash((name, "\x1f".join(tokens[start : start + BLOCK])))
        names.append(name)
    return names
