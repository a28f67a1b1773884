"""A sample of labelled texts that two parts of a corpus can draw apart: a fair share of bytes for each label."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from tilth.errors import CorpusError, RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.hash import xxh64_each

SAMPLE = pa.schema([("row", pa.uint64()), ("label", pa.large_string()), ("text", pa.large_string())])
EXCERPT = 1 << 18  # characters of one text that can be in the sample: no single document may fill it
MOST_LABELS = 1000
_UNLABELLED = b"unlabelled"


def labelled(batch: pa.RecordBatch, column: str, where: str) -> pa.Table:
    """Return `row`, `label`, `text` of the rows that have a label and a text, in order of address; the others are counted.

    Raises CorpusError where the column is missing, RecipeError where it holds nothing that can be a label.
    """
    if column not in batch.schema.names:
        raise CorpusError.no_column(column, batch.schema.names, where, "label='...' names the column of labels")
    labels, texts = _named(batch[column], where), pc.utf8_slice_codeunits(batch["text"], 0, EXCERPT)
    has = pc.and_(pc.greater(pc.fill_null(pc.binary_length(labels), 0), 0), pc.greater(pc.fill_null(pc.binary_length(texts), 0), 0))
    seen = pa.table([batch["row"], labels, texts], schema=SAMPLE).filter(has)
    return _counting(_in_order(seen), len(batch) - len(seen))


def joined(a: pa.Table, b: pa.Table) -> pa.Table:
    """Return both states as one, in order of address."""
    return _counting(_in_order(pa.concat_tables([a, b]).cast(SAMPLE)), unlabelled(a) + unlabelled(b))


def unlabelled(state: pa.Table) -> int:
    """Return how many rows had no label, or no text."""
    return int((state.schema.metadata or {}).get(_UNLABELLED, 0))


def fair_share(state: pa.Table, most_bytes: int, where: str) -> pa.Table:
    """Return the sample of about `most_bytes`: of each label, texts in order of their hash, up to a level common to all.

    The level is the highest at which the labels fit, where a label that has less than the level leaves its room to the others. A text
    stays if those of its label before it reach no higher than the level. A part of a corpus has a level at least as high as the whole,
    and what it drops lies above; so samples of parts can be merged (a bottom-k sample, Cohen and Kaplan, PODC 2007, for each label).

    Raises RecipeError where there are more than MOST_LABELS labels.
    """
    codes = state["label"].combine_chunks().dictionary_encode()
    names, codes = codes.dictionary, codes.indices.to_numpy()
    if len(names) > MOST_LABELS:
        raise RecipeError(
            f"There are more than {MOST_LABELS} labels.", where=where, why=f"such as {names[0]}, {names[1]} and {names[2]}",
            fix="label='...' names a column with a few names, of which each row has one",
        )
    sizes = pc.binary_length(state["text"]).to_numpy()
    if sizes.sum() <= most_bytes:
        return state
    level = _level(np.bincount(codes, sizes).astype(np.int64), most_bytes)
    order = np.lexsort((hashes(state["text"]), codes))
    before = np.cumsum(sizes[order]) - sizes[order]
    first = np.searchsorted(codes[order], np.arange(len(names)))
    before -= before[first][codes[order]]
    return state.take(np.sort(order[before <= level]))


def hashes(texts: pa.ChunkedArray, seed: int = 0) -> np.ndarray:
    """Return XXH64 of each text, uint64: unlike an address it stays when files come in another order."""
    return np.asarray(xxh64_each(*utf8(texts), np.uint64(seed)))


def _level(sizes: np.ndarray, room: int) -> int:
    """Return the largest whole number at which the sizes, cut off there, sum to `room` at most.

    >>> _level(np.array([10, 50, 90]), 100)
    45
    """
    left = len(sizes)
    for size in np.sort(sizes):
        if size * left > room:
            break
        room, left = room - int(size), left - 1
    return room // max(1, left)


def _named(column: pa.Array, where: str) -> pa.Array:
    """Return labels as large_string, null where there is none: NaN, or an empty text."""
    if pt.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pt.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    elif not (pt.is_integer(column.type) or pt.is_boolean(column.type) or _is_text(column.type) or pt.is_null(column.type)):
        fix = "labels are texts, whole numbers or true and false"
        raise RecipeError(f"A column of {column.type} holds no labels.", where=where, fix=fix)
    labels = column.cast(pa.large_string())
    return pc.if_else(pc.equal(labels, ""), pa.scalar(None, pa.large_string()), labels)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pt.is_string(kind) or pt.is_large_string(kind))


def _in_order(seen: pa.Table) -> pa.Table:
    rows = seen["row"].to_numpy()
    return seen if (rows[1:] > rows[:-1]).all() else seen.sort_by("row")


def _counting(seen: pa.Table, without: int) -> pa.Table:
    return seen.replace_schema_metadata({_UNLABELLED: str(without)})
