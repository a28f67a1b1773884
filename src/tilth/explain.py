"""The whole way of one document: where it came from, which steps edited it, and what became of it, with the figures."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.audit import is_signal
from tilth.corpus import Manifest
from tilth.errors import CorpusError
from tilth.fates import trail
from tilth.piece import Piece, read_piece, schema_of
from tilth.receipts import Receipts
from tilth.run import Run, load
from tilth.store import Store

NEAREST = 3  # ids that an error names


@dataclass(frozen=True)
class Story:
    """One document: its address and names, its fate ("kept", "dropped", "duplicate", "quarantined"), and how it came to that."""

    row: int
    id: str
    source: str
    file: str
    fate: str
    step: str = ""
    reason: str = ""
    rule: str = ""
    stands_for_it: str = ""  # the id of the row that was kept instead
    signals: tuple[tuple[str, float], ...] = ()
    edits: tuple[tuple[str, int, int], ...] = ()  # step, characters before, characters after
    duplicates: tuple[str, ...] = ()  # ids of the rows that this one stands for
    text: str = ""  # its beginning, as it is in the output or as it was when it was dropped

    def __str__(self) -> str:
        lines = [f"{self.id}", f"  row       {self.row} (shard {self.row >> 32}, position {self.row & 0xFFFFFFFF}), source {self.source}"]
        lines += [f"  file      {self.file}", f"  fate      {self.fate}" + (f" by {self.step}" if self.step else "")]
        lines += [f"  reason    {self.reason}"] if self.reason else []
        lines += [f"  rule      {self.rule}"] if self.rule else []
        lines += [f"  kept      {self.stands_for_it} stands for it"] if self.stands_for_it else []
        lines += [f"  edited    {step}: {before:,} -> {after:,} characters" for step, before, after in self.edits]
        lines += [f"  stands    for {len(self.duplicates)} duplicates: {', '.join(self.duplicates[:5])}"] if self.duplicates else []
        lines += [f"  {name:<40}{value:g}" for name, value in self.signals]
        return "\n".join([*lines, f"  text      {self.text[:200]!r}"])


def explain(out: str, name: str | int) -> list[Story]:
    """Return the story of every document whose id is `name` (or whose row address it is), ids being allowed to repeat.

    Raises CorpusError where no document of the run has it, with the ids that are nearest.
    """
    run = load(out)
    store = run.store()
    found = _find(run, store, name)
    if not found:
        raise _unknown(run, store, name)
    return [_story(run, store, row, *who) for row, who in sorted(found.items())]


def _unknown(run: Run, store: Store, name: str | int) -> CorpusError:
    ids = _all_ids(run, store)["id"]
    near = ids.filter(pc.match_substring(ids, str(name)))[:NEAREST].to_pylist()
    why = f"no row has this id or address; ids look like {ids[0]}" if len(ids) else "the run has no rows"
    fix = f"`tilth sample {shlex.quote(run.out)}` shows ids; a part of an id works too if only one document has it"
    if near:
        why, fix = f"several ids hold it, such as {', '.join(near)}", "name one of them in full"
    elif "://" in str(name) and any("url" in schema_of(store, piece).names for piece in run.pieces().values()):
        fix = 'take ids from the column `url`: run again with --set corpus.id=url, or write id="url" in the reader'
    return CorpusError(f"No document is called {name!r}.", where=run.out, why=why, fix=fix)


def _find(run: Run, store: Store, name: str | int) -> dict[int, tuple[str, str]]:
    """Look in the base of every piece for kept and dropped rows, and in the quarantine for those that were never whole."""
    ids = _all_ids(run, store)
    if isinstance(name, int) or name.isdigit():
        hit = pc.equal(ids["row"], pa.scalar(int(name), pa.uint64()))
    else:
        hit = pc.equal(ids["id"], pa.scalar(name, pa.large_string()))
    found = ids.filter(hit)
    if not len(found) and isinstance(name, str):
        near = ids.filter(pc.match_substring(ids["id"], name))
        found = near if len(near) == 1 else found
    return {row["row"]: (row["id"], row["source"] or "") for row in found.to_pylist()}


def _all_ids(run: Run, store: Store) -> pa.Table:
    parts = [trail(run, kind).select(["row", "id", "source"]) for kind in ("audit", "quarantine")]
    for piece in run.pieces().values():
        parts += [pa.Table.from_batches([batch]).select(["row", "id", "source"]) for batch in read_piece(store, piece, ["id", "source"])]
    return pa.concat_tables(parts)


def _story(run: Run, store: Store, row: int, identity: str, source: str) -> Story:
    steps = [name for stage in run.data["stages"] for name in stage["steps"]]
    common: dict[str, Any] = {"row": row, "id": identity, "source": source, "file": _file(run, store, row)}
    common["edits"] = _edits(run, steps, row)
    broken = _rows(trail(run, "quarantine"), row)
    if broken:
        at = broken[0]["step"]
        return Story(**common, fate="quarantined", step="read" if at < 0 else steps[at], reason=broken[0]["error"])
    gone = _rows(trail(run, "audit"), row)
    signals = _signals(run, store, row)
    if gone:
        entry = gone[0]
        step, rule = steps[entry["step"]], run.data["executed"][entry["step"]].get("rule", "")
        signals |= dict(entry["signals"])
        return Story(
            **common, fate="duplicate" if entry["drop_of"] is not None else "dropped", step=step, reason=entry["reason"],
            rule=rule, stands_for_it=_id_of(run, store, entry["drop_of"]), signals=tuple(signals.items()),
            text=entry["excerpt"] or "",
        )
    stands_for = trail(run, "audit")
    copies = stands_for.filter(pc.equal(stands_for["drop_of"], pa.scalar(row, pa.uint64())))
    text = _columns(run, store, row, ["text"]).get("text") or ""
    return Story(**common, fate="kept", signals=tuple(signals.items()), duplicates=tuple(copies["id"].to_pylist()), text=text[:1000])


def _file(run: Run, store: Store, row: int) -> str:
    """The file that a row came from, and which of its rows it is."""
    manifest = Manifest.load(store, run.data["manifest"])
    shard = {shard.number: shard for shard in manifest.shards}.get(row >> 32) if manifest else None
    receipt = Receipts(store).get(run.data["stages"][0]["keys"].get(str(row >> 32), ""))
    if shard is None or receipt is None:
        return "unknown"
    position = row & 0xFFFFFFFF
    for span, rows in zip(shard.spans, receipt["span_rows"], strict=True):
        if position < rows:
            return f"{span.path}, row {position}" + (f" after {span.start:,}" if span.start else "")
        position -= rows
    return "unknown"


def _edits(run: Run, steps: list[str], row: int) -> tuple[tuple[str, int, int], ...]:
    return tuple((steps[edit["step"]], edit["before"], edit["after"]) for edit in _rows(trail(run, "edits"), row))


def _rows(table: pa.Table, row: int) -> list[dict[str, Any]]:
    return list(table.filter(pc.equal(table["row"], pa.scalar(row, pa.uint64()))).to_pylist())


def _signals(run: Run, store: Store, row: int) -> dict[str, float]:
    """Every number that is known of a row, from the last stage that still had it."""
    values = _columns(run, store, row, None)
    return {name: float(value) for name, value in values.items() if name != "row" and isinstance(value, (int, float))}


def _columns(run: Run, store: Store, row: int, columns: list[str] | None) -> dict[str, Any]:
    for pieces in reversed(run.stages()):
        piece = pieces.get(row >> 32)
        if piece is None:
            continue
        wanted = columns if columns is not None else _scalar_columns(store, piece)
        for batch in read_piece(store, piece, wanted):
            at = int(np.searchsorted(np.asarray(batch["row"]), np.uint64(row)))
            if at < len(batch) and batch["row"][at].as_py() == row:
                return dict(batch.slice(at, 1).to_pylist()[0])
    return {}


def _scalar_columns(store: Store, piece: Piece) -> list[str]:
    return [field.name for field in store.parquet(piece.schema).schema_arrow if is_signal(field.type)]


def _id_of(run: Run, store: Store, row: int | None) -> str:
    if row is None:
        return ""
    found = _columns(run, store, row, ["id"])
    return found.get("id") or str(row)
