"""The faults that a simulated server shows before it answers: drawn by the request and its attempt, so that trying again can help."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from tilth.llm.simulate.draw import chance
from tilth.llm.simulate.model import Model

FAULTS = ("rate_limited", "errors", "unavailable", "resets", "hangs", "slow")
_REMEMBERED = 1_000_000


@dataclass
class Attempts:
    """How often each request came; equal requests are attempts of one."""

    _counts: OrderedDict[bytes, int] = field(default_factory=OrderedDict, repr=False)

    def fault(self, model: Model, body: bytes) -> str | None:
        """Return the fault that meets this attempt, None where it gets an answer."""
        shares = [(name, share) for name in FAULTS if (share := getattr(model, name))]
        if not shares:
            return None
        about = hashlib.blake2b(body, digest_size=16).digest()
        attempt = self._counts.pop(about, 0) + 1
        self._counts[about] = attempt
        if len(self._counts) > _REMEMBERED:
            self._counts.popitem(last=False)
        drawn = (name for name, share in shares if chance(model.name, model.seed, about.hex(), attempt, name) < share)
        return next(drawn, None)

    def clear(self) -> None:
        self._counts.clear()
