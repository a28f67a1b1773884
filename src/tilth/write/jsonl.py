"""JSON Lines whose bytes depend on the rows alone: a zstd frame ends with the row that reaches its size."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
import pyarrow as pa

from tilth.write.writer import Open, Writer

FRAME_BYTES = 4 << 20


@dataclass(frozen=True)
class Jsonl(Writer):
    """One .jsonl.zst file a shard, small ones together; an object a line, every column, nulls too; `without` names columns to leave out.

    Bytes become base64, as JSON has none; NaN and infinities become null.

    >>> Jsonl(without=("html",)).folder
    'data'
    """

    together: ClassVar[bool] = True

    without: tuple[str, ...] = ()
    level: int = 3

    def write(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema, open: Open) -> dict[str, Any]:
        names = [name for name in schema.names if name not in self.without]
        codec = pa.Codec("zstd", compression_level=self.level)
        count = 0
        with open(".jsonl.zst") as sink:
            for frame in _frames(line for batch in batches for line in lines(batch.select(names))):
                sink.write(codec.compress(b"".join(frame), asbytes=True))
                count += len(frame)
        return {"rows": count}


def lines(batch: pa.RecordBatch) -> Iterator[bytes]:
    """Yield the JSON line of each row.

    >>> list(lines(pa.record_batch({"id": ["a"], "html": [b"<p>"], "score": [None]})))
    [b'{"id":"a","html":"PHA+","score":null}\\n']
    """
    for row in batch.to_pylist():
        yield orjson.dumps(row, default=encodable, option=orjson.OPT_APPEND_NEWLINE)


def json_of(value: Any) -> str:
    """Return a value as JSON text, bytes in base64.

    >>> json_of({"a": [1, None]})
    '{"a":[1,null]}'
    """
    return orjson.dumps(value, default=encodable).decode()


def _frames(found: Iterable[bytes]) -> Iterator[list[bytes]]:
    held: list[bytes] = []
    size = 0
    for line in found:
        held.append(line)
        size += len(line)
        if size >= FRAME_BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held


def encodable(value: Any) -> str:
    """Return what stands in JSON for a value that it has no form for: base64 for bytes; raise TypeError for others."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no JSON form")
