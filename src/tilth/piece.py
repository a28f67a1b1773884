"""What is known of one shard at one point of a run: a base and layers over it, so that a step stores only what it changed.

A layer is a Parquet blob sorted by `row`. A *rows* layer says which rows are left and may bring columns, new ones or old ones anew;
a *patch* brings new values of one column for some rows. Text that no step edits is written once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.source import read_source
from tilth.store import GrowingTable, Store

BATCH_ROWS = 2048


@dataclass(frozen=True)
class Layer:
    """A blob and the columns it brings, `row` aside; a *source* layer's blob says which files to read (source.py)."""

    blob: str
    columns: tuple[str, ...]
    patch: bool = False
    source: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"blob": self.blob, "columns": list(self.columns), "patch": self.patch, "source": self.source}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Layer:
        return Layer(data["blob"], tuple(data["columns"]), data["patch"], data["source"])


@dataclass(frozen=True)
class Piece:
    """One shard: how many rows are left, the layers that hold them, and the type of every column.

    `schema` is the digest of an empty table of all columns.
    """

    shard: int
    rows: int
    layers: tuple[Layer, ...]
    schema: str

    def to_json(self) -> dict[str, Any]:
        return {
            "shard": self.shard, "rows": self.rows, "schema": self.schema,
            "layers": [layer.to_json() for layer in self.layers],
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> Piece:
        return Piece(data["shard"], data["rows"], tuple(map(Layer.from_json, data["layers"])), data["schema"])

    def needed(self, columns: Iterable[str] | None) -> tuple[Layer, ...]:
        """Return the layers that decide which rows are left and what these columns hold, of each only the columns that it decides.

        Their blobs are what a task's key must name. A column that a later rows layer brings anew is not looked for in earlier ones.
        """
        wanted = {name for layer in self.layers for name in layer.columns} if columns is None else set(columns)
        found: list[Layer] = []
        leading = True
        for layer in reversed(self.layers):
            mine = tuple(name for name in layer.columns if name in wanted)
            if mine or (leading and not layer.patch):
                found.append(replace(layer, columns=mine))
            if not layer.patch:
                wanted -= set(mine)
                leading = False
        return tuple(reversed(found)) if not leading else ()


def schema_of(store: Store, piece: Piece) -> pa.Schema:
    return store.parquet(piece.schema).schema_arrow


def read_piece(store: Store, piece: Piece, columns: Sequence[str] | None = None, size: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Yield the rows that are left, in order, with `row` and these columns (None: all); memory is a row group a layer."""
    schema = schema_of(store, piece)
    names = [name for name in schema.names if columns is None or name in columns or name == "row"]
    layers = piece.needed(names)
    if not layers:
        return
    whole = [i for i, layer in enumerate(layers) if not layer.patch]
    last, wide = whole[-1], [i for i in whole if layers[i].columns]
    widest = next((i for i in wide if "text" in layers[i].columns), max(wide, default=last))
    cursors = [_Cursor(store, layer, size) for layer in layers]
    for batch in cursors[widest]:  # its batches are not cut and joined again, which would copy all that is long
        left = batch if widest == last else cursors[last].among(batch)
        if not len(left) and widest != last:
            continue
        rows, found = np.asarray(left["row"]), {name: left[name] for name in left.schema.names}
        for i, cursor in enumerate(cursors):
            if i not in (widest, last):
                cursor.add_to(found, rows)
        yield pa.record_batch([found[name] for name in names], schema=pa.schema([schema.field(name) for name in names]))


def _replaced(values: pa.Array, hit: np.ndarray, changes: pa.Array) -> pa.Array:
    """Return `values` with `changes` where `hit`; Arrow's own function for that knows no lists."""
    if not pa.types.is_nested(values.type):
        return pc.replace_with_mask(values, pa.array(hit), changes)
    at = np.arange(len(values))
    at[hit] = len(values) + np.arange(len(changes))
    return pa.concat_arrays([values, changes]).take(pa.array(at))


class _Cursor:
    """A forward-only reader of one layer that answers for ascending rows."""

    def __init__(self, store: Store, layer: Layer, size: int) -> None:
        self.layer, self.columns = layer, list(layer.columns)
        if layer.source:
            self.batches = read_source(store, layer.blob, self.columns)
        else:
            self.batches = store.parquet(layer.blob).iter_batches(batch_size=size, columns=["row", *self.columns], use_threads=False)
        self.held: list[pa.RecordBatch] = []

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return iter(self.batches)

    def add_to(self, found: dict[str, pa.Array], rows: np.ndarray) -> None:
        """Set this layer's columns in `found`, aligned with `rows`: all of them, or where the layer is a patch those it has."""
        table = self._until(rows[-1]) if len(rows) else None
        if table is None:
            return
        mine = np.asarray(table["row"])
        at = np.searchsorted(mine, rows)
        if not self.layer.patch:
            for name in self.columns:
                found[name] = _pick(table[name], at)
            return
        hit = np.zeros(len(rows), bool)
        inside = at < len(mine)
        hit[inside] = mine[at[inside]] == rows[inside]
        if not hit.any():
            return
        for name in self.columns:
            changes = table[name].take(pa.array(at[hit]))
            found[name] = _replaced(found[name], hit, changes)

    def among(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows of `batch`, of another layer, that this layer still has, and its own columns beside them."""
        rows = np.asarray(batch["row"])
        table = self._until(rows[-1]) if len(rows) else None
        if table is None:
            return batch.slice(0, 0)
        mine = np.asarray(table["row"])
        at = np.searchsorted(rows, mine[: np.searchsorted(mine, rows[-1], side="right")])
        found = {name: _pick(batch[name], at) for name in batch.schema.names}
        return pa.record_batch(found | {name: table[name].slice(0, len(at)) for name in self.columns})

    def _until(self, row: np.uint64) -> pa.RecordBatch | None:
        """Return what is held once it reaches `row`, None if nothing is, and forget what lies before what can still matter."""
        while not self.held or self.held[-1]["row"][-1].as_py() < row:
            batch = next(self.batches, None)
            if batch is None:
                break
            if len(batch):
                self.held.append(batch)
        if not self.held:
            return None
        table = pa.concat_batches(self.held) if len(self.held) > 1 else self.held[0]
        rest = int(np.searchsorted(np.asarray(table["row"]), row, side="right"))
        self.held = [table.slice(rest)] if rest < len(table) else []
        return table


def _pick(column: pa.Array, at: np.ndarray) -> pa.Array:
    """Take positions; a run of neighbours is a slice and copies nothing."""
    if len(at) and at[-1] - at[0] + 1 == len(at):
        return column.slice(int(at[0]), len(at))
    return column.take(pa.array(at))


class Changes:
    """Stores what a stage changes on a shard, batch by batch: a base where nothing was before, else layers over `before`.

    Columns in `rewrites` are stored whole: where most rows change, a patch would have every reader read both.
    """

    def __init__(self, store: Store, before: Piece | None, rewrites: Collection[str] = ()) -> None:
        self.store, self.before, self.rewrites = store, before, frozenset(rewrites)
        self.rows = 0
        self.kept: GrowingTable | None = None
        self.patches: dict[str, GrowingTable] = {}

    def add(self, came: pa.RecordBatch, left: pa.RecordBatch, touched: Collection[str]) -> None:
        """Store what is new in `left`, which is what the steps left of the batch `came`: no other old columns than `touched` are."""
        old = set() if self.before is None else set(came.schema.names) - {"row"} - self.rewrites
        kept = left.select([name for name in left.schema.names if name not in old])
        if self.kept is None:
            self.kept = self.store.growing_table(kept.schema)
        self.rows += len(left)
        self.kept.write(kept)
        at = np.searchsorted(np.asarray(came["row"]), np.asarray(left["row"])) if len(left) != len(came) else None
        for name in sorted(old & set(left.schema.names) & set(touched)):
            self._patch(name, came[name], left, at)

    def _patch(self, name: str, came: pa.Array, left: pa.RecordBatch, at: np.ndarray | None) -> None:
        new = left[name]
        if same_buffers(came, new):
            return
        changed = unequal(came if at is None else came.take(pa.array(at)), new)
        if changed.any():
            mask = pa.array(changed)
            rows = pa.record_batch([left["row"].filter(mask), new.filter(mask)], names=["row", name])
            if name not in self.patches:
                self.patches[name] = self.store.growing_table(rows.schema)
            self.patches[name].write(rows)

    def commit(self) -> tuple[list[Layer], int]:
        """Return the new layers and the number of rows left; no layer says that no row left and no column came."""
        layers = []
        if self.kept is not None:
            columns = tuple(name for name in self.kept.schema.names if name != "row")
            if columns or self.before is None or self.rows != self.before.rows:
                layers.append(Layer(self.kept.commit(), columns))
            else:
                self.kept.discard()
        return layers + [Layer(self.patches[name].commit(), (name,), patch=True) for name in sorted(self.patches)], self.rows

    def discard(self) -> None:
        for table in (self.kept, *self.patches.values()):
            if table is not None:
                table.discard()


def same_buffers(a: pa.Array, b: pa.Array) -> bool:
    """Whether two arrays are one in memory: a step that passes a column on has not changed it."""
    if len(a) != len(b) or a.offset != b.offset or a.type != b.type:
        return False
    ours, theirs = a.buffers(), b.buffers()
    return list(map(_address, ours)) == list(map(_address, theirs))


def _address(buffer: pa.Buffer | None) -> int:
    return 0 if buffer is None else int(buffer.address)


def unequal(a: pa.Array, b: pa.Array) -> np.ndarray:
    """Return bool[n]: where values differ, null being equal to null; types without a comparison count as changed."""
    try:
        differ = pc.fill_null(pc.not_equal(a, b), False)
    except pa.ArrowNotImplementedError:
        return np.ones(len(a), bool)
    return np.asarray(pc.or_(differ, pc.xor(a.is_null(), b.is_null())))


def empty_of(store: Store, piece: Piece, columns: Sequence[str] | None) -> pa.RecordBatch:
    """Return a batch without rows that has these columns of a piece and `row`; None stands for all."""
    schema = schema_of(store, piece)
    kept = pa.schema([field for field in schema if columns is None or field.name in columns or field.name == "row"])
    return pa.record_batch([pa.array([], field.type) for field in kept], schema=kept)
