"""Lance: a dataset of columnar files with random access, as LanceDB reads it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from tilth.errors import MissingExtra
from tilth.write.writer import Open, Writer

_ROWS = 8192


@dataclass(frozen=True)
class Lance(Writer):
    """A Lance dataset in the folder `lance`: one data file a shard, small ones together; `without` names columns to leave out.

    `lance.dataset(FOLDER)` opens it. Data files depend on the rows alone; the manifest says when it was written. Library: pylance.

    >>> Lance(without=("html",)).without
    ('html',)
    """

    folder: ClassVar[str] = "lance/data"
    together: ClassVar[bool] = True

    without: tuple[str, ...] = ()

    def write(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema, open: Open) -> dict[str, Any]:
        _library()
        from lance.fragment import write_fragments

        names = [name for name in schema.names if name not in self.without]
        kept = pa.schema([schema.field(name) for name in names])
        reader = pa.RecordBatchReader.from_batches(kept, _even(batches, kept))
        with tempfile.TemporaryDirectory() as folder:
            fragments = write_fragments(reader, folder, max_rows_per_file=1 << 40, max_rows_per_group=_ROWS, max_bytes_per_file=1 << 50)
            about = [fragment.to_json() for fragment in fragments]
            if about:
                with open(".lance") as sink, Path(folder, "data", about[0]["files"][0]["path"]).open("rb") as file:
                    shutil.copyfileobj(file, sink)
        return {"fragments": about, "schema": base64.b64encode(kept.serialize().to_pybytes()).decode()}

    def finish(self, shards: dict[int, dict[str, Any]]) -> dict[str, bytes]:
        if not shards:
            return {}
        lance = _library()
        from lance.fragment import FragmentMetadata

        fragments: list[Any] = []
        for shard, info in sorted(shards.items()):
            for about in info["fragments"]:
                about["files"][0]["path"] = f"{shard:05d}.lance"
                fragments.append(FragmentMetadata.from_json(json.dumps(about | {"id": len(fragments)})))
        schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(next(iter(shards.values()))["schema"])))
        with tempfile.TemporaryDirectory() as folder:
            lance.LanceDataset.commit(folder, lance.LanceOperation.Overwrite(schema, fragments))
            written = [path for path in Path(folder).rglob("*") if path.is_file()]
            return {os.path.join("..", path.relative_to(folder)): path.read_bytes() for path in written}


def _library() -> Any:
    try:
        import lance
    except ImportError:
        raise MissingExtra.of("pylance", "lance", "write.Lance") from None
    return lance


def _even(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of the same size, wherever they were cut before: pages end with batches."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        batch = batch.select(schema.names)
        while len(batch):
            part, batch = batch.slice(0, _ROWS - count), batch.slice(_ROWS - count)
            held.append(part)
            count += len(part)
            if count == _ROWS:
                yield from pa.Table.from_batches(held, schema).combine_chunks().to_batches()
                held, count = [], 0
    if held:
        yield from pa.Table.from_batches(held, schema).combine_chunks().to_batches()
