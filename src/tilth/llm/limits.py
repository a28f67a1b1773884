"""Requests and tokens a minute, kept by all processes together; and how long to wait before trying again.

Each rate is a token bucket in its virtual-scheduling form (GCRA, ITU-T I.371): one number, the time until which the rate is used up. A
request moves it on by what it takes and is sent when its turn comes, first come, first served, and nobody has to ask again.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import accumulate

BURST = 1.0  # seconds' worth of a rate that may be used at once
_FAR = 3600.0  # a pace further ahead than this was written when the clock was wrong
_TAKE = """
INSERT INTO paces VALUES (:name, :first + :took)
    ON CONFLICT DO UPDATE SET next = max(:first, iif(next < :far, next, 0.0)) + :took RETURNING next
"""


def admit(db: sqlite3.Connection, name: str, takes: Mapping[str, tuple[Sequence[float], float]], count: int, now: float) -> list[float]:
    """Return the seconds until each of `count` requests may be sent, one after the other; `takes` maps kinds of rate to the amounts that
    they take and the rate a minute."""
    turns = [now] * count
    for kind, (amounts, rate) in takes.items():
        ends = [amount * 60.0 / rate for amount in accumulate(amounts)]
        told = {"name": f"{kind} {name}", "first": now - BURST, "far": now + _FAR, "took": ends[-1]}
        before = db.execute(_TAKE, told).fetchone()[0] - ends[-1]
        turns = [max(turn, before + begin) for turn, begin in zip(turns, (0.0, *ends), strict=False)]
    return [turn - now for turn in turns]


def correct(db: sqlite3.Connection, name: str, kind: str, amount: float, rate: float) -> None:
    """Give back (or take, where negative) `amount` of a rate, once what a request really took is known."""
    db.execute("UPDATE paces SET next = next - ? WHERE name = ?", (amount * 60.0 / rate, f"{kind} {name}"))


def postpone(db: sqlite3.Connection, name: str, kind: str, until: float) -> None:
    """Let no request have its turn before `until`: a server asked for that."""
    db.execute(_TAKE, {"name": f"{kind} {name}", "first": until, "far": until + _FAR, "took": 0.0})


def pause(backoff: float, attempt: int, asked: float | None) -> float:
    """Return the seconds to wait before the next attempt: what the server asked for and a little, else doubling, with full jitter."""
    if asked is not None:
        return asked + random.uniform(0.0, min(backoff, 1.0))
    return random.uniform(0.0, min(backoff * 2 ** min(attempt, 10), 60.0))


def retry_after(value: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, a number of them or a date; None where it says neither.

    >>> retry_after("1.5"), retry_after("Thu, 01 Jan 1970 00:00:00 GMT"), retry_after("soon"), retry_after("inf")
    (1.5, 0.0, None, None)
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):  # no date at all, or one without a time zone
            return None
    return max(0.0, seconds) if seconds < 1e9 else None
