"""Which test item is in which document: the report of a decontamination, learned on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.decontaminate.items import unpack
from tilth.decontaminate.overlap import FOUND, HIT, given, sizes
from tilth.decontaminate.remove import Remove
from tilth.errors import RecipeError
from tilth.op import Fold

HITS = pa.schema([("document", pa.uint64()), ("document_id", pa.large_string()), ("document_source", pa.large_string()), *HIT])
_ORDER = [(name, "ascending") for name in ("item", "document", "start", "first")]
_DIRTY, _CLEAN = 0.8, 0.2  # Llama 2's bounds: at least so much of an item is dirty, less than so much clean


@dataclass(frozen=True)
class Exposure(Fold):
    """Collect the hits of the column `contamination`, of each item those of its first `documents` documents, and become `then` with them.

    `hits(step)` and `exposed(step)` read the report from the step that stands in the recipe as executed. The state is at most `documents`
    documents an item.

    Raises RecipeError where `documents` is below one.

    >>> Exposure(b"", Remove()).documents
    100
    """

    items: bytes
    then: Remove
    documents: int = 100

    def __post_init__(self) -> None:
        if self.documents < 1:
            raise RecipeError("A report names a document an item.", where="decontaminate.Exposure", fix="documents=100")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("id", "source", FOUND)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        hits = given(batch)
        which, flat = pc.list_parent_indices(hits), hits.flatten()
        who = [batch[name].take(which) for name in ("row", "id", "source")]
        return self._first(pa.table([*who, *(flat.field(field.name) for field in HIT)], schema=HITS))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return self._first(pa.concat_tables([a, b]))

    def finish(self, state: pa.Table) -> list[Remove]:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, HITS, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
            stream.write_table(state, max_chunksize=max(1, len(state)))
        return [replace(self.then, found=bytes(sink.getvalue()))]

    def _first(self, found: pa.Table) -> pa.Table:
        found = found.sort_by(_ORDER).combine_chunks()
        item, document = found["item"].to_numpy(), found["document"].to_numpy()
        new = np.append(True, (item[1:] != item[:-1]) | (document[1:] != document[:-1]))[: len(item)]
        number = np.cumsum(new)
        first = np.flatnonzero(np.append(True, item[1:] != item[:-1])[: len(item)])
        rank = number - np.repeat(number[first], np.diff(np.append(first, len(item))))
        return found.filter(pa.array(rank < self.documents)).combine_chunks()

    def __repr__(self) -> str:
        return f"Exposure({len(self.items)} bytes, {self.then!r}, documents={self.documents})"


def hits(step: Remove) -> pa.Table:
    """Return what a decontamination found, a row a stretch: document (address), its id and source, and what Overlap says of it.

    `step` is the `Remove` of the recipe as executed, which an `Exposure` made. Raises RecipeError where it has no report.
    """
    if not step.found:
        raise RecipeError("This step has no report.", where=repr(step), why="nothing has been learned yet, or report=False",
                          fix="take it from what a run executed: evaluate(...).executed[-1]")  # fmt: skip
    with pa.ipc.open_stream(step.found) as stream:
        return stream.read_all()


def exposed(step: Remove, items: bytes, tokenizer: bytes = b"") -> pa.Table:
    """Return how much of each evaluation set the corpus has, a row a set, by name.

    set; items; hit (items that any document has a part of); clean, not_clean, not_dirty, dirty: items of which the documents
    together have less than 20 %, at least 20 %, less than 80 %, at least 80 % of the words (Llama 2, A.6); share (float64: of all
    words). With the `tokenizer` of the overlap they are tokens. The words of a hit without a place among the item's, as datatrove's,
    are not known, and count as its share.
    """
    known, starts = unpack(items), sizes(items, tokenizer)
    share = _covered(hits(step), starts)
    rows: list[dict[str, Any]] = []
    for name in sorted(pc.unique(known.set).to_pylist()):
        mine = np.asarray(pc.equal(known.set, name))
        part, words = share[mine], np.diff(starts)[mine]
        rows.append({
            "set": name, "items": int(mine.sum()), "hit": int((part > 0).sum()), "clean": int((part < _CLEAN).sum()),
            "not_clean": int((part >= _CLEAN).sum()), "not_dirty": int((part < _DIRTY).sum()), "dirty": int((part >= _DIRTY).sum()),
            "share": float((part * words).sum() / max(1, words.sum())),
        })  # fmt: skip
    return pa.Table.from_pylist(rows)


def _covered(found: pa.Table, starts: np.ndarray) -> np.ndarray:
    """Return the part of each item's words, float64[items], that the hits have together."""
    words, share = np.zeros(int(starts[-1]), np.int64), np.zeros(len(starts) - 1)
    placed = found.filter(pc.is_valid(found["first"]))
    item = placed["item"].to_numpy()
    first, last = (starts[item] + placed[name].to_numpy() for name in ("first", "last"))
    change = np.zeros(len(words) + 1, np.int64)
    np.add.at(change, first, 1)
    np.add.at(change, last, -1)
    covered = np.append(0, np.cumsum(np.cumsum(change)[:-1] > 0))
    share = (covered[starts[1:]] - covered[starts[:-1]]) / np.maximum(1, np.diff(starts))
    other = found.filter(pc.is_null(found["first"]))
    np.maximum.at(share, other["item"].to_numpy(), other["share"].to_numpy())
    return np.asarray(share)
