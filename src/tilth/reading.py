"""The spans of a shard become rows. A file that is one document is read under guard: hostile or broken, it is given up alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import pyarrow as pa

from tilth.chain import Guard
from tilth.errors import TilthError
from tilth.read.columns import error_row
from tilth.read.reader import File, Reader, Span
from tilth.source import ROW_BITS

FIRST_BYTES = 8 << 20
READING = -1  # the number of reading among the steps, in ledgers and guards


def read_spans(
    reader: Reader, schema: pa.Schema, spans: Sequence[Span], shard: int, guard: Guard, counts: list[int]
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the spans, in order, and count them span by span in `counts`."""
    row = shard << ROW_BITS
    for guarded, group in groupby(enumerate(spans), lambda item: reader.document_in(item[1]) is not None):
        numbers, own = zip(*group, strict=True)
        for batch, found in _documents(reader, schema, own, row, guard) if guarded else reader.read_all(own, schema):
            for i, rows in found.items():
                counts[numbers[i]] += rows
            row += len(batch)
            yield batch


def first_rows(reader: Reader, schema: pa.Schema, file: File, rows: int, number: int, guard: Guard) -> pa.Table:
    """Return up to `rows` rows of a file, fewer where they are big; `number` tells it from others under the same guard."""
    found: list[pa.RecordBatch] = []
    size = 0
    for batch in read_spans(reader, schema, reader.cut(file, FIRST_BYTES)[:1], number, guard, [0]):
        found.append(batch.slice(0, rows))
        rows -= len(found[-1])
        size += batch.nbytes
        if rows <= 0 or size > FIRST_BYTES:
            break
    return pa.Table.from_batches(found, schema)


def _documents(
    reader: Reader, schema: pa.Schema, spans: Sequence[Span], row: int, guard: Guard
) -> Iterator[tuple[pa.RecordBatch, dict[int, int]]]:
    for i, span in enumerate(spans):
        yield _document(reader, schema, span, row + i, guard), {i: 1}


def _document(reader: Reader, schema: pa.Schema, span: Span, row: int, guard: Guard) -> pa.RecordBatch:
    """The one row of a document; one with an error where its parser failed, or would take the worker along."""
    asked = pa.record_batch({"row": np.array([row], np.uint64)})
    ((_, verdict),) = guard.parts(READING, asked)
    if not verdict:
        guard.enter(READING, asked)
        try:
            (batch,) = reader.read(span, schema)
            return batch
        except (TilthError, OSError):
            raise  # a library that is missing, a disk or a network: not the document's fault
        except Exception as error:
            verdict = f"{type(error).__name__}: {error}"[:500]
        finally:
            guard.leave()
    path, source = reader.document_in(span) or (span.path, "")
    return error_row(f"{path}:0", f"the document cannot be read: {verdict}", schema, source)
