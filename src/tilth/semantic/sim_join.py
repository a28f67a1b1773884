"""For every row of one table the rows of another that are most alike, by words or by meaning, without asking a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.op import Op, put
from tilth.semantic.asking.ask import WINDOW
from tilth.semantic.asking.rows import Different, as_table, different
from tilth.semantic.pairs.nearest import Found
from tilth.semantic.pairs.right_side import check_column, right_table
from tilth.semantic.pairs.windows import by_windows
from tilth.semantic.search import looked_up

_FOUND = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("rank", pa.int64()), ("score", pa.float64())])
_STEADY = ("words", "bm25")  # what they find of a row does not depend on the rows beside it


def sim_join(
    left: Any, right: Any, k: int = 1, *, left_columns: tuple[str, ...] = (), right_columns: tuple[str, ...] = (),
    embedding: str = "words", least: float = 0.0,
) -> pa.Table:  # fmt: skip
    """Return the `k` right rows most alike to each left row: `left` and `right` (int64, numbers of rows), `rank` (from 1), `score`.

    `embedding` is one of nearest.py: TF-IDF of words and letters by default, without any network. Pairs with a score below `least` are
    left out. Exact: all pairs are looked at, in bounded memory.

    Raises RecipeError on what cannot be.

    >>> sim_join({"a": ["red apples"]}, {"b": ["the river bank", "a red apple"]}).select(["left", "right"]).to_pylist()
    [{'left': 0, 'right': 1}]
    """
    if k < 1:
        raise RecipeError("Nothing is looked for.", where=f"semantic sim_join: k={k}", why="k is at least 1", fix="k=1")
    mine, other = different(as_table(left), left_columns), different(as_table(right), right_columns)
    found = _of_rows(looked_up(mine.texts, other.texts, k, embedding), mine, other, k, least)
    flat = [(row, m, rank, score) for row, best in sorted(found.items()) for rank, (m, score) in enumerate(best, 1)]
    return pa.Table.from_pylist([dict(zip(_FOUND.names, each, strict=True)) for each in flat], _FOUND)


def _of_rows(near: Found, left: Different, right: Different, k: int, least: float) -> dict[int, list[tuple[int, float]]]:
    """Return the `k` rows, and their scores, that are nearest to each row, copies of a row together."""
    which, scores = (values.tolist() for values in near)
    done: dict[int, list[tuple[int, float]]] = {}
    for n, copies in enumerate(left.copies):
        best = [(row, s) for m, s in zip(which[n], scores[n], strict=True) if m >= 0 and s >= least for row in right.copies[m]][:k]
        done |= dict.fromkeys(copies, best)
    return done


@dataclass(frozen=True)
class SimJoin(Op):
    """Add `name`, the ids of the `k` rows of `right` most alike to each row (large_list<large_string>), and `{name}_score` (list<double>).

    `right` is the path of a Parquet or JSON Lines file, which a run knows by its name, or an Arrow stream as bytes. `embedding` is
    "words", "bm25" or an endpoint's model. Both columns are null where the row has nothing to show. No model is asked about pairs.

    Raises RecipeError on what cannot be.

    >>> SimJoin("products.parquet", k=3).reads
    ('text',)
    """

    right: str | bytes
    k: int = 1
    columns: tuple[str, ...] = ("text",)
    right_columns: tuple[str, ...] = ()
    right_id: str = "id"
    name: str = "nearest"
    embedding: str = "words"
    least: float = 0.0

    def __post_init__(self) -> None:
        if self.k < 1 or not self.right or not self.columns or not (self.embedding in _STEADY or "/" in self.embedding):
            raise RecipeError(
                "Rows cannot be looked up so.", where=repr(self),
                why=f"k is at least 1, there are columns and a right side; embeddings are {', '.join(_STEADY)}, or an endpoint's model",
                fix='semantic.SimJoin("products.parquet", k=3)',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return self.columns

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return next(self.stream([batch]))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        table = right_table(self.right)
        check_column(table, self.right_id, self.right)
        ids = [str(value) for value in table[self.right_id].to_pylist()]
        shown = self.right_columns or tuple(name for name in table.column_names if name != self.right_id)
        right = different(table, shown)

        def work(windows: Iterator[pa.Table]) -> Iterator[list[list[tuple[int, float]] | None]]:
            for window in windows:
                left = different(window, self.columns)
                found = _of_rows(looked_up(left.texts, right.texts, self.k, self.embedding), left, right, self.k, self.least)
                yield [found.get(row) for row in range(len(window))]

        for batch, found in by_windows(batches, WINDOW, work):
            named = [[ids[m] for m, _ in best] if best is not None else None for best in found]
            scores = [[score for _, score in best] if best is not None else None for best in found]
            done = put(batch, self.name, pa.array(named, pa.large_list(pa.large_string())))
            yield put(done, f"{self.name}_score", pa.array(scores, pa.large_list(pa.float64())))

    def __repr__(self) -> str:
        right = self.right if isinstance(self.right, str) else f"{len(self.right)} bytes"
        return f"SimJoin({right}, k={self.k}, embedding={self.embedding!r})"
