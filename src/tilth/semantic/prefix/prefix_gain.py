"""What a server's prefix cache saves on a list of prompts, counted before a single one is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from tilth.errors import RecipeError
from tilth.kernels.prefix_blocks import chains, replay
from tilth.llm.request import Usage

Split = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class PrefixCache:
    """How a server remembers the beginnings of prompts, in tokens.

    A beginning of `least` tokens counts, and then every `step` more; what is shared beyond counts nothing. The cache holds blocks of
    `block` tokens, up to `capacity` tokens (None: everything), and forgets the least recently used first. A prompt finds what was sent
    at least `in_flight` prompts before it: 1 where each waits for the one before, more where many are under way and a server shares only
    what it has finished reading. A prompt's last token is never cached.

    Raises RecipeError for a number below 1.

    Source: automatic prefix caching of vLLM (blocks of 16 tokens, hashed with all that stands before them); prompt caching of hosted
    APIs, which count from 1,024 tokens in steps of 128.

    >>> PrefixCache(least=1024, step=128).counted(np.array([1000, 1200]))
    array([   0, 1152])
    """

    least: int = 16
    step: int = 16
    block: int = 16
    capacity: int | None = None
    in_flight: int = 1

    def __post_init__(self) -> None:
        if min(self.least, self.step, self.block, self.in_flight, 1 if self.capacity is None else self.capacity) < 1:
            raise RecipeError(
                "No prefix cache is like that.", where=repr(self), why="its sizes, in tokens, and its prompts in flight are at least 1",
                fix="PrefixCache(least=16, step=16)",
            )  # fmt: skip

    def counted(self, shared: np.ndarray) -> np.ndarray:
        """Return how many of `shared` leading tokens (int64) are whole units of this cache."""
        return np.where(shared < self.least, 0, shared - (shared - self.least) % self.step)


BLOCKS = PrefixCache()
HOSTED = PrefixCache(least=1024, step=128)


@dataclass(frozen=True)
class Tokens:
    """Many texts as tokens: text s is `ids[starts[s] : starts[s + 1]]`, int64, equal ids for equal pieces of text."""

    ids: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, texts: Iterable[str], split: Split) -> Tokens:
        """Return the tokens of `texts`, cut by `split`."""
        number: dict[str, int] = defaultdict(count().__next__)
        cut = [[number[piece] for piece in split(text)] for text in texts]
        starts = np.zeros(len(cut) + 1, np.int64)
        np.cumsum([len(each) for each in cut], out=starts[1:])
        return cls(np.fromiter((id for each in cut for id in each), np.int64, int(starts[-1])), starts)

    def lengths(self) -> np.ndarray:
        """Return int64[texts]: how many tokens each text has."""
        return np.diff(self.starts)

    def take(self, texts: np.ndarray) -> Tokens:
        """Return the tokens of `texts` (int64) alone, in that order."""
        lengths = self.lengths()[texts]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        return Tokens(self.ids[np.arange(starts[-1]) + np.repeat(self.starts[texts] - starts[:-1], lengths)], starts)

    def ascending(self, texts: np.ndarray) -> np.ndarray:
        """Return `texts` (int64) sorted by their tokens: depth first through the tree of their prefixes."""
        some = self.take(texts)
        raw, starts = some.ids.astype(">i8").tobytes(), (some.starts * 8).tolist()
        return texts[sorted(range(len(texts)), key=lambda place: raw[starts[place] : starts[place + 1]])]


def cached_tokens(tokens: Tokens, parts: np.ndarray, cache: PrefixCache) -> tuple[np.ndarray, np.ndarray]:
    """Return (lengths, cached), int64[prompts], of prompts sent in this order: how many tokens each has, and how many the cache holds.

    `parts` is int64[prompts, parts a prompt]: the texts that a prompt consists of.
    """
    lengths, bounds, hashes = chains(tokens.ids, tokens.starts, np.ascontiguousarray(parts).ravel(), parts.shape[1], cache.block)
    blocks = np.unique(hashes, return_inverse=True)[1].astype(np.int64)
    capacity = np.iinfo(np.int64).max if cache.capacity is None else cache.capacity
    held = replay(blocks, bounds, capacity // cache.block, cache.in_flight) * cache.block
    return lengths, cache.counted(np.minimum(held, (lengths - 1) // cache.block * cache.block))


def usage(lengths: np.ndarray, cached: np.ndarray) -> Usage:
    """Return the sum over prompts."""
    return Usage(prompt=int(lengths.sum()), cached=int(cached.sum()))
