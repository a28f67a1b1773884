"""Learn an embedding from the corpus itself: the strongest directions of its hashed words and letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.dedup.normalise import PLAIN_WORDS
from tilth.embed import sample
from tilth.embed.hashed import HashedEmbedding, pack
from tilth.embed.vectors import COLUMN
from tilth.errors import CorpusError, RecipeError
from tilth.kernels import svd
from tilth.kernels.features import features
from tilth.op import Fold

_STATE = pa.schema([("row", pa.uint64()), ("text", pa.large_string())])
_SPARE = 16  # directions beyond those wanted, which make the wanted ones exact sooner
_TURNS = 3  # of subspace iteration


@dataclass(frozen=True)
class HashedSvd(Fold):
    """Learn vectors of `dim` numbers for texts, and become the `HashedEmbedding` step that adds them as column `name`.

    A text is the weighted sum of its features, hashed into 2**`bits` buckets: n-grams of up to `ngram` plain words and, unless it is 0,
    of `letters` letters inside a word. Weights are (1 + ln tf) * idf; the vectors of the features are the right singular vectors of the
    sample's matrix of such weights (latent semantic analysis), scaled by 1 / sqrt(singular value), which made the cosine agree more
    with people (docs/embeddings.md). Needs no library and no download, knows the languages of the corpus, and nothing else:
    it sees that texts share words, parts of words and topics, not that two sentences of different words say the same.

    The state is a sample, `sample` rows of lowest hash and the first `chars` characters of each; the rest happens in `finish`, in
    whole numbers, fixed orders and one thread, so that every machine learns the same bits. Fewer numbers than `dim` come of a sample
    that has fewer directions.

    Source: Deerwester et al., Indexing by Latent Semantic Analysis, 1990; Weinberger et al., Feature Hashing, 2009; Halko, Martinsson,
    Tropp, Finding Structure with Randomness, SIAM Review 2011.

    Raises RecipeError on sizes that cannot be, CorpusError where no text came.

    >>> from tilth.memory import evaluate
    >>> table = pa.table({"text": ["a red apple", "two red apples", "the river bank", "river banks"]})
    >>> e = np.array(evaluate([HashedSvd(dim=2)], table).table["embedding"].to_pylist())
    >>> bool(e[0] @ e[1] > 0.9 > e[0] @ e[2])
    True
    """

    dim: int = 256
    ngram: int = 1
    letters: int = 3
    bits: int = 18
    sample: int = 20_000
    chars: int = 2_000
    seed: int = 0
    name: str = COLUMN

    def __post_init__(self) -> None:
        inside = 8 <= self.bits <= 24 and 0 <= self.letters <= 16
        if min(self.dim, self.ngram, self.sample, self.chars) < 1 or not inside or not self.name:
            raise RecipeError(
                "This embedding cannot be learned.", where=repr(self),
                why="dim, ngram, sample and chars are at least 1, bits between 8 and 24, letters between 0 and 16, and it has a name",
                fix="embed.HashedSvd()",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("row", "text")

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows: `row` (uint64) and `text` (large_string, the first characters)."""
        texts = pc.utf8_slice_codeunits(batch["text"], 0, self.chars)
        seen = pa.table([batch["row"], texts], schema=_STATE).filter(pc.greater(pc.binary_length(texts), 0))
        return sample.bottom(seen, self.sample)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return sample.bottom(pa.concat_tables([a, b]), self.sample)

    def finish(self, state: pa.Table) -> list[HashedEmbedding]:
        offsets, words = PLAIN_WORDS.words(state["text"].combine_chunks())
        matrix, known, idf = _weighted(features(offsets, words, 1 << self.bits, self.ngram, self.letters), 1 << self.bits)
        if not len(known):
            raise CorpusError.empty("embed.HashedSvd", why="no row with any word reached it")
        strength, directions = _svd(matrix, len(known), self.dim, self.seed)
        table = directions / np.sqrt(strength) * idf[:, None]
        return [HashedEmbedding(pack(known, table.astype(np.float32), self.bits, self.ngram, self.letters), self.name)]


class _Matrix(NamedTuple):
    """A sparse matrix of texts and features: int64[texts + 1], int32[entries], float32[entries]."""

    offsets: np.ndarray
    columns: np.ndarray
    values: np.ndarray


def _weighted(counted: tuple[np.ndarray, np.ndarray, np.ndarray], buckets: int) -> tuple[_Matrix, np.ndarray, np.ndarray]:
    """Return the matrix, each text at length one, the buckets of its columns (int64) and their idf (float32).

    A feature that only one text has says nothing of two; it counts only where no feature is in two.
    """
    offsets, found, counts = counted
    texts = len(offsets) - 1
    frequency = np.bincount(found, minlength=buckets)
    known = np.flatnonzero(frequency >= (2 if frequency.max() > 1 else 1))
    idf = (1.0 + np.log((1 + texts) / (1 + frequency[known]))).astype(np.float32)
    place = np.full(buckets, -1, np.int32)
    place[known] = np.arange(len(known), dtype=np.int32)
    keep = place[found] >= 0
    columns = place[found[keep]]
    starts = np.concatenate([[0], np.cumsum(keep)])[offsets]
    values = (1.0 + np.log(counts[keep])).astype(np.float32) * idf[columns]
    text = np.repeat(np.arange(texts), np.diff(starts))
    length = np.sqrt(np.bincount(text, values.astype(np.float64) ** 2, texts))
    return _Matrix(starts, columns, (values / length[text]).astype(np.float32)), known, idf


def _svd(matrix: _Matrix, width: int, dim: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (float64[k] singular values, float32[width, k] right singular vectors), the k <= dim largest.

    Of each vector the part that is largest is positive, so that the sign is no accident.
    """
    start = np.random.Generator(np.random.PCG64(seed)).standard_normal((width, dim + _SPARE), np.float32)
    basis = _orthonormal(svd.times(*matrix, start))
    for _ in range(_TURNS):
        basis = _orthonormal(svd.times(*matrix, svd.transposed_times(*matrix, basis, width)))
    small = svd.transposed_times(*matrix, basis, width)
    squares, turns = svd.eigen(svd.gram(small))
    k = min(dim, int((squares > 1e-6 * squares[0]).sum()))
    strength = np.sqrt(squares[:k])
    right = svd.product(small, np.ascontiguousarray(turns[:, :k] / strength))
    return strength, right * np.where(right[np.abs(right).argmax(axis=0), np.arange(k)] < 0, np.float32(-1), np.float32(1))


def _orthonormal(vectors: np.ndarray) -> np.ndarray:
    """Return as many orthonormal columns as `vectors` (float32[n, k]) have directions, by the eigenvectors of their Gram matrix."""
    squares, turns = svd.eigen(svd.gram(vectors))
    good = squares > 1e-8 * squares[0]
    return svd.product(vectors, np.ascontiguousarray(turns[:, good] / np.sqrt(squares[good])))
