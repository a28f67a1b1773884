"""The rows of one list that are most alike to each of another: by words, by learned vectors, or by an endpoint's embeddings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from tilth.embed.hashed_svd import HashedSvd
from tilth.embed.vectors import vectors
from tilth.errors import RecipeError
from tilth.semantic.asking.meter import Asks
from tilth.semantic.pairs.lexical import Lexical

LOCAL = ("words", "bm25", "svd", "hybrid")
Found = tuple[np.ndarray, np.ndarray]
_BLOCK = 1024  # queries whose products with all rows are held at a time
_RRF = 60  # of reciprocal rank fusion


def alike(queries: Sequence[str], texts: Sequence[str], k: int, embedding: str = "words") -> Found:
    """Return (int64[n, k] the `k` texts most alike to each query, best first, -1 for none, float64[n, k] how alike).

    `embedding` says by what: "words" (TF-IDF of words and letters), "bm25", "svd" (vectors learned from these texts,
    `embed.HashedSvd`), "hybrid" (BM25 and "svd", fused). All are exact, every pair is looked at, and none needs a network.

    Raises RecipeError for an embedding that there is not.

    >>> alike(["red apples"], ["the river bank", "a red apple"], k=1)[0].tolist()
    [[1]]
    """
    if embedding not in LOCAL:
        raise RecipeError(
            f"There is no embedding {embedding!r}.", where="semantic search",
            why=f"it is one of {', '.join(LOCAL)}, or an endpoint's model with its provider", fix='embedding="words"',
        )  # fmt: skip
    k = min(k, len(texts))
    if not k or not len(queries):
        return np.full((len(queries), k), -1, np.int64), np.zeros((len(queries), k))
    asked, mine = pa.array(queries, pa.large_string()), pa.array(texts, pa.large_string())
    if embedding in ("words", "bm25"):
        return Lexical(mine, "tfidf" if embedding == "words" else "bm25").nearest(asked, k)
    if embedding == "svd":
        return _by_vectors(*_learned(asked, mine), k)
    depth = min(len(texts), max(100, 4 * k))
    return fuse([Lexical(mine, "bm25").nearest(asked, depth), _by_vectors(*_learned(asked, mine), depth)], k)


async def nearest(session: Asks, queries: Sequence[str], texts: Sequence[str], k: int, embedding: str = "words") -> Found:
    """Return what `alike` does; `embedding` may also be an endpoint's model, "provider/model", whose vectors `session` gets.

    Raises RecipeError for an embedding that there is not, LlmError where the endpoint has none.
    """
    k = min(k, len(texts))
    if "/" not in embedding or not k or not len(queries):
        return alike(queries, texts, k, embedding if "/" not in embedding else "words")
    return _by_vectors(*await _embedded(session, embedding, queries, texts), k)


def fuse(found: Sequence[Found], k: int) -> Found:
    """Return the best `k` by the sum of 1 / (60 + rank) over several rankings; of equal ones the smaller number first.

    Source: Cormack, Clarke, Buettcher, Reciprocal Rank Fusion, SIGIR 2009.
    """
    which = np.full((len(found[0][0]), k), -1, np.int64)
    scores = np.zeros(which.shape)
    for query in range(len(which)):
        total: dict[int, float] = {}
        for ranked, _ in found:
            for rank, number in enumerate(ranked[query].tolist(), 1):
                if number >= 0:
                    total[number] = total.get(number, 0.0) + 1 / (_RRF + rank)
        best = sorted(total, key=lambda number: (-total[number], number))[:k]
        which[query, : len(best)], scores[query, : len(best)] = best, [total[number] for number in best]
    return which, scores


def _learned(queries: pa.Array, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors of both (float32[n, dim], zeros where there is none), learned from both."""
    whole = pa.concat_arrays([texts, queries])
    rows = pa.record_batch({"row": pa.array(np.arange(len(whole)), pa.uint64()), "text": whole})
    fold = HashedSvd()
    state = fold.observe(rows)
    if not len(state):
        return np.zeros((len(queries), 1), np.float32), np.zeros((len(texts), 1), np.float32)
    done = fold.finish(state)[0].apply(rows)
    found, some = vectors(done, "embedding")
    units = np.zeros((len(whole), found.shape[1]), np.float32)
    units[some] = found
    return units[len(texts) :], units[: len(texts)]


async def _embedded(session: Asks, model: str, queries: Sequence[str], texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return an endpoint's vectors of both at length one; zeros for a text that is empty, which no endpoint takes."""
    different = [text for text in dict.fromkeys([*queries, *texts]) if text.strip()]
    found = np.array(await session.embed(model, different), np.float32).reshape(len(different), -1)
    units = np.vstack([found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12), np.zeros((1, found.shape[1]), np.float32)])
    place = {text: n for n, text in enumerate(different)}
    return units[[place.get(text, -1) for text in queries]], units[[place.get(text, -1) for text in texts]]


def _by_vectors(queries: np.ndarray, texts: np.ndarray, k: int) -> Found:
    """Return the nearest by cosine, in blocks of queries; rows without a vector are never near."""
    which = np.full((len(queries), k), -1, np.int64)
    scores = np.zeros(which.shape)
    nothing = ~texts.any(axis=1)
    for start in range(0, len(queries), _BLOCK):
        products = queries[start : start + _BLOCK] @ texts.T
        products[:, nothing] = -np.inf
        order = np.argsort(-products, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(products, order, axis=1)
        there = np.isfinite(best) & queries[start : start + _BLOCK].any(axis=1, keepdims=True)
        which[start : start + _BLOCK] = np.where(there, order, -1)
        scores[start : start + _BLOCK] = np.where(there, best, 0.0)
    return which, scores
