"""A mixture to a plan: how much of each source, to a budget, with no document repeated more often than it bears."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.hash import xxh64_each
from tilth.op import Fold, Op, mark, put

COPIES = "copies"
_STATE = pa.schema([("group", pa.large_string()), ("bin", pa.int64()), ("rows", pa.int64()), ("size", pa.int64())])
_BITS = 12  # of a row's hash that the state tells apart: a group's share is met to 1/4096 of the group, or to a document


@dataclass(frozen=True)
class Mix(Fold):
    """Learn how much there is of each group, and become the `Copies` step that draws a mixture: every row gets its number of `copies`.

    Sizes count `by` "bytes" of text, "rows", or the column named: a number, or a list (`by="tokens"` after `tokenize.Encode`).
    Each group's part goes by its weight in `weights` (groups not named have none); without them by size ** (1 / temperature):
    1 keeps proportions, above it small groups gain, `math.inf` gives all the same (the stratified baseline). No group is taken more
    than `cap` times over, nor beyond its amount in `quotas`; what it cannot give goes to the others by their weights. The whole is
    `budget`, or less where caps forbid; without a budget it is the most that keeps the weights within the caps, or, with no weights
    and temperature 1, each group once or to its quota.

    One pass over two columns learns it: the state has a histogram of row hashes for each group, so the budget is met to 1/4096 of a
    group and no second pass is needed. Which rows are drawn is decided by a hash of `id` and `seed` alone: the same rows with any
    executor, sharding or order, and a larger part has all rows of a smaller one.

    Raises RecipeError on numbers that cannot be, CorpusError where a group that is named is not there, or no row is.

    Source: temperature, Conneau and Lample 2019; filling up under a cap of epochs, UniMax (Chung et al., ICLR 2023); up to four
    repetitions are nearly as good as new text, Muennighoff et al. 2023 (arXiv 2305.16264), hence the default cap.

    >>> from tilth.memory import evaluate
    >>> rows = pa.table({"text": ["x"] * 110, "source": ["web"] * 100 + ["books"] * 10})
    >>> done = evaluate([Mix((("web", 0.5), ("books", 0.5)), budget=40, by="rows")], rows)
    >>> [(group.name, group.wanted) for group in done.executed[-1].groups]
    [('books', 20), ('web', 20)]
    """

    weights: tuple[tuple[str, float], ...] = ()
    temperature: float = 1.0
    budget: int = 0
    cap: float = 4.0
    quotas: tuple[tuple[str, int], ...] = ()
    group: str = "source"
    by: str = "bytes"
    seed: int = 0

    def __post_init__(self) -> None:
        named = [*self.weights, *self.quotas]
        good = all(0 <= amount < math.inf for _, amount in named) and (not self.weights or any(weight > 0 for _, weight in self.weights))
        if not good or not self.temperature > 0 or self.budget < 0 or not 0 < self.cap < math.inf or not self.group or not self.by:
            raise RecipeError(
                "This is no mixture.", where=repr(self),
                why="weights and quotas are not negative, one weight at least and temperature and cap are above 0",
                fix='select.Mix((("web", 0.7), ("books", 0.3)), budget=1_000_000_000, cap=4)',
            )  # fmt: skip
        if self.weights and self.temperature != 1:
            raise RecipeError("Weights leave nothing for a temperature to set.", where=repr(self), fix="give one of them")

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("id", self.group, *{"rows": (), "bytes": ("text",)}.get(self.by, (self.by,)))))

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return for each group and bin of the rows' hashes how many rows there are, and their size."""
        bins = pa.array((_hashes(batch, self.seed) >> np.uint64(64 - _BITS)).astype(np.int64))
        ones, groups = np.ones(len(batch), np.int64), _groups(batch, self.group, repr(self))
        return _summed(pa.table([groups, bins, ones, self._sizes(batch)], schema=_STATE))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return _summed(pa.concat_tables([a, b]))

    def finish(self, state: pa.Table) -> list[Copies]:
        names = sorted(pc.unique(state["group"]).to_pylist())
        if not names:
            raise CorpusError.empty(repr(self), why="no row reached it")
        for name in (name for name, _ in (*self.weights, *self.quotas) if name not in names):
            why = f"the groups are {', '.join(map(repr, names[:10]))}"
            raise CorpusError(f"There is no {self.group} {name!r}.", where=repr(self), why=why, fix="name a group that is there")
        bins = {name: state.filter(pc.equal(state["group"], name)) for name in names}
        sizes = np.array([pc.sum(bins[name]["size"]).as_py() for name in names], np.float64)
        wanted = self._wanted(names, sizes)
        return [Copies(tuple(_planned(name, bins[name], part) for name, part in zip(names, wanted, strict=True)), self.group, self.seed)]

    def _wanted(self, names: list[str], sizes: np.ndarray) -> np.ndarray:
        limits = np.minimum(self.cap * sizes, [dict(self.quotas).get(name, math.inf) for name in names])
        if not self.weights and not self.budget and self.temperature == 1:
            return np.minimum(limits, sizes)
        named = dict(self.weights)
        weights = np.array([named.get(name, 0.0) for name in names]) if named else _tempered(sizes, self.temperature)
        weights = np.where(sizes > 0, weights, 0.0)
        some = weights > 0
        if not self.budget:
            return weights * (limits[some] / weights[some]).min() if some.any() else np.zeros(len(sizes))
        return filled(weights, limits, self.budget)

    def _sizes(self, batch: pa.RecordBatch) -> pa.Array:
        if self.by == "rows":
            return pa.array(np.ones(len(batch), np.int64))
        name = "text" if self.by == "bytes" else self.by
        if name not in batch.schema.names:
            raise CorpusError.no_column(name, batch.schema.names, repr(self), 'by="bytes", "rows", or a column of numbers or lists')
        kind = batch[name].type
        if pa.types.is_integer(kind):
            return pc.fill_null(batch[name], 0).cast(pa.int64())
        listed = pa.types.is_list(kind) or pa.types.is_large_list(kind)
        if not listed and name != "text":
            why, fix = f"its type is {kind}", "name whole numbers, or lists"
            raise RecipeError(f"Column {name!r} has no size.", where=repr(self), why=why, fix=fix)
        return pc.fill_null((pc.list_value_length if listed else pc.binary_length)(batch[name]), 0).cast(pa.int64())


