"""What became of every row of a run, as one table: for comparing runs, and for looking at samples."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tilth.audit import EXCERPT, TRAILS
from tilth.piece import read_piece
from tilth.run import Run
from tilth.store import Store

FATES = pa.schema([
    ("row", pa.uint64()), ("id", pa.large_string()), ("source", pa.large_string()), ("fate", pa.large_string()),
    ("step", pa.large_string()), ("reason", pa.large_string()), ("excerpt", pa.large_string()),
])  # fmt: skip


def stream_trail(out: Store, kind: str, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the rows of all files of "audit", "quarantine" or "edits" that the run published, in order; memory is a row group."""
    names = sorted(name for name in (out.read_json("published.json") or {}) if name.startswith(f"{kind}/"))
    for name in names:
        with out.fs.open(out.path(name), "rb") as file:
            yield from pq.ParquetFile(file).iter_batches(columns=columns, use_threads=False)


def trail(run: Run, kind: str) -> pa.Table:
    """Return all rows of a run's "audit", "quarantine" or "edits", read from what it published."""
    return pa.Table.from_batches(stream_trail(Store(run.out), kind), TRAILS[kind])


def fates(run: Run) -> pa.Table:
    """Return one row for every row that a run read: who it is, "kept", "dropped", "duplicate" or "quarantined", by which step, and why.

    `excerpt` is the beginning of its text, as it is in the output or as it was when it was dropped; null for a row that broke.
    """
    steps = [name for stage in run.data["stages"] for name in stage["steps"]]
    return pa.concat_tables([_kept(run), _dropped(run, steps), _broken(run, steps)]).combine_chunks()


def _kept(run: Run) -> pa.Table:
    store, found = run.store(), [FATES.empty_table()]
    for piece in run.pieces().values():
        for batch in read_piece(store, piece, ["id", "source", "text"]):
            excerpt = pc.utf8_slice_codeunits(batch["text"], 0, EXCERPT)
            found.append(_table(batch, pa.array(["kept"] * len(batch)), pa.nulls(len(batch)), pa.nulls(len(batch)), excerpt))
    return pa.concat_tables(found)


def _dropped(run: Run, steps: list[str]) -> pa.Table:
    gone = trail(run, "audit")
    fate = pc.if_else(gone["drop_of"].is_valid(), "duplicate", "dropped")
    return _table(gone, fate, _names(gone, steps), gone["reason"], gone["excerpt"])


def _broken(run: Run, steps: list[str]) -> pa.Table:
    gone = trail(run, "quarantine")
    return _table(gone, pa.array(["quarantined"] * len(gone)), _names(gone, steps), gone["error"], pa.nulls(len(gone)))


def _names(gone: pa.Table, steps: list[str]) -> pa.Array:
    return pa.array(["read" if step < 0 else steps[step] for step in gone["step"].to_pylist()], pa.large_string())


def _table(who: pa.Table | pa.RecordBatch, *rest: pa.Array) -> pa.Table:
    return pa.table([who["row"], who["id"], who["source"], *rest], names=FATES.names).cast(FATES)
