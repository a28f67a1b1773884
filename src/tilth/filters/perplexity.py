"""How surprising a text is to a language model of n-grams: learned here, read from an ARPA file, or KenLM's own binary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, MissingExtra, RecipeError
from tilth.filters.ngram_model import read_arpa, train, unpack
from tilth.kernels.hash import mix64
from tilth.kernels.ngrams import MOST
from tilth.op import Fold, Op, put

_SAMPLE = pa.schema([("row", pa.uint64()), ("text", pa.large_string())])


@dataclass(frozen=True)
class Perplexity(Op):
    """Measure `{name}` (float64): 10 to the power of minus the mean log10 probability of a text's words, and `{name}_unknown`.

    Lines are sentences and words lie between white space, as KenLM has it; the end of a line is predicted too. `model` is the bytes of
    `read_arpa(path)` or of `LearnNgrams`, or the path of an ARPA file, or of KenLM's binary, which its library reads (extra "kenlm").
    `{name}_unknown` is the share of words that the model does not know; null for a binary. With `marks=False` no line has a beginning or
    end. A text without words has a null. Low is not good as such: repeated text and lists of common words are low.

    Raises RecipeError where the bytes are no model.

    Source: perplexity against a model of good text, Wenzek et al., CCNet (LREC 2020), section 3.3; KenLM, Heafield (WMT 2011).

    >>> from tilth.memory import evaluate
    >>> rows = pa.table({"text": ["the cat sat", "sat the the"] + ["the cat sat", "the dog sat"] * 9})
    >>> found = evaluate([LearnNgrams(order=2)], rows).table["perplexity"]
    >>> found[0].as_py() < found[1].as_py()
    True
    """

    model: bytes | str
    name: str = "perplexity"
    marks: bool = True

    def __post_init__(self) -> None:
        if isinstance(self.model, bytes):
            unpack(self.model)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if isinstance(self.model, str) and not self.model.endswith((".arpa", ".arpa.gz")):
            return _by_kenlm(batch, self.model, self.name, self.marks)
        model = unpack(self.model if isinstance(self.model, bytes) else read_arpa(self.model))
        total, words, missed, ends = model.score(batch["text"], self.marks)
        some, least = pa.array(words > 0), np.maximum(words, 1)
        with np.errstate(over="ignore"):
            batch = put(batch, self.name, pc.if_else(some, pa.array(10.0 ** (-total / (least + ends))), None))
        return put(batch, f"{self.name}_unknown", pc.if_else(some, pa.array(missed / least), None))


@dataclass(frozen=True)
class LearnNgrams(Fold):
    """Learn a modified Kneser-Ney model of n-grams from a sample of the texts, and finish into `Perplexity`.

    Learn it from good text, `t.learn_from(good, filters.LearnNgrams())`, and apply it to a crawl. The sample is the rows of lowest hash of
    their address up to `sample_bytes`; n-grams of two and more words that it has less than `least` times are left out. 20 MB of English
    at order 3 make a model of some 50 MB. `lower` takes ASCII letters as small ones, in training and in use.

    Raises RecipeError for an order outside 1 to 16, CorpusError where no row has a word.

    Source: Chen and Goodman (1998); Heafield et al. (ACL 2013).
    """

    version: ClassVar[int] = 2

    name: str = "perplexity"
    order: int = 3
    least: int = 2
    lower: bool = False
    sample_bytes: int = 20_000_000

    def __post_init__(self) -> None:
        if not 1 <= self.order <= MOST or self.least < 1 or self.sample_bytes < 1:
            raise RecipeError(
                f"There are no models of order {self.order}.", where=repr(self),
                why=f"orders go from 1 to {MOST}; least and the sample from 1", fix="filters.LearnNgrams(order=3)",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows, by address: `row` and `text`."""
        seen = pa.table([batch["row"], batch["text"]], schema=_SAMPLE)
        return self._bottom(seen.filter(pc.greater(pc.fill_null(pc.binary_length(batch["text"]), 0), 0)))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return self._bottom(pa.concat_tables([a, b]))

    def finish(self, state: pa.Table) -> list[Any]:
        if not len(state):
            raise CorpusError.empty("filters.LearnNgrams", why="no row with any text reached it")
        model = train(state["text"].combine_chunks(), self.order, self.least, self.lower)
        return [Perplexity(model.to_bytes(), self.name)]

    def _bottom(self, seen: pa.Table) -> pa.Table:
        """The rows of lowest hash that have less than `sample_bytes` before them, in order of address."""
        rows = seen["row"].to_numpy()
        order = np.argsort(rows)
        if seen["text"].nbytes > self.sample_bytes:
            by_hash = np.argsort(_hashes(rows))
            sizes = pc.binary_length(seen["text"]).to_numpy()[by_hash]
            chosen = by_hash[: int(np.searchsorted(np.cumsum(sizes) - sizes, self.sample_bytes))]
            order = chosen[np.argsort(rows[chosen])]
        return seen.take(pa.array(order)).combine_chunks()


def _hashes(rows: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return getattr(mix64, "py_func")(rows)  # noqa: B009 (the type of a kernel does not say that it keeps its Python)


def _by_kenlm(batch: pa.RecordBatch, path: str, name: str, marks: bool) -> pa.RecordBatch:
    model = _opened(path)
    found: list[float | None] = []
    for text in batch["text"].to_pylist():
        lines = [line for line in (text or "").split("\n") if line.split()]
        total = sum(model.score(line, bos=marks, eos=marks) for line in lines)
        made = sum(len(line.split()) + marks for line in lines)
        found.append(10.0 ** (-total / made) if made else None)
    return put(put(batch, name, pa.array(found, pa.float64())), f"{name}_unknown", pa.nulls(len(batch), pa.float64()))


def _opened(path: str) -> Any:
    try:
        import kenlm
    except ImportError:
        raise MissingExtra.of("kenlm", "kenlm", f"filters.Perplexity({path!r})") from None
    return kenlm.Model(path)