@dataclass(frozen=True)
class Part:
    """What a mixture takes of one group: its size, how much is wanted, how often every row, and below which hash a row comes once more."""

    name: str
    size: int
    wanted: int
    whole: int
    below: int


@dataclass(frozen=True)
class Copies(Op):
    """Add `copies` (int64), how often a row is to be seen, and drop rows that are not: what `Mix` plans.

    A row is stored once. What reads the corpus repeats it, epoch by epoch; `repeated` does for a table. Groups that the plan does not
    know have no copies.

    >>> rows = pa.record_batch({"id": ["a", "b"], "source": ["web", "books"]})
    >>> Copies((Part("web", 9, 18, 2, 0), Part("books", 9, 0, 0, 0))).apply(rows).to_pydict()["copies"]
    [2, 0]
    """

    groups: tuple[Part, ...]
    group: str = "source"
    seed: int = 0

    @property
    def reads(self) -> tuple[str, ...]:
        return ("id", self.group)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        names = pa.array([part.name for part in self.groups], pa.large_string())
        at = pc.fill_null(pc.index_in(_groups(batch, self.group, repr(self)), names), len(names)).to_numpy()
        whole = np.array([*(part.whole for part in self.groups), 0], np.int64)[at]
        below = np.array([*(part.below for part in self.groups), 0], np.uint64)[at]
        copies = whole + (_hashes(batch, self.seed) < below)
        return mark(put(batch, COPIES, pa.array(copies)), pa.array(copies == 0), "not drawn")


def repeated(table: pa.Table) -> pa.Table:
    """Return the table with each row as often as its `copies` say, epoch by epoch, and the number of the copy, `copy` (int64, from 0).

    >>> repeated(pa.table({"text": ["a", "b"], "copies": [2, 1]})).to_pydict()
    {'text': ['a', 'b', 'a'], 'copies': [2, 1, 2], 'copy': [0, 0, 1]}
    """
    copies = table[COPIES].to_numpy()
    rows = [np.flatnonzero(copies > epoch) for epoch in range(int(copies.max(initial=0)))]
    numbers = np.repeat(np.arange(len(rows)), [len(part) for part in rows])
    return table.take(pa.array(np.concatenate([np.zeros(0, np.int64), *rows]))).append_column("copy", pa.array(numbers, pa.int64()))


def filled(weights: np.ndarray, limits: np.ndarray, budget: float) -> np.ndarray:
    """Return parts in proportion to `weights` that sum to `budget`, none above its limit: what one cannot take goes to the others.

    >>> filled(np.array([1.0, 1.0, 2.0]), np.array([1.0, 9.0, 9.0]), 9.0).round(2).tolist()
    [1.0, 2.67, 5.33]
    """
    parts, open_ = np.zeros(len(weights)), weights > 0
    while open_.any():
        parts[open_] = (budget - parts[~open_].sum()) * weights[open_] / weights[open_].sum()
        full = open_ & (parts >= limits)
        parts[full] = limits[full]
        if not full.any():
            break
        open_ &= ~full
    return parts


def _planned(name: str, bins: pa.Table, wanted: float) -> Part:
    """Return how a group of these bins gives as much as is wanted."""
    numbers, sizes = bins["bin"].to_numpy(), bins["size"].to_numpy()
    size = int(sizes.sum())
    whole = int(wanted // size) if size else 0
    rest, ends = wanted - whole * size, np.cumsum(sizes)
    if rest <= 0:
        return Part(name, size, round(wanted), whole, 0)
    at = int(np.searchsorted(ends, rest))
    inside = (rest - (ends[at] - sizes[at])) / sizes[at]
    return Part(name, size, round(wanted), whole, min(2**64 - 1, int((int(numbers[at]) + inside) * 2 ** (64 - _BITS))))


def _tempered(sizes: np.ndarray, temperature: float) -> np.ndarray:
    return np.asarray(np.power(sizes / max(1.0, sizes.max()), 1 / temperature))


def _hashes(batch: pa.RecordBatch, seed: int) -> np.ndarray:
    return np.asarray(xxh64_each(*utf8(batch["id"]), np.uint64(seed)))


def _groups(batch: pa.RecordBatch, name: str, where: str) -> pa.Array:
    if name not in batch.schema.names:
        raise CorpusError.no_column(name, batch.schema.names, where, "group='...' names the column that parts the corpus")
    return pc.fill_null(batch[name].cast(pa.large_string()), "")


def _summed(state: pa.Table) -> pa.Table:
    both = state.group_by(["group", "bin"]).aggregate([("rows", "sum"), ("size", "sum")])
    both = both.sort_by([("group", "ascending"), ("bin", "ascending")])
    return pa.table([both[name] for name in ("group", "bin", "rows_sum", "size_sum")], schema=_STATE).combine_chunks()
