"""Repeated lines and sentences as C4, datatrove, dolma and DCLM cut them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from tilth.dedup.cut import SPANS, CutSpans
from tilth.dedup.passages import Passages
from tilth.dedup.spans import RepeatedSpans, RepeatedWithin
from tilth.errors import CorpusError
from tilth.filters import c4_paper
from tilth.filters.signals import check_variant
from tilth.kernels.arrow import utf8
from tilth.kernels.spacy_rules import language
from tilth.kernels.spacy_sentences import spacy_sentences
from tilth.op import Op, put
from tilth.rules import Filter

_ALL_LINES = (0, 0, -1, -1, 0, 0, 0, 0)  # settings of C4 by which its code keeps every line


def c4_lines(url: str = "url", min_num_sentences: int = 3) -> list[Any]:
    """Return the steps that keep each line, of any case, on one page, as the code that made C4 does, and then pages of enough sentences.

    The page whose URL (column `url`) has the least MD5 keeps a line; this spreads what stays over all sites. Blank lines are lines.

    Source: tensorflow_datasets 4.9.10 (Apache-2.0), text/c4_utils.py: `remove_duplicate_text`.

    >>> [type(step).__name__ for step in c4_lines()]
    ['UrlRank', 'RepeatedSpans', 'CutSpans', 'SentencesLeft', 'Filter']
    """
    repeats = RepeatedSpans(Passages(least=0, variant="c4"), keep="url_rank")
    enough = Filter(f"left_sentences >= {min_num_sentences}", "too_few_sentences")
    return [UrlRank(url), repeats, CutSpans(least=1), SentencesLeft("c4"), enough]


def datatrove_sentences(n_sentences: int = 3, min_doc_words: int = 50, min_num_sentences: int = 3) -> list[Any]:
    """Return the steps that cut runs of sentences that stand in the corpus before, as datatrove's `SentenceDedup` does with its defaults.

    A text that was cut must keep so many words and sentences. Where datatrove reads several files at once it keeps the copy whose document
    has the least number in its file; here the least address keeps it, so that documents added later change none before.

    Source: datatrove 0.10.1 (Apache-2.0), pipeline/dedup/sentence_dedup.py; Raffel et al. 2020 (C4), section 2.2.

    >>> datatrove_sentences(min_num_sentences=0)[-1].rule
    'left_words is null or left_words >= 50'
    """
    rules = [("left_words", min_doc_words, "too few words left"), ("left_sentences", min_num_sentences, "too few sentences left")]
    return [
        RepeatedSpans(Passages("sentence", n_sentences, variant="datatrove")), CutSpans(least=1), SentencesLeft(cut_only=True),
        *(Filter(f"{name} is null or {name} >= {least}", reason) for name, least, reason in rules if least > 0),
    ]  # fmt: skip


def dolma_paragraphs(least: int = 1) -> list[Any]:
    """Return the steps that cut each line that stands in the corpus before, byte for byte, as dolma's paragraph deduplication does.

    `least=1` is its `skip_empty`, 0 cuts repeated blank lines too. dolma asks a Bloom filter, which takes some new lines for old ones (one
    in a million at its usual setting), and in the order in which its processes come; this asks nobody, and the least address keeps a line.

    Source: dolma 1.2.1 (Apache-2.0), src/deduper.rs.

    >>> dolma_paragraphs()[0].passages.variant
    'dolma'
    """
    return [RepeatedSpans(Passages(least=least, variant="dolma")), CutSpans(least=1)]


def dclm_within_page(normalize: bool = True) -> list[Any]:
    """Return the steps that cut lines that stand in the same text before, blank ones left alone, as DCLM's `within_page_dedup` does.

    Source: DCLM (MIT), baselines/mappers/modifiers.py.

    >>> dclm_within_page()[1]
    CutSpans(boundary='character', widen=False, least=0)
    """
    return [RepeatedWithin(Passages(variant="c4" if normalize else "dolma")), CutSpans(least=0)]


@dataclass(frozen=True)
class UrlRank(Op):
    """Add `url_rank` (int64): the higher, the less the MD5 of the URL in `column` is; 0 where there is none.

    By it `keep="url_rank"` chooses a page among copies that favours no site. Raises CorpusError where there is no such column.

    >>> UrlRank().apply(pa.record_batch({"url": ["a.org", "b.org"]}))["url_rank"].to_pylist()
    [8038402871598239, 7043329951252466]
    """

    column: str = "url"

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self.column not in batch.schema.names:
            raise CorpusError.no_column(self.column, batch.schema.names, where=repr(self), fix="UrlRank(column=...), with one of these")
        ranks = [0 if url is None else (1 << 53) - _md5(url) for url in batch[self.column].to_pylist()]
        return put(batch, "url_rank", pa.array(ranks, pa.int64()))


def _md5(text: str) -> int:
    """Return the first 53 bits of a digest, as many as a signal has in the audit; their order is that of the whole."""
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:7], "big") >> 3


@dataclass(frozen=True)
class SentencesLeft(Op):
    """Add `left_sentences` and `left_words` (int64): how many a text has, counted as "datatrove" or the code of C4 ("c4") counts them.

    "c4" counts no words; rules stand in for NLTK's Punkt (see `C4`), line by line. `cut_only` leaves null what has no `repeated_spans`.

    >>> SentencesLeft().apply(pa.record_batch({"text": ["It was. It's not."]})).to_pylist()[0]["left_words"]
    7
    """

    version: ClassVar[int] = 2

    variant: str = "datatrove"
    cut_only: bool = False

    def __post_init__(self) -> None:
        check_variant(self, self.variant, ("datatrove", "c4"))

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text", SPANS) if self.cut_only else ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        cut = batch[SPANS].is_valid() if self.cut_only else batch["text"].is_valid()
        for name, values in self._counts(batch["text"].filter(cut)).items():
            batch = put(batch, name, pc.replace_with_mask(pa.nulls(len(batch), pa.int64()), cut, values))
        return batch

    def _counts(self, texts: pa.Array) -> dict[str, pa.Array]:
        if self.variant == "datatrove":
            counts = spacy_sentences(*utf8(texts), language())[3]
            return {"left_words": pa.array(counts[:, 0]), "left_sentences": pa.array(counts[:, 1])}
        return {"left_sentences": c4_paper.clean(texts, _ALL_LINES)[1]["c4_sentences"]}
