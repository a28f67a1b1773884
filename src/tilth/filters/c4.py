"""C4's rules: lines that look like navigation or warnings go, pages with code or filler text go, and what is left must be sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.filters import c4_dclm, c4_dolma, c4_nemo, c4_paper
from tilth.filters.signals import add, check_variant, filters
from tilth.kernels import text_counts
from tilth.kernels.text_counts import CURLY, KEPT_LINES, LOREM, SENTENCES, SPLIT_LINES
from tilth.op import Op, put
from tilth.rules import Filter


@dataclass(frozen=True)
class C4(Op):
    """Clean `text` line by line, and measure `c4_sentences`, `c4_lines`, `c4_lines_kept` (int64) and `c4_lorem_ipsum`, `c4_curly_bracket`
    (bool).

    A line goes if a word is longer than `max_word_length`, it does not end in a terminal mark, has fewer than `min_words_per_line` words,
    or mentions javascript or a policy; citations are cut out. The two bools are true for a page that the first line with "lorem ipsum"
    or "{" drops; such a page keeps its text. -1 switches a number's rule off; None is the variant's own: 3 words; 5 for "paper", "dclm".

    "paper" counts words after citations are cut out, takes ' for no end mark, stops reading a page that it drops, and adds `c4_chars`.
    "dolma" cuts lines that do not end well or are short, with their breaks; marks pages with "{", "lorem ipsum" or "javascript" anywhere
    (`c4_javascript`); counts no sentences, and knows none of the other settings.
    "dclm" goes through the whole page rule by rule, keeps empty lines, looks for "lorem ipsum" and "{" in what is left when it comes to
    them, takes ' for no end mark, and adds `c4_chars`.
    "nemo" leaves the text as it is and measures `c4_boilerplate_ratio` (of paragraphs), `c4_no_end_mark_ratio` (of lines) and
    `c4_longest_word` instead; it knows none of the settings.

    Source: Raffel et al. 2020 (C4, JMLR 21), section 2.2; variant "datatrove": its C4QualityFilter; "paper": the original code,
    tensorflow_datasets' text/c4_utils.py; "dolma": its tagger c4_v2; "dclm": its c4.yaml up to deduplication; "nemo": NeMo Curator's
    filters after C4. `docs/variants.md` says how they differ.

    >>> batch = C4().apply(pa.record_batch({"text": ["Home\\nThis is a sentence [1]. And another one.\\nEnable javascript now."]}))
    >>> batch["text"].to_pylist(), batch["c4_sentences"].to_pylist()
    (['This is a sentence . And another one.'], [2])
    """

    variant: str = "datatrove"
    remove_citations: bool = True
    filter_no_terminal_punct: bool = True
    min_words_per_line: int | None = None
    max_word_length: int = 1000
    filter_lorem_ipsum: bool = True
    filter_javascript: bool = True
    filter_curly_bracket: bool = True
    filter_policy: bool = True

    def __post_init__(self) -> None:
        check_variant(self, self.variant, VARIANTS)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    @property
    def rewrites(self) -> tuple[str, ...]:
        return () if self.variant == "nemo" else ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        text, columns = VARIANTS[self.variant](self, batch["text"])
        return with_text(add(batch, columns), text)

    def settings(self) -> tuple[int, ...]:
        """Return the fields after `variant` as the kernel takes them."""
        words = _WORDS_PER_LINE[self.variant] if self.min_words_per_line is None else self.min_words_per_line
        return (
            int(self.remove_citations), int(self.filter_no_terminal_punct), words, self.max_word_length,
            int(self.filter_lorem_ipsum), int(self.filter_javascript), int(self.filter_curly_bracket), int(self.filter_policy),
        )


def with_text(batch: pa.RecordBatch, text: pa.Array) -> pa.RecordBatch:
    """Return `batch` with this text, still null where it was null."""
    return put(batch, "text", pc.if_else(pc.is_null(batch["text"]), pa.scalar(None, text.type), text) if batch["text"].null_count else text)


def c4_signals(counts: np.ndarray) -> dict[str, pa.Array]:
    """Return the columns of the variant "datatrove" from a kernel's counts."""
    return {
        "c4_sentences": pa.array(counts[:, SENTENCES]),
        "c4_lines": pa.array(counts[:, SPLIT_LINES]),
        "c4_lines_kept": pa.array(counts[:, KEPT_LINES]),
        "c4_lorem_ipsum": pa.array(counts[:, LOREM] > 0),
        "c4_curly_bracket": pa.array(counts[:, CURLY] > 0),
    }


def _datatrove(step: C4, texts: pa.Array) -> tuple[pa.Array, dict[str, pa.Array]]:
    measured = text_counts.measure(texts, text_counts.C4, c4_settings=step.settings())
    return measured.text, c4_signals(measured.counts)


VARIANTS: dict[str, Callable[[C4, pa.Array], tuple[pa.Array, dict[str, pa.Array]]]] = {
    "datatrove": _datatrove,
    "paper": lambda step, texts: c4_paper.clean(texts, step.settings()),
    "dolma": lambda step, texts: c4_dolma.clean(texts, step.settings()),
    "nemo": lambda step, texts: c4_nemo.clean(texts),
    "dclm": lambda step, texts: c4_dclm.clean(texts, step.settings()),
}
_WORDS_PER_LINE = {"datatrove": 3, "paper": 5, "dolma": 3, "dclm": 5}


def c4_rules(min_num_sentences: int | None = 5) -> list[Filter]:
    """Return C4's rules about pages in datatrove's order, with its names as reasons; None leaves the last one out."""
    pages = [Filter("not c4_lorem_ipsum", "lorem_ipsum"), Filter("not c4_curly_bracket", "curly_bracket")]
    return pages + filters([("c4_sentences >=", min_num_sentences, "too_few_sentences")])


RULES: dict[str, Callable[..., list[Filter]]] = {
    "datatrove": c4_rules, "paper": c4_paper.rules, "dolma": c4_dolma.rules, "nemo": c4_nemo.rules,
    "dclm": c4_dclm.rules,
}


def c4(
    variant: str = "datatrove", min_num_sentences: int | None = None, remove_citations: bool = True, filter_no_terminal_punct: bool = True,
    min_words_per_line: int | None = None, max_word_length: int = 1000, filter_lorem_ipsum: bool = True, filter_javascript: bool = True,
    filter_curly_bracket: bool = True, filter_policy: bool = True,
) -> list[Op]:
    """Return the steps that clean pages as C4 does and drop those that it excludes.

    None stands for the variant's own number: 5 sentences and 3 words a line, for "paper" and "dclm" 3 and 5; -1 switches a rule off.

    >>> c4(min_num_sentences=3)[-1]
    Filter(rule='c4_sentences >= 3', reason='too_few_sentences')
    """
    step = C4(
        variant, remove_citations, filter_no_terminal_punct, min_words_per_line, max_word_length, filter_lorem_ipsum, filter_javascript,
        filter_curly_bracket, filter_policy,
    )
    return [step, *(RULES[variant]() if min_num_sentences is None else RULES[variant](min_num_sentences))]
