"""Who a corpus speaks of before and after each step, in mentions."""

from __future__ import annotations

from dataclasses import dataclass

from tilth.stats.spoken import Spoken, Sums


@dataclass(frozen=True)
class Presence:
    """The corpus as one step left it: its rows that were counted, and of each signal the mentions, and the rows that have any."""

    step: str
    rows: int
    signals: tuple[str, ...]
    mentions: tuple[int, ...]
    rows_with: tuple[int, ...]


def presence(of: Spoken | None) -> tuple[Presence, ...]:
    """Return the corpus as it was when it was counted, and as each step that dropped counted rows left it; empty where none was counted.

    Last, the rows that were kept as they were counted again, after edits.
    """
    if of is None:
        return ()
    now, found = of.kept, []
    for step, gone in reversed(of.gone.items()):
        found.append(_presence(f"after {of.steps[step]}", now, of.names))
        now = now.plus(gone)
    again = [_presence(f"the same, counted again: {name}", sums, of.names) for name, sums in of.again.items()]
    return (_presence("as counted", now, of.names), *reversed(found), *again)


def _presence(step: str, sums: Sums, names: tuple[str, ...]) -> Presence:
    return Presence(step, sums.rows, names, tuple(sums.mentions.tolist()), tuple(sums.rows_with.tolist()))
