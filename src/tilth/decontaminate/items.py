"""The items of evaluation sets, packed into the steps that look for them."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError

SCHEMA = pa.schema([
    ("row", pa.uint64()), ("set", pa.large_string()), ("id", pa.large_string()), ("question", pa.large_string()),
    ("answer", pa.large_string()),
])  # fmt: skip
_FORMAT = {"format": "tilth test items 1"}


class Items(NamedTuple):
    """Test items in order of address: `row` uint64[n] in their corpus, set, id, question and answer as large_string arrays."""

    row: np.ndarray
    set: pa.Array
    id: pa.Array
    question: pa.Array
    answer: pa.Array

    @property
    def text(self) -> pa.Array:
        """Question and answer as one text, large_string."""
        return pc.binary_join_element_wise(self.question, self.answer, pa.scalar("\n", pa.large_string()))


def observed(batch: pa.RecordBatch, answer: str, where: str) -> pa.Table:
    """Return the items (SCHEMA) that these rows of an evaluation set are: `text` is the question, `answer` names the answer's column.

    Raises CorpusError where the column is missing.
    """
    if answer and answer not in batch.schema.names:
        fix = "answer='...' names the column of answers; leave it out if there is none"
        raise CorpusError.no_column(answer, batch.schema.names, where, fix)
    answers = batch[answer].cast(pa.large_string()) if answer else pa.nulls(len(batch), pa.large_string())
    columns = [batch["row"], batch["source"], batch["id"], pc.fill_null(batch["text"], ""), pc.fill_null(answers, "")]
    return pa.table(columns, schema=SCHEMA)


def merged(a: pa.Table, b: pa.Table) -> pa.Table:
    """Return both as one, in order of address."""
    return pa.concat_tables([a, b]).sort_by("row").combine_chunks()


def pack(table: pa.Table) -> bytes:
    """Return items (SCHEMA) as an Arrow stream: what steps carry."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, SCHEMA.with_metadata(_FORMAT), options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_table(table.cast(SCHEMA).replace_schema_metadata(_FORMAT).combine_chunks(), max_chunksize=max(1, len(table)))
    return bytes(sink.getvalue())


@functools.lru_cache(maxsize=4)
def unpack(data: bytes) -> Items:
    """Return the items that were packed. Raises RecipeError where `data` is something else."""
    try:
        with pa.ipc.open_stream(data) as stream:
            table = stream.read_all()
        if (table.schema.metadata or {}).get(b"format") != _FORMAT["format"].encode() or not table.schema.equals(SCHEMA):
            raise ValueError("its format is not " + _FORMAT["format"])
    except (pa.ArrowInvalid, ValueError, OSError) as problem:
        raise RecipeError("These are no test items.", where="decontaminate", why=str(problem),
                          fix="learn them: learn_from(evaluation_set, decontaminate.NGrams())") from None  # fmt: skip
    return Items(table["row"].to_numpy(), *(table[name].combine_chunks() for name in SCHEMA.names[1:]))
