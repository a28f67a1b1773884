"""The rows that say what is looked for: by words, by meaning, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth import llm
from tilth.errors import RecipeError
from tilth.semantic.asking.rows import as_table, different
from tilth.semantic.gather import Gather, Placed, packed
from tilth.semantic.pairs.nearest import LOCAL, Found, alike, nearest


def search(rows: Any, query: str, k: int, *, columns: tuple[str, ...] = (), embedding: str = "hybrid") -> pa.Table:
    """Return the `k` rows of a table or frame most alike to `query`: `row` (int64, its number), `rank` (from 1) and `score` (float64).

    `embedding` is one of those of nearest.py: by default BM25 and vectors learned from these very rows, fused, without any network;
    "provider/model" asks an endpoint for vectors. Equal rows stand together, the earlier first. Fewer than `k` where fewer are alike.

    Raises RecipeError on what cannot be.

    >>> search(pa.table({"text": ["the river bank", "a red apple", "green pears"]}), "apples that are red", k=1)["row"].to_pylist()
    [1]
    """
    if k < 1 or not query.strip():
        raise RecipeError("Nothing is looked for.", where=f"semantic search: {query!r}, k={k}", why="k is at least 1", fix="k=10")
    unique = different(as_table(rows), columns)
    which, score = looked_up([query], unique.texts, k, embedding)
    found = [(row, alike) for n, alike in zip(which[0].tolist(), score[0].tolist(), strict=True) if n >= 0 for row in unique.copies[n]][:k]
    numbers, scores = [row for row, _ in found], [alike for _, alike in found]
    ranks = pa.array(range(1, len(found) + 1), pa.int64())
    return pa.table({"row": pa.array(numbers, pa.int64()), "rank": ranks, "score": pa.array(scores, pa.float64())})


def looked_up(queries: list[str], texts: list[str], k: int, embedding: str) -> Found:
    """Return what `nearest` does; a client is needed only where an endpoint is to be asked."""

    async def work(session: llm.Session, _: None) -> Found:
        return await nearest(session, queries, texts, k, embedding)

    return next(iter(llm.in_order(work, [None], window=1))) if "/" in embedding else alike(queries, texts, k, embedding)


@dataclass(frozen=True)
class Search(Gather):
    """Keep the `k` rows most alike to `query`, with their rank (int64, from 1) as column `name` and how alike as `{name}_score`.

    See `search` for `embedding`. It remembers all rows that reach it, at most `most`; the others are dropped.

    Raises RecipeError on what cannot be, StepError where more rows than `most` come.

    >>> from tilth.memory import evaluate
    >>> done = evaluate([Search("red fruit", k=1)], pa.table({"text": ["the river bank", "a fruit, red", "pears"]}))
    >>> done.table["text"].to_pylist(), done.table["found"].to_pylist()
    (['a fruit, red'], [1])
    """

    query: str
    k: int
    columns: tuple[str, ...] = ("text",)
    name: str = "found"
    embedding: str = "hybrid"
    most: int = 100_000

    def __post_init__(self) -> None:
        if self.k < 1 or not self.query.strip() or not (self.embedding in LOCAL or "/" in self.embedding):
            raise RecipeError(
                "Nothing can be looked for so.", where=repr(self),
                why=f"it needs a query, k of at least 1, and an embedding: {', '.join(LOCAL)}, or an endpoint's model", fix="k=10",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return self.columns

    def finish(self, state: pa.Table) -> list[Placed]:
        found = search(state.drop_columns(["row"]), self.query, self.k, columns=self.columns, embedding=self.embedding)
        places = {"row": state["row"].take(found["row"]), self.name: found["rank"], f"{self.name}_score": found["score"]}
        return [Placed(packed(pa.table(places).combine_chunks()), others=f"not among the {self.k} most alike to: {self.query}")]
