"""How long a model's calls take together: waves of them under way at a time, and what a client lets through a minute."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from tilth import llm
from tilth.llm.limits import BURST


@dataclass(frozen=True)
class Pace:
    """How fast a client may ask one model; None is as fast as it can."""

    in_flight: int = 64
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None

    def seconds(self, calls: float, latency: float, tokens: float, rounds: int = 1) -> float:
        """Return the wall time of `calls` of `latency` seconds and `tokens` each, in at least so many `rounds` after one another.

        >>> Pace(in_flight=10).seconds(25, 2.0, 100), Pace(requests_per_minute=60).seconds(31, 2.0, 100)
        (6.0, 31.0)
        """
        if calls <= 0:
            return 0.0
        waves = rounds - 1 + ceil(calls / self.in_flight)
        before = max(0.0, calls - 1)  # what has its turn before the last call
        turn = max(self._turn(before, self.requests_per_minute), self._turn(before * tokens, self.tokens_per_minute))
        return max(waves * latency, turn + latency)

    def _turn(self, amount: float, rate: float | None) -> float:
        return max(0.0, amount * 60.0 / rate - BURST) if rate else 0.0


def ambient() -> Pace:
    """Return the pace of the ambient client."""
    client = llm.current()
    return Pace(client.in_flight, client.requests_per_minute, client.tokens_per_minute)


@dataclass(frozen=True)
class Work:
    """What one model is asked in a task: `calls` a row and `fixed` ones beside, of `latency` seconds and `tokens` each.

    `rounds` of them, at least, wait for what the round before said; where they are `doubling`, each is twice as large as that one.
    """

    pace: Pace
    calls: float
    latency: float
    tokens: float
    fixed: float = 0.0
    rounds: int = 1
    doubling: bool = False

    def seconds(self, rows: float) -> float:
        """Return the wall time for so many rows.

        >>> work = Work(Pace(in_flight=10), calls=0.125, latency=2.0, tokens=400)
        >>> work.seconds(80), work.seconds(160), work.seconds(0)
        (2.0, 4.0, 0.0)
        """
        calls = self.calls * rows + self.fixed * (rows > 0)
        rounds = ceil(calls).bit_length() if self.doubling else self.rounds
        return self.pace.seconds(calls, self.latency, self.tokens, max(1, rounds))
