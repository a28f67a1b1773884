"""The rows of what a run published of dropped, broken and edited documents, streamed; and the few that are shown of each kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.audit import EXCERPT
from tilth.clean.pii import RedactPii
from tilth.fates import stream_trail
from tilth.op import Batch
from tilth.piece import read_piece
from tilth.run import Run
from tilth.store import Store

EXAMPLES = 3  # documents shown of each kind
LONGEST = 500  # characters of an error that are shown
_LAST_WORD = re.compile(r"\S*@\S*$|\S{1,80}$")
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Document:
    """One row as the page shows it."""

    row: int
    id: str
    source: str
    text: str = ""
    signals: Mapping[str, float] = field(default_factory=dict)
    drop_of: int | None = None
    stays: str = ""  # the id of the document at `drop_of`


Show = Callable[[list[Document]], list[Document]]  # what stands between documents and the page


def spread(rows: np.ndarray) -> np.ndarray:
    """Return uint64[n]: addresses in an order that has nothing to do with the order of the rows (Fibonacci hashing, Knuth 6.4).

    >>> spread(np.array([1, 2], np.uint64)).argsort().tolist()
    [1, 0]
    """
    return rows * _GOLDEN


@dataclass
class Chosen:
    """Of each key the rows of least `spread`, whatever the order they come in."""

    most: int = EXAMPLES
    found: dict[Hashable, list[tuple[int, Document]]] = field(default_factory=dict)

    def add(self, key: Hashable, batch: Batch, at: np.ndarray) -> None:
        """Look at the rows of a batch that are of this key, by their indices."""
        places = spread(np.asarray(batch["row"])[at])
        order = np.argsort(places, kind="stable")[: self.most]
        have = self.found.get(key, [])
        fresh = [i for i in order if len(have) < self.most or places[i] < have[-1][0]]
        have = have + [(int(places[i]), document(batch, int(at[i]))) for i in fresh]
        self.found[key] = sorted(have, key=lambda item: item[0])[: self.most]

    def of(self, key: Hashable) -> list[Document]:
        return [one for _, one in self.found.get(key, [])]


def document(batch: Batch, i: int) -> Document:
    """Return row `i` of a batch of the audit, or of any table with row, id and source."""
    row = batch.slice(i, 1).to_pylist()[0]
    signals = dict(row.get("signals") or ())
    text = row.get("error", "")[:LONGEST] or (row.get("excerpt") or row.get("text") or "")[:EXCERPT]
    return Document(row["row"], row["id"] or "", row["source"] or "", text, signals, row.get("drop_of"))


def kept(run: Run, rows: Iterable[int], columns: tuple[str, ...] = ("id", "source")) -> dict[int, Document]:
    """Return documents by address, from the latest stage that still had them; with "text" in `columns`, as it was then."""
    store, wanted = run.store(), set(rows)
    found: dict[int, Document] = {}
    for pieces in reversed(run.stages()):
        for shard, piece in pieces.items():
            mine = np.array(sorted(row for row in wanted - found.keys() if row >> 32 == shard), np.uint64)
            if not len(mine):
                continue
            for batch in read_piece(store, piece, columns):
                for i in np.flatnonzero(np.isin(np.asarray(batch["row"]), mine)):
                    one = document(batch, int(i))
                    found[one.row] = one
                if len(batch) and batch["row"][-1].as_py() >= mine[-1]:
                    break
    return found


def audited(out: Store, rows: Iterable[int]) -> dict[int, Document]:
    """Return dropped documents by address."""
    wanted = pa.array(sorted(rows), pa.uint64())
    found: dict[int, Document] = {}
    if len(wanted):
        for batch in stream_trail(out, "audit", ["row", "id", "source", "excerpt", "drop_of"]):
            batch = batch.filter(pc.is_in(batch["row"], value_set=wanted))
            found |= {one.row: one for one in (document(batch, i) for i in range(len(batch)))}
    return found


def redacted(documents: list[Document]) -> list[Document]:
    """Return the documents without e-mail addresses, public IP addresses and phone numbers; ids lose only e-mail addresses.

    A text that fills an excerpt was cut somewhere, and loses its last word too: it may be the beginning of an address.
    """
    texts = without_pii(RedactPii(), [one.text if len(one.text) < EXCERPT else _LAST_WORD.sub("…", one.text, count=1) for one in documents])
    ids = without_pii(RedactPii(ip=(), phone=()), [one.id for one in documents])
    return [replace(one, id=name, text=text) for one, name, text in zip(documents, ids, texts, strict=True)]


def without_pii(step: RedactPii, texts: list[str]) -> list[str]:
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    return list(step.apply(batch)["text"].to_pylist())
