"""Whom a run speaks of, in full: what each step changed, the words beside each group, and documents to look at."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.audit import EXCERPT
from tilth.bias.association import Association, associations
from tilth.errors import CorpusError
from tilth.fates import stream_trail
from tilth.filters.groups import Terms
from tilth.op import Batch
from tilth.piece import read_piece
from tilth.run import Run, load
from tilth.stats.presence import Presence, presence
from tilth.stats.shifts import Shift, shifts
from tilth.stats.spoken import Spoken, dropped, shares, spoken
from tilth.stats.variety import Sampled
from tilth.store import Store

EXAMPLES = 3  # documents of each shift


@dataclass(frozen=True)
class Beside:
    """The words that stand rather beside the group `first` than beside `second` in the rows kept, and the other way about.

    `kept` has those whose interval leaves out 0, highest first; `gone` says for the same words how it is in the dropped rows, None where
    the word was not seen near either group. Of both sides the first 240 characters of a sample of rows are looked at: the audit has no
    more of a dropped text.
    """

    first: str
    second: str
    rows: tuple[int, int]
    kept: tuple[Association, ...]
    gone: tuple[Association | None, ...]


@dataclass(frozen=True)
class Example:
    """A dropped document that moved a share: by its row, and how it began; `moved` are the mentions by which it is
    beyond its fair part."""

    row: int
    id: str
    source: str
    excerpt: str
    moved: float


@dataclass(frozen=True)
class People:
    """All of it; `examples` has for each shift beyond chance the documents that the step dropped and that moved it most."""

    presence: tuple[Presence, ...]
    shifts: tuple[Shift, ...]
    examples: tuple[tuple[Shift, tuple[Example, ...]], ...]
    beside: tuple[Beside, ...]


def people(out: str, most: int = 10, sample: int = 5000) -> People:
    """Return whom the run in folder `out` speaks of: `most` words beside each group, on `sample` rows kept and dropped.

    Reads the kept rows twice, and the audit four times. Raises CorpusError where there is no finished run, or nothing was counted.
    """
    run = load(out)
    said = spoken(run)
    if said is None:
        fix = "put filters.Mentions() first in the recipe"
        raise CorpusError("The run did not count whom it speaks of.", where=out, why="no column is called group_...", fix=fix)
    found = shifts(said)
    return People(presence(said), found, tuple(_with_examples(run, said, found)), tuple(_beside(run, most, sample)))


def _with_examples(run: Run, said: Spoken, found: Iterable[Shift]) -> list[tuple[Shift, tuple[Example, ...]]]:
    """Return the shifts beyond chance, each with the rows of largest residual in its direction, least address first among equals."""
    wanted = [one for one in found if one.beyond_chance and one.place >= 0]
    parts = {said.names[share.part]: share for share in shares(said.names)}
    best: list[list[tuple[float, int]]] = [[] for _ in wanted]
    for by, rows, values in dropped(run, said.names) if wanted else ():
        known = np.nan_to_num(values)
        for at, shift in enumerate(wanted):
            part, whole = parts[shift.signal]
            residual = known[:, part] - shift.before * known[:, whole].sum(axis=1)
            moved = np.where(by == shift.place, -math.copysign(1, shift.change) * residual, 0)
            top = np.lexsort((rows, -moved))[:EXAMPLES].tolist()
            fresh = [(float(moved[k]), int(rows[k])) for k in top if moved[k] > 0]
            best[at] = sorted([*best[at], *fresh], key=lambda one: (-one[0], one[1]))[:EXAMPLES]
    known_rows = _audited(run, {row for some in best for _, row in some})
    return [
        (shift, tuple(Example(*known_rows[row], moved) for moved, row in some)) for shift, some in zip(wanted, best, strict=True)
    ]


def _audited(run: Run, rows: set[int]) -> dict[int, tuple[int, str, str, str]]:
    """Return row, id, source and excerpt of dropped rows, by row."""
    wanted, found = pa.array(sorted(rows), pa.uint64()), {}
    for batch in stream_trail(Store(run.out), "audit", ["row", "id", "source", "excerpt"]) if rows else ():
        for row in batch.filter(pc.is_in(batch["row"], value_set=wanted)).to_pylist():
            found[row["row"]] = (row["row"], row["id"] or "", row["source"] or "", row["excerpt"] or "")
    return found


def _beside(run: Run, most: int, sample: int) -> list[Beside]:
    step = next((step for step in run.data["executed"] if step["$step"] == "tilth.filters.groups:Mentions"), None)
    if step is None:  # the counts are the user's own
        return []
    groups = [Terms(group["name"], tuple(group["words"])) for group in step["groups"]]
    kept, gone = _texts(_kept(run), sample), _texts(_gone(run), sample)
    return [
        _words(kept, gone, first, second, step["window"], most) for at, first in enumerate(groups) for second in groups[at + 1 :]
    ]


def _words(kept: pa.Array, gone: pa.Array, first: Terms, second: Terms, window: int, most: int) -> Beside:
    every = associations(kept, first, second, window=window)
    sure = [one for one in every if one.low is not None and one.high is not None and (one.low > 0 or one.high < 0)]
    shown = [*[one for one in sure if one.log_odds > 0][:most], *[one for one in sure if one.log_odds < 0][-most:]]
    there = {one.context: one for one in associations(gone, first, second, window=window, least=1)} if shown and len(gone) else {}
    return Beside(first.name, second.name, (len(kept), len(gone)), tuple(shown), tuple(there.get(one.context) for one in shown))


def _texts(batches: Iterable[Batch], sample: int) -> pa.Array:
    sampled = Sampled(sample)
    for batch in batches:
        sampled.add(batch)
    return sampled.texts()


def _kept(run: Run) -> Iterable[Batch]:
    for piece in run.pieces().values():
        for batch in read_piece(run.store(), piece, ["text"]):
            yield pa.record_batch({"row": batch["row"], "text": pc.utf8_slice_codeunits(batch["text"], 0, EXCERPT)})


def _gone(run: Run) -> Iterable[Batch]:
    for batch in stream_trail(Store(run.out), "audit", ["row", "excerpt"]):
        yield pa.record_batch({"row": batch["row"], "text": batch["excerpt"]})
