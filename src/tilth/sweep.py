"""What other thresholds would keep: a finished run's rules applied again to the signals it stored, nothing measured anew.

Each answer is about one rule and the rows that came to it. Those are in two places: the ones that its stage kept are in the
pieces the stage left, the ones that it dropped, at this rule or after it, are in the audit with their signals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.audit import is_signal
from tilth.errors import RecipeError
from tilth.piece import Layer, Piece, read_piece, schema_of
from tilth.receipts import Receipts
from tilth.rules import Threshold, columns, did_you_mean, passes, thresholds, with_threshold
from tilth.run import Run, load
from tilth.store import Store


class Point(NamedTuple):
    """What one value of a threshold keeps; bytes of text are None where the run holds no text of dropped rows."""

    value: float
    rows: int
    bytes: int | None


@dataclass(frozen=True)
class Sweep:
    """One threshold of one rule: the rows (and bytes of their text) that came to the rule, and what each value would keep."""

    rule: str
    reason: str
    threshold: Threshold
    came: Point
    points: tuple[Point, ...]


class Place(NamedTuple):
    """Where a threshold stands: step of the recipe as executed, the rule and its reason, number of the threshold in the rule."""

    step: int
    rule: str
    reason: str
    number: int
    threshold: Threshold


def places(run: Run) -> list[Place]:
    """Return every threshold of every rule that the run applied, in order."""
    rules = [(i, step) for i, step in enumerate(run.data["executed"]) if step["$step"] == "tilth.rules:Filter"]
    return [
        Place(i, step["rule"], step["reason"] or step["rule"], n, each)
        for i, step in rules for n, each in enumerate(thresholds(step["rule"]))
    ]


def sweep(out: str, column: str, values: Sequence[float] = (), steps: int = 9) -> list[Sweep]:
    """Return, for each rule of the run in `out` that has a threshold on `column`, what other values would keep.

    `values` are the ones to try; by default `steps` quantiles of the column, and always the one that the rule has.
    Raises RecipeError where no rule has a threshold on that column.
    """
    run = load(out)
    every = places(run)
    mine = [place for place in every if place.threshold.column == column]
    if not mine:
        fix = did_you_mean(column, {place.threshold.column for place in every})
        raise RecipeError(f"No rule of this run compares {column!r} with a number.", where=out, fix=fix)
    return [_sweep(run, place, values, steps) for place in mine]


def _sweep(run: Run, place: Place, values: Sequence[float], steps: int) -> Sweep:
    shards = list(_came(run, place.step, columns(place.rule)))
    tried = sorted({place.threshold.value, *(values or _quantiles([shard[place.threshold.column] for shard in shards], steps))})
    came = Point(place.threshold.value, sum(map(len, shards)), _total([shard["bytes"] for shard in shards]))
    points = []
    for value in tried:
        rule = with_threshold(place.rule, place.number, value)
        kept = [shard.filter(passes(rule, shard)) for shard in shards]
        points.append(Point(value, sum(map(len, kept)), _total([shard["bytes"] for shard in kept])))
    return Sweep(place.rule, place.reason, place.threshold, came, tuple(points))


def _quantiles(parts: list[pa.Array], steps: int) -> list[float]:
    """Values that are there, at even shares of the rows, the very ends left out."""
    if any(pa.types.is_boolean(part.type) for part in parts):
        return []
    known = pc.drop_null(pa.chunked_array([part.cast(pa.float64()) for part in parts]))  # the audit has every number as one
    if not len(known):
        return []
    found = np.quantile(known.to_numpy(), np.linspace(0.02, 0.98, steps), method="nearest")
    return [value for value in found.tolist() if np.isfinite(value)]


def _total(parts: list[pa.Array]) -> int | None:
    whole = pa.chunked_array(parts, pa.int64())
    return None if whole.null_count else int(pc.sum(whole, min_count=0).as_py())


def _came(run: Run, step: int, names: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    """Yield, shard by shard, the rows that came to `step`: the columns `names`, and `bytes` (int64), of their text."""
    store, stages = run.store(), run.data["stages"]
    known = Receipts(store)
    number = max(k for k, stage in enumerate(stages) if stage["offset"] <= step and stage["steps"])
    for shard in stages[number]["keys"]:
        receipts = [known.get(stage["keys"][shard]) for stage in stages[: number + 1]]
        before = _piece(int(shard), receipts[:-1])
        after = _piece(int(shard), receipts)
        gone = _audited(store, receipts[-1], step - stages[number]["offset"])
        if (after is not None and after.rows) or (gone is not None and len(gone)):
            yield _joined(store, before, after, gone, names)


def _piece(shard: int, receipts: list[Any]) -> Piece | None:
    """What the stages of these receipts left of a shard, each laid over the one before."""
    if not receipts:
        return None
    layers = [Layer.from_json(layer) for receipt in receipts for layer in receipt["layers"]]
    return Piece(shard, receipts[-1]["rows"], tuple(layers), receipts[-1]["schema"])


def _audited(store: Store, receipt: Any, step: int) -> pa.Table | None:
    name = receipt["trails"].get("audit")
    table = store.table(name, ["row", "id", "source", "step", "signals"]) if name else None
    return table.filter(pc.greater_equal(table["step"], step)).combine_chunks() if table is not None else None


def _joined(store: Store, before: Piece | None, after: Piece | None, gone: pa.Table | None, names: tuple[str, ...]) -> pa.RecordBatch:
    """One shard's rows that came: numbers from where each row ended, all else (and the text's bytes) from before the stage."""
    assert after is not None  # the stage itself left a piece
    types = {field.name: field.type for piece in (before, after) if piece for field in schema_of(store, piece)}
    others = [name for name in names if before and not is_signal(types[name])]
    numbers = [name for name in names if name not in others]
    parts = [(batch["row"], *(batch[name] for name in numbers)) for batch in read_piece(store, after, numbers)]
    if gone is not None:
        parts.append((gone["row"], *(_recorded(gone, name, types[name]) for name in numbers)))
    rows, *values = (pa.chunked_array(column).combine_chunks() for column in zip(*parts, strict=True))
    found = dict(zip(numbers, values, strict=True)) | {"bytes": pa.nulls(len(rows), pa.int64())}
    return pa.record_batch(found | (_before(store, before, np.asarray(rows), others) if before else {}))


def _recorded(gone: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    """A column of audited rows: signals are kept as doubles, NaN for null; of the other columns only id and source."""
    if name in ("id", "source"):
        return gone[name]
    if not is_signal(kind):
        raise RecipeError(
            f"The rule reads {name!r}, a column of type {kind}.", where="sweep", why="the audit keeps only numbers of dropped rows",
            fix="put the question about it in a Filter of its own",
        )
    values = pc.map_lookup(gone["signals"], name, "first")
    return pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values).cast(kind)


def _before(store: Store, before: Piece, rows: np.ndarray, names: list[str]) -> dict[str, pa.Array]:
    """Return columns that were there before the stage, and `bytes`, of these rows' texts (0 where there was none)."""
    batches = [_measured(batch, names) for batch in read_piece(store, before, [*names, "text"])]
    table = pa.Table.from_batches(batches).combine_chunks()
    at = pa.array(np.searchsorted(np.asarray(table["row"]), rows))
    return {name: table[name].combine_chunks().take(at) for name in [*names, "bytes"]}


def _measured(batch: pa.RecordBatch, names: list[str]) -> pa.RecordBatch:
    sizes = pc.fill_null(pc.binary_length(batch["text"]), 0).cast(pa.int64())
    return pa.record_batch({"row": batch["row"], **{name: batch[name] for name in names}, "bytes": sizes})
