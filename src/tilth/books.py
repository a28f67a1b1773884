"""The books of a run: what every step did to every row, added up and balanced, and how long it took."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from importlib.metadata import version
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.conductor import Conductor
from tilth.errors import CorpusError, StepError
from tilth.flow import Flow, Stage
from tilth.piece import Piece, read_piece
from tilth.record import record
from tilth.store import FORMAT, Store


def books(flow: Flow, name: str, pieces: dict[int, Piece]) -> dict[str, Any]:
    """What `run.json` says: nothing in it differs between two runs of the same work. Raises StepError where rows are missing."""
    funnel = [entry for i, stage in enumerate(flow.stages) for entry in _funnel(stage, first=i == 0)]
    rows_in = sum(receipt["rows_in"] for receipt in flow.stages[0].receipts.values() if receipt)
    rows_out = sum(piece.rows for piece in pieces.values())
    audited = sum(sum(entry["dropped"].values()) for entry in funnel)
    quarantined = sum(entry["failed"] for entry in funnel)
    if rows_in != rows_out + audited + quarantined:
        raise StepError(
            f"{rows_in} rows in, but {rows_out} out + {audited} audited + {quarantined} quarantined.", where="the whole run",
            why="the books do not balance", fix="report this: rows were lost",
        )
    if rows_in == 0:
        raise CorpusError.empty(repr(flow.reader), "every file was read, and none has a row")
    return {
        "format": FORMAT, "version": version("tilth"), "python": platform.python_version(), "arrow": pa.__version__,
        "manifest": name, "partitions": flow.partitions, "shards": len(flow.manifest.shards), "input_bytes": flow.manifest.size,
        "rows_in": rows_in, "rows_out": rows_out, "audited": audited, "quarantined": quarantined,
        "text_bytes": sum(receipt["text_bytes"] for receipt in flow.stages[-1].receipts.values() if receipt),
        "sources_in": _by_source(flow.stages[0], before_steps=True), "sources": _by_source(flow.stages[-1]),
        "funnel": funnel, "pieces": [piece.to_json() for piece in pieces.values()],
        "stages": [_stage(stage) for stage in flow.stages],
        "executed": [record(step, flow.store.put) for step in flow.steps], "learned": flow.learned,
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {"offset": stage.offset, "steps": stage.steps, "keys": {str(shard): key for shard, key in stage.keys.items()}}


def _funnel(stage: Stage, first: bool) -> list[dict[str, Any]]:
    """One entry a step, the reader's own first: its bad rows are the first to go."""
    entries = []
    receipts = [receipt for receipt in stage.receipts.values() if receipt]
    for index, name in enumerate(["read", *stage.steps]):
        tallies = [receipt["tallies"][index] for receipt in receipts]
        dropped: Counter[str] = Counter()
        for tally in tallies:
            dropped.update(tally["dropped"])
        failed, edited = (sum(tally[key] for tally in tallies) for key in ("failed", "edited"))
        came = sum(receipt["rows_in"] for receipt in receipts) if index == 0 else sum(tally["came"] for tally in tallies)
        if index or first:
            left = came - failed - sum(dropped.values())
            counts = {"came": came, "left": left, "failed": failed, "edited": edited}
            entries.append({"step": name, "dropped": dict(sorted(dropped.items())), **counts})
    return entries


def _by_source(stage: Stage, before_steps: bool = False) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for receipt in stage.receipts.values():
        if receipt:
            counts.update(receipt["sources_in" if before_steps else "sources"])
    return dict(sorted(counts.items()))


def keep_times(conductor: Conductor, flow: Flow, out: Store, wall: float) -> dict[str, float]:
    """Seconds a step took over all shards; of what was done in an earlier run, the times of then."""
    known: dict[str, Any] = (out.read_json("times.json") or {}).get("tasks", {})
    known = {key: times for key, times in {**known, **conductor.times}.items() if key in conductor.used}
    seconds: defaultdict[str, float] = defaultdict(float)
    place = 0
    for i, stage in enumerate(flow.stages):
        for key in stage.keys.values():
            steps = known.get(key, {}).get("steps", [])
            for index, spent in enumerate(steps):
                if index or i == 0:
                    seconds[str(place + index - (0 if i == 0 else 1))] += spent
            reading = known.get(key, {}).get("seconds", 0.0) - sum(steps)
            seconds["0"] += reading if i == 0 and steps else 0.0
        place += len(stage.steps) + (1 if i == 0 else 0)
    steps = {name: round(spent, 4) for name, spent in sorted(seconds.items(), key=lambda item: int(item[0]))}
    peak = max((times.get("peak_mb", 0) for times in known.values()), default=0)
    out.write_json({"tasks": known, "steps": steps, "wall": round(wall, 3), "peak_mb": peak}, "times.json")
    return steps


def retracted(store: Store, before: dict[str, Any] | None, pieces: dict[int, Piece]) -> dict[str, Any]:
    """Rows that the run before kept and this one does not: a late document can be the better copy, or bridge two clusters."""
    gone: list[int] = []
    for data in (before or {}).get("pieces", []):
        old = Piece.from_json(data)
        new = pieces.get(old.shard)
        if new is None or [layer.blob for layer in new.needed(())] != [layer.blob for layer in old.needed(())]:
            gone += np.setdiff1d(_rows(store, old), _rows(store, new)).tolist()
    return {"rows": len(gone), "first": gone[:1000]}


def _rows(store: Store, piece: Piece | None) -> np.ndarray:
    if piece is None:
        return np.zeros(0, np.uint64)
    return np.concatenate([np.zeros(0, np.uint64), *(np.asarray(batch["row"]) for batch in read_piece(store, piece, ["row"]))])
