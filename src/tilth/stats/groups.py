"""Every signal of the rows that a run kept, by source, language, domain and month.

The pieces are read twice: first for which groups are the largest, then for their figures. Memory is a sketch for each signal of each
group that is shown, whatever the number of rows, domains or months.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from tilth.audit import doubles, is_signal
from tilth.op import Batch
from tilth.piece import read_piece, schema_of
from tilth.run import Run
from tilth.sketch import Sketch

KINDS = {"source": ("source",), "language": ("lang", "language"), "domain": ("url",), "month": ("date", "timestamp", "created")}
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
OTHER, UNKNOWN = "(other)", "(unknown)"
COUNTED = 1 << 16  # values that are counted at a time
BATCH_ROWS = 1 << 13
_HOST = r"^[A-Za-z][A-Za-z0-9+.\-]*://(?:[^/?#@]*@)?(?P<found>\[[^\]]*\]|[^/?#:]+)"
_MONTH = r"^(?P<found>\d{4}-(?:0[1-9]|1[0-2]))(?:\D|$)"


class Sees(Protocol):
    """Something that is folded over the same batches, which have `row` and `text`."""

    def add(self, batch: Batch) -> None: ...


@dataclass(frozen=True)
class Summary:
    """One signal of some rows: how many are known, and how these are distributed; quantiles are off by less than 1/256 of themselves."""

    name: str
    kind: str  # "number" or "truth"; the mean of truth values is the share of true ones
    known: int
    unknown: int  # null, NaN or infinite
    mean: float | None
    least: float | None
    quantiles: tuple[float, ...]  # at QUANTILES; empty where nothing is known
    most: float | None


@dataclass(frozen=True)
class Group:
    """Rows that have a value in common, and their signals."""

    value: str
    rows: int
    signals: tuple[Summary, ...]


@dataclass(frozen=True)
class Groups:
    """The rows of one kind of group: the largest groups, most rows first, then those without a value and all others."""

    kind: str
    groups: tuple[Group, ...]


@dataclass
class Fold:
    """One signal of one group, folded batch by batch."""

    total: float = 0.0
    sketch: Sketch = field(default_factory=lambda: Sketch(bits=8, wait=1 << 12))

    def add(self, values: np.ndarray) -> None:
        self.total += float(values[np.isfinite(values)].sum())
        self.sketch.add(values)

    def finish(self, name: str, kind: str) -> Summary:
        known, sketch = self.sketch.known, self.sketch
        if not known:
            return Summary(name, kind, 0, sketch.unknown, None, None, (), None)
        at = tuple(min(max(sketch.quantile(q), sketch.least), sketch.most) for q in QUANTILES)
        return Summary(name, kind, known, sketch.unknown, self.total / known, sketch.least, at, sketch.most)


@dataclass
class Cells:
    """The signals of the groups of one kind; `values` are the groups, in the order in which they are shown."""

    values: list[str]
    rows: np.ndarray = field(init=False)
    folds: dict[tuple[int, str], Fold] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = np.zeros(len(self.values) + 1, np.int64)

    def add(self, labels: pa.Array, signals: dict[str, np.ndarray]) -> None:
        """Count rows by their labels (text[n]) with their signals (float64[n], NaN for unknown)."""
        shown = pa.array(self.values, pa.large_string())
        codes = np.asarray(pc.fill_null(pc.index_in(labels.cast(pa.large_string()), shown), len(self.values)))
        order, counts = np.argsort(codes, kind="stable"), np.bincount(codes, minlength=len(self.rows))
        self.rows += counts
        for code, at in enumerate(np.split(order, np.cumsum(counts)[:-1])):
            for name, values in signals.items() if len(at) else ():
                self.folds.setdefault((code, name), Fold()).add(values[at])

    def finish(self, kinds: Mapping[str, str]) -> tuple[Group, ...]:
        found = []
        for code, value in enumerate([*self.values, OTHER]):
            if self.rows[code]:
                summaries = tuple(self.folds[code, name].finish(name, kind) for name, kind in kinds.items())
                found.append(Group(value, int(self.rows[code]), summaries))
        return tuple(found)


def kinds_of(run: Run) -> dict[str, str]:
    """Return the kinds of group that the rows of a run have, each with the column that tells it."""
    schema = _schema(run)
    types = dict(zip(schema.names, schema.types, strict=True))
    told = {kind: [name for name in columns if name in types and _tells(kind, types[name])] for kind, columns in KINDS.items()}
    return {kind: names[0] for kind, names in told.items() if names}


def _tells(kind: str, of: pa.DataType) -> bool:
    """Whether a column of this type can tell the groups of a kind: a list cannot, nor a number of seconds since who knows when."""
    text = of.value_type if pt.is_dictionary(of) else of
    return pt.is_string(text) or pt.is_large_string(text) or pt.is_string_view(text) or (kind == "month" and _is_day(of))


def _is_day(of: pa.DataType) -> bool:
    return bool(pt.is_date(of) or pt.is_timestamp(of))


def labels(kind: str, column: pa.Array) -> pa.Array:
    """Return the group of each row, large_string[n]: the value, the host of an address, the year and month of a date.

    >>> labels("domain", pa.array(["https://me@Example.org:80/a", "no address"])).to_pylist()
    ['example.org', '(unknown)']
    >>> labels("month", pa.array(["2024-05-17T10:00:00Z", "May"])).to_pylist()
    ['2024-05', '(unknown)']
    """
    if kind == "month" and _is_day(column.type):
        found = pc.strftime(column.cast(pa.timestamp("s"), safe=False), format="%Y-%m")
    else:
        found = (column.dictionary_decode() if pt.is_dictionary(column.type) else column).cast(pa.large_string())
    pattern = {"domain": _HOST, "month": _MONTH}.get(kind)
    if pattern:
        found = pc.struct_field(pc.extract_regex(found, pattern), "found")
    if kind == "domain":
        found = pc.utf8_lower(found)
    return pc.fill_null(found.cast(pa.large_string()), UNKNOWN)


def largest(run: Run, kinds: dict[str, str], most: int) -> dict[str, list[str]]:
    """Return the values of the `most` largest groups of each kind, most rows first; months in the order of time.

    Where there are more than `COUNTED` values the counts are those of Misra and Gries (Finding repeated elements, 1982): a group
    larger than 2 / COUNTED of all rows is never missed.
    """
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    for batch in _batches(run, tuple(kinds.values())):
        for kind, column in kinds.items():
            for found in pc.value_counts(labels(kind, batch[column])).to_pylist():
                counts[kind][found["values"]] += found["counts"]
            if len(counts[kind]) > COUNTED:
                counts[kind] = _thinned(counts[kind])
    chosen = {kind: sorted(found, key=lambda value: (value == UNKNOWN, -found[value], value))[:most] for kind, found in counts.items()}
    return {kind: sorted(values) if kind == "month" else values for kind, values in chosen.items()}


def by_group(run: Run, most: int = 10, also: Sequence[Sees] = ()) -> tuple[Group, tuple[Groups, ...]]:
    """Return the figures of all rows that a run kept, and of the `most` largest groups of each kind that its columns tell.

    Beside the columns of numbers and truth values there is `characters`, the length of the text. `also` sees the same batches.
    """
    kinds = kinds_of(run)
    cells = {kind: Cells(values) for kind, values in largest(run, kinds, most).items()}
    whole = Cells(["all"])
    measured = {column.name: column.type for column in _schema(run) if column.name != "row" and is_signal(column.type)}
    for batch in _batches(run, (*measured, *kinds.values(), "text")):
        signals = {"characters": doubles(pc.utf8_length(batch["text"]))} | {name: doubles(batch[name]) for name in measured}
        whole.add(pa.array(["all"] * len(batch)), signals)
        for kind, cell in cells.items():
            cell.add(labels(kind, batch[kinds[kind]]), signals)
        for fold in also:
            fold.add(batch)
    told = {"characters": "number"} | {name: "truth" if pt.is_boolean(of) else "number" for name, of in measured.items()}
    return next(iter(whole.finish(told)), Group("all", 0, ())), tuple(Groups(kind, cell.finish(told)) for kind, cell in cells.items())


def _thinned(counts: Counter[str]) -> Counter[str]:
    """Take from every count what half of them do not exceed, and forget those that nothing is left of."""
    cut = sorted(counts.values())[len(counts) // 2]
    return Counter({value: count - cut for value, count in counts.items() if count > cut})


def _schema(run: Run) -> pa.Schema:
    return next((schema_of(run.store(), piece) for piece in run.pieces().values()), pa.schema([]))


def _batches(run: Run, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    store = run.store()
    for piece in run.pieces().values():
        yield from read_piece(store, piece, list(names), BATCH_ROWS)
