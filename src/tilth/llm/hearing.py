"""What a piece of work hears from a model: how many answers it took and how long they took, whatever is asked beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from tilth.llm.request import Reply


@dataclass
class Heard:
    """Answers of a model, and the seconds that their calls took, one by one: those in the cache, or shared, as when they were bought.

    Each counts once, however often it was asked for.
    """

    model: str
    seconds: float = 0.0
    _keys: set[bytes] = field(default_factory=set, repr=False)

    @property
    def calls(self) -> int:
        """How many answers."""
        return len(self._keys)

    def add(self, key: bytes, reply: Reply) -> None:
        """Take note of the reply to the request with this key."""
        if reply.model == self.model and key not in self._keys:
            self._keys.add(key)
            self.seconds += reply.seconds


_heard: ContextVar[Heard | None] = ContextVar("heard", default=None)


@contextmanager
def hearing(model: str) -> Iterator[Heard]:
    """Take note of what a model says to all that is asked in a `with` block, by `in_order` too.

    >>> with hearing("openai/small") as heard:
    ...     note(b"key", Reply("ok", "yes", seconds=0.5, model="openai/small"))
    >>> heard.calls, heard.seconds
    (1, 0.5)
    """
    heard = Heard(model)
    before = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(before)


def note(key: bytes, reply: Reply) -> None:
    """Tell the block in which it was asked of a reply."""
    heard = _heard.get()
    if heard is not None:
        heard.add(key, reply)
