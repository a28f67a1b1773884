"""How long a page is, in whatever a rule may want to count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.filters.signals import add
from tilth.kernels import page_length
from tilth.kernels.arrow import utf8
from tilth.kernels.text_classes import classes
from tilth.kernels.uax29 import word_breaks
from tilth.op import Op
from tilth.segment import full_name, split_sentences


@dataclass(frozen=True)
class PageLength(Op):
    """Measure `page_chars` (code points), `page_words` (those of Unicode's annex 29 that begin with a letter or digit), `page_sentences`,
    `page_lines` and `page_paragraphs` (what stands between newlines, or two, and is not blank), all int64.

    `language` is that of the sentences (`segment.sentences`).

    Source: DCLM (MIT, commit 361714b), baselines/mappers/filters/content_filters.py, `page_length_filter`, with sentences of our own.

    >>> batch = PageLength().apply(pa.record_batch({"text": ["One line.\\n\\nAnd 2.5 more, e.g. this."]}))
    >>> {name: batch[name][0].as_py() for name in batch.schema.names[1:]}
    {'page_chars': 35, 'page_words': 7, 'page_sentences': 2, 'page_lines': 2, 'page_paragraphs': 2}
    """

    language: str = "en"

    def __post_init__(self) -> None:
        full_name(self.language)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        texts = batch["text"]
        counts = page_length.lengths(*utf8(texts), classes(), word_breaks())
        return add(batch, {
            "page_chars": pc.utf8_length(texts).cast(pa.int64()),
            "page_words": pa.array(counts[:, page_length.WORDS]),
            "page_sentences": pa.array(np.diff(split_sentences(texts, self.language).ends)),
            "page_lines": pa.array(counts[:, page_length.LINES]),
            "page_paragraphs": pa.array(counts[:, page_length.PARAGRAPHS]),
        })  # fmt: skip
