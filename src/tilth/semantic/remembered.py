"""What was found out about rows while a step was learned, kept with the step: it is not asked again when the step meets those rows.

A row is known by its address and by what it shows: another table may have other rows at the same addresses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.op import Op, put
from tilth.semantic.asking.prompt import line
from tilth.semantic.gather import packed


def remember(rows: pa.RecordBatch, by: Sequence[str], found: Mapping[str, pa.Array]) -> bytes:
    """Return what was `found` of `rows` as an Arrow stream, known by `row` and what the columns `by` show; no bytes for no columns."""
    return packed(pa.table({"row": rows["row"], "shown": _shown(rows, by), **found}).sort_by("row")) if found else b""


def opened(memory: bytes) -> pa.RecordBatch | None:
    """Return what `remember` packed, None for no rows."""
    batches = pa.ipc.open_stream(memory).read_all().combine_chunks().to_batches() if memory else []
    return batches[0] if batches else None


def places(batch: pa.RecordBatch, by: Sequence[str], memory: pa.RecordBatch | None) -> pa.Array:
    """Return where in `memory` each row is (int32), null where it is not, or shows something else there.

    >>> rows = pa.record_batch({"row": pa.array([4, 9], pa.uint64()), "text": ["a", "b"]})
    >>> known = opened(remember(rows, ["text"], {"score": pa.array([0.1, 0.9])}))
    >>> places(pa.record_batch({"row": pa.array([9, 4], pa.uint64()), "text": ["b", "changed"]}), ["text"], known).to_pylist()
    [1, None]
    """
    if memory is None:
        return pa.nulls(len(batch), pa.int32())
    at = pc.index_in(batch["row"], memory["row"])
    there = pc.indices_nonzero(at.is_valid())
    same = pc.equal(_shown(batch.take(there), by), memory["shown"].take(at.take(there)))
    return pc.replace_with_mask(at, at.is_valid(), pc.if_else(same, at.take(there), None))


def added(rows: pa.RecordBatch, made: pa.RecordBatch) -> dict[str, pa.Array]:
    """Return the columns that a step added to `rows`; none where it changed others too, so that they alone would not stand for it."""
    kept = all(name in made.schema.names and made[name].equals(rows[name]) for name in rows.schema.names)
    return {name: made[name] for name in made.schema.names if name not in rows.schema.names} if kept else {}


def streamed(step: Op, batches: Iterable[pa.RecordBatch], by: Sequence[str], memory: bytes) -> Iterator[pa.RecordBatch]:
    """Yield each batch with what `step` adds to it; rows that `memory` knows have it from there, and `step` sees the others alone."""
    known = opened(memory)
    waiting: deque[tuple[pa.RecordBatch, pa.Array]] = deque()

    def unknown() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            at = places(batch, by, known)
            waiting.append((batch, at))
            yield batch.filter(at.is_null()) if at.null_count < len(at) else batch

    for made in step.stream(unknown()):
        yield _filled(*waiting.popleft(), made, known)


def _filled(batch: pa.RecordBatch, at: pa.Array, made: pa.RecordBatch, known: pa.RecordBatch | None) -> pa.RecordBatch:
    if known is None or at.null_count == len(at):
        return made
    new = at.is_null().to_numpy(zero_copy_only=False)
    order = np.where(new, np.cumsum(new) - 1, len(made) + np.cumsum(~new) - 1)  # those made first, then those known
    for name in known.schema.names[2:]:
        both: Any = pa.concat_arrays([made[name], known[name].take(at.drop_null())])
        batch = put(batch, name, both.take(pa.array(order)))
    return batch


def _shown(rows: pa.RecordBatch, by: Sequence[str]) -> pa.Array:
    """Return a hash of what each row shows (uint64)."""
    hashes = [blake2b(line(row, 0).encode("utf-8", "surrogatepass"), digest_size=8).digest() for row in rows.select(list(by)).to_pylist()]
    return pa.array(np.frombuffer(b"".join(hashes), np.uint64))
