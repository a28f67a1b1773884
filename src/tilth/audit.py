"""What became of every row that is not in the output, and of every text that was edited: the tables, and how they are filled."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.piece import same_buffers, unequal

EXCERPT = 240  # characters of a dropped text that the audit keeps
_WHO = [("row", pa.uint64()), ("id", pa.large_string()), ("source", pa.large_string()), ("step", pa.int32())]
AUDIT = pa.schema([*_WHO, ("reason", pa.large_string()), ("drop_of", pa.uint64()), ("excerpt", pa.large_string()),
                   ("signals", pa.map_(pa.string(), pa.float64()))])
QUARANTINE = pa.schema([*_WHO, ("error", pa.large_string())])
EDITS = pa.schema([("row", pa.uint64()), ("step", pa.int32()), ("before", pa.int64()), ("after", pa.int64())])  # characters
TRAILS = {"audit": AUDIT, "quarantine": QUARANTINE, "edits": EDITS}


class Sink(Protocol):
    """Anything that takes batches: a Parquet blob under way, or a list in memory."""

    def write(self, batch: pa.RecordBatch) -> None: ...


@dataclass
class Tally:
    """What one step did to one shard, in rows."""

    came: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    edited: int = 0
    seconds: float = 0.0
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"came": self.came, "dropped": dict(sorted(self.dropped.items())), "failed": self.failed, "edited": self.edited}


class Ledger:
    """Removes the rows that steps marked, and writes down each one: the books of a stage on a shard.

    `step` in its tables counts from 0 in this stage; -1 is the reader.
    """

    def __init__(self, steps: int, sinks: dict[str, Sink]) -> None:
        self.sinks = sinks
        self.tallies = {index: Tally() for index in range(-1, steps)}
        self.touched: set[str] = set()  # columns that steps brought, or did not pass on as they were

    def sweep(self, batch: pa.RecordBatch, by: np.ndarray) -> pa.RecordBatch:
        """Return the rows that stay, without the message columns; `by` (int32[n]) says which step marked each row."""
        names = set(batch.schema.names)
        broken = _set(batch, "error") if "error" in names else np.zeros(len(batch), bool)
        gone = (_set(batch, "drop") if "drop" in names else np.zeros(len(batch), bool)) & ~broken
        if broken.any():
            self._quarantine(batch.filter(pa.array(broken)), by[broken])
        if gone.any():
            self._audit(batch.filter(pa.array(gone)), by[gone])
        messages = {"drop", "drop_of", "error"} & names
        left = batch.select([name for name in batch.schema.names if name not in messages]) if messages else batch
        return left.filter(pa.array(~(broken | gone))) if broken.any() or gone.any() else left

    def note_touched(self, before: pa.RecordBatch, after: pa.RecordBatch) -> None:
        """Remember which columns are others after some steps: what they passed on need not be compared."""
        old, names = set(before.schema.names), set(after.schema.names) - self.touched
        self.touched |= {name for name in names if name not in old or not same_buffers(before[name], after[name])}

    def note_edits(self, index: int, before: pa.RecordBatch, after: pa.RecordBatch) -> None:
        """Write down the rows whose text this step changed; a text that was null before is extracted, not edited."""
        if "text" not in before.schema.names or same_buffers(before["text"], after["text"]):
            return
        changed = unequal(before["text"], after["text"]) & np.asarray(before["text"].is_valid())
        if not changed.any():
            return
        mask, edited = pa.array(changed), int(changed.sum())
        lengths = [_code_points(side["text"], mask, 2 * edited > len(changed)) for side in (before, after)]
        self.tallies[index].edited += edited
        steps = pa.array(np.full(edited, index, np.int32))
        self.sinks["edits"].write(pa.record_batch([before["row"].filter(mask), steps, *lengths], schema=EDITS))

    def _quarantine(self, rows: pa.RecordBatch, by: np.ndarray) -> None:
        for index, count in zip(*np.unique(by, return_counts=True), strict=True):
            tally = self.tallies[int(index)]
            tally.failed += int(count)
            tally.error = rows["error"][int(np.argmax(by == index))].as_py()
        columns = [*self._who(rows), pa.array(by, pa.int32()), rows["error"]]
        self.sinks["quarantine"].write(pa.record_batch(columns, schema=QUARANTINE))

    def _audit(self, rows: pa.RecordBatch, by: np.ndarray) -> None:
        for index in np.unique(by):
            reasons = rows["drop"].filter(pa.array(by == index)).value_counts()
            self.tallies[int(index)].dropped.update({item["values"].as_py(): item["counts"].as_py() for item in reasons})
        stands = rows["drop_of"] if "drop_of" in rows.schema.names else pa.nulls(len(rows), pa.uint64())
        if "text" in rows.schema.names:
            excerpt = pc.utf8_slice_codeunits(rows["text"], 0, EXCERPT)
        else:
            excerpt = pa.nulls(len(rows), pa.large_string())
        columns = [*self._who(rows), pa.array(by, pa.int32()), rows["drop"].cast(pa.large_string()), stands, excerpt, signals(rows)]
        self.sinks["audit"].write(pa.record_batch(columns, schema=AUDIT))

    def _who(self, rows: pa.RecordBatch) -> list[pa.Array]:
        names = rows.schema.names
        return [rows["row"], *(rows[name] if name in names else pa.nulls(len(rows), pa.large_string()) for name in ("id", "source"))]


def signals(batch: pa.RecordBatch) -> pa.MapArray:
    """Return every number and truth value of each row as one map<string, double>; nulls become NaN.

    >>> signals(pa.record_batch({"row": pa.array([7], pa.uint64()), "words": [3], "text": ["a b c"]})).to_pylist()
    [[('words', 3.0)]]
    """
    names = [field.name for field in batch.schema if field.name not in ("row", "drop_of") and is_signal(field.type)]
    values = [doubles(batch[name]) for name in names]
    items = np.stack(values, axis=1).ravel() if names else np.zeros(0)
    keys = pa.DictionaryArray.from_arrays(np.tile(np.arange(len(names), dtype=np.int32), len(batch)), pa.array(names, pa.string()))
    offsets = pa.array(np.arange(len(batch) + 1, dtype=np.int32) * len(names))
    return pa.MapArray.from_arrays(offsets, keys.cast(pa.string()), pa.array(items, pa.float64()))


def doubles(column: pa.Array) -> np.ndarray:
    """Return numbers or truth values as float64[n]: nulls become NaN, whole numbers beyond 2**53 the nearest double.

    >>> doubles(pa.array([2**64 - 1, None], pa.uint64())).tolist()
    [1.8446744073709552e+19, nan]
    """
    return np.asarray(column.cast(pa.float64(), safe=False).fill_null(float("nan")))


def is_signal(kind: pa.DataType) -> bool:
    """Return whether a column of this type is a number or a truth value: what rules decide on."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)


def _code_points(texts: pa.Array, mask: pa.Array, most: bool) -> pa.Array:
    """Return the lengths (int64) of the texts in the mask; where it has most of them, to count all costs less than to copy those."""
    lengths = pc.utf8_length(texts).filter(mask) if most else pc.utf8_length(texts.filter(mask))
    return pc.fill_null(lengths, 0).cast(pa.int64())


def _set(batch: pa.RecordBatch, name: str) -> np.ndarray:
    return np.asarray(batch[name].is_valid())
