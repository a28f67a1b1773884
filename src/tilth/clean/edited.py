"""An edited text put where the text was."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tilth.op import put


def with_edited(batch: pa.RecordBatch, edited: pa.LargeStringArray) -> pa.RecordBatch:
    """Return `batch` with this text, null where it was null; the same batch where nothing was edited.

    >>> with_edited(pa.record_batch({"text": ["a", None]}), pa.array(["b", ""], pa.large_string()))["text"].to_pylist()
    ['b', None]
    """
    texts = batch["text"]
    if texts.null_count:
        edited = pc.if_else(pc.is_null(texts), pa.scalar(None, edited.type), edited)
    return batch if edited.equals(texts) else put(batch, "text", edited)
