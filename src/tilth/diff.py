"""Two runs side by side: what one keeps and the other drops, by whose rule, with examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.embed.sample import ranks
from tilth.errors import CorpusError
from tilth.fates import fates
from tilth.run import load

Row = dict[str, Any]


@dataclass(frozen=True)
class Side:
    """What one run keeps and the other does not: how many rows, by what became of them there, and some of them."""

    run: str
    other: str
    rows: int
    why: tuple[tuple[str, int], ...]  # what became of them in the other run: rows, the most first
    examples: tuple[Row, ...]  # id, excerpt, and why

    def __str__(self) -> str:
        lines = [f"{self.rows:,} kept by {self.run} and not by {self.other}"]
        lines += [f"  {count:>10,}  {why}" for why, count in self.why]
        return "\n".join(lines + [f"    {row['id']}  ({row['why']})\n      {row['excerpt']!r}" for row in self.examples])


@dataclass(frozen=True)
class Diff:
    """Two runs compared by the ids of their documents: rows kept by both, by neither, and by one alone."""

    both: int
    neither: int
    sides: tuple[Side, Side]

    def __str__(self) -> str:
        return "\n".join([f"{self.both:,} kept by both, {self.neither:,} by neither", *map(str, self.sides)])


def diff(a: str, b: str, examples: int = 3) -> Diff:
    """Return how the run in folder `a` differs from that in `b`, with `examples` rows for each side, chosen by a hash of their ids.

    Documents are the same if their ids are; of ids that repeat, the first is with the first, and so on. Raises CorpusError where the
    runs have no id in common.
    """
    mine, other = _numbered(fates(load(a))), _numbered(fates(load(b)))
    names = set(mine) | set(other)
    if mine and other and not set(mine) & set(other):
        raise CorpusError(
            "The runs have no document in common.", where=f"{a} and {b}", why="no id of one is in the other",
            fix="compare runs over the same input; `tilth ls RUN` shows ids",
        )
    kept = [{name for name, row in found.items() if row["fate"] == "kept"} for found in (mine, other)]
    sides = (_side(a, b, kept[0] - kept[1], mine, other, examples), _side(b, a, kept[1] - kept[0], other, mine, examples))
    return Diff(len(kept[0] & kept[1]), len(names - kept[0] - kept[1]), sides)


def _numbered(found: pa.Table) -> dict[tuple[str, int], Row]:
    """Rows by their id and its how-manieth time."""
    seen: Counter[str] = Counter()
    rows = {}
    for row in found.take(pc.sort_indices(found["row"])).to_pylist():
        rows[row["id"], seen[row["id"]]] = row
        seen[row["id"]] += 1
    return rows


def _side(run: str, other: str, names: Iterable[tuple[str, int]], here: Any, there: Any, examples: int) -> Side:
    told = {name: _why(there.get(name)) for name in sorted(names)}
    chosen = np.argsort(ranks(np.arange(len(told), dtype=np.uint64)))[:examples]
    listed = list(told)
    shown = tuple({"id": listed[n][0], "why": told[listed[n]], "excerpt": here[listed[n]]["excerpt"] or ""} for n in sorted(chosen))
    return Side(run, other, len(told), tuple(Counter(told.values()).most_common()), shown)


def _why(row: Row | None) -> str:
    if row is None:
        return "not in its input"
    return row["fate"] + f" by {row['step']}" + (f": {row['reason']}" if row["reason"] and row["reason"] not in row["step"] else "")
