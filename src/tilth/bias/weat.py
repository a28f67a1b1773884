"""Whether words lie nearer to one group than to another in an embedding: the test of Caliskan et al."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.embed.vectors import COLUMN, vectors
from tilth.errors import CorpusError
from tilth.filters.groups import CAREER, FAMILY, MEN, WOMEN, Terms
from tilth.op import Op

_DRAWS = 20_000


@dataclass(frozen=True)
class Weat:
    """`difference` in mean cosines, and the same as `effect` in standard deviations of the words, between -2 and 2.

    The effect says how consistent the words are, however small the difference: after a rewriting, look at `difference` too. `p`,
    one-sided, is of so large an effect if targets were dealt out at random.

    `targets` and `attributes` are how many words of either pair of lists the embedding knew.
    """

    difference: float
    effect: float
    p: float
    targets: tuple[int, int]
    attributes: tuple[int, int]


def weat(
    embedding: Op, first: Terms = CAREER, second: Terms = FAMILY, a: Terms = MEN, b: Terms = WOMEN, name: str = COLUMN, seed: int = 0
) -> Weat:
    """Return whether the words of `first` are nearer to `a` than to `b`, in comparison with those of `second`.

    `embedding` is a step that adds vectors as column `name`, as `embed.HashedSvd` and `embed.SentenceEmbedding` make. The permutation
    test is exact up to 20,000 ways of dealing, and draws that many beyond. Raises CorpusError where a list has no word that is known.

    Source: Caliskan, Bryson and Narayanan, Science 2017 (WEAT; its test 6 are the defaults). Its p says how consistent the words of the
    two lists are, not how the effect would vary from corpus to corpus: for that, learn from parts of the corpus (bench/bias.py).

    >>> from tilth.embed import HashedSvd
    >>> texts = ["he salary office", "he career business", "she home wedding", "she family children"] * 5
    >>> rows = pa.record_batch({"row": pa.array(range(20), pa.uint64()), "text": texts})
    >>> fold = HashedSvd(dim=4, letters=0)
    >>> found = weat(fold.finish(fold.observe(rows))[0])
    >>> found.effect > 1.5, found.p < 0.05, found.targets
    (True, True, (4, 4))
    """
    x, y, near, far = (_known(embedding, terms, name) for terms in (first, second, a, b))
    both = np.concatenate([x, y])
    scores = (both @ near.T).mean(axis=1) - (both @ far.T).mean(axis=1)
    spread = float(scores.std(ddof=1)) if len(scores) > 1 else 0.0
    difference = float(scores[: len(x)].mean() - scores[len(x) :].mean())
    return Weat(difference, difference / spread if spread else 0.0, _p(scores, len(x), seed), (len(x), len(y)), (len(near), len(far)))


def _known(embedding: Op, terms: Terms, name: str) -> np.ndarray:
    """Return the unit vectors of the words that have one, float32[k, dim]."""
    words = pa.array(sorted({word.lower() for word in terms.words}), pa.large_string())
    rows = pa.record_batch({"row": pa.array(range(len(words)), pa.uint64()), "text": words})
    found, _ = vectors(embedding.apply(rows), name)
    if not len(found):
        fix = "learn it from texts that have them, or give other words"
        raise CorpusError(f"The embedding knows no word of {terms.name!r}.", where="bias.weat", fix=fix)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def _p(scores: np.ndarray, size: int, seed: int) -> float:
    """The share of ways to deal the scores into lists of these sizes whose first has at least the sum that it has."""
    if math.comb(len(scores), size) <= _DRAWS:
        sums = np.array([scores[list(some)].sum() for some in itertools.combinations(range(len(scores)), size)])
        return float((sums >= scores[:size].sum() - 1e-9).mean())
    rng = np.random.Generator(np.random.PCG64(seed))
    sums = np.array([rng.permutation(scores)[:size].sum() for _ in range(_DRAWS)])
    return float((1 + (sums >= scores[:size].sum() - 1e-9).sum()) / (1 + _DRAWS))
