"""Lines of a page that no one wrote to be read: dropped or cut, and counted, so that a rule can drop a page that lost much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.kernels import gopher_dclm, line_edits
from tilth.kernels.arrow import utf8
from tilth.kernels.line_edits import Rule
from tilth.kernels.line_phrases import ANYWHERE, END, START
from tilth.kernels.text_classes import classes
from tilth.op import Op, put
from tilth.rules import Filter

_PLACES = {"anywhere": ANYWHERE, "start": START, "end": END}


@dataclass(frozen=True)
class Cut:
    """A phrase to cut out of lines of at most `max_words` words, with a space beside it, or to drop the `whole_line` for.

    `at` is "anywhere", "start" or "end" of the line; a full stop in the phrase stands for any character, as in DCLM, whose phrases are
    patterns. Capitals do not matter unless `match_case`.
    """

    phrase: str
    at: str = "anywhere"
    max_words: int | None = 10
    whole_line: bool = False
    match_case: bool = False

    def __post_init__(self) -> None:
        if self.at not in _PLACES:
            names = ", ".join(repr(name) for name in _PLACES)
            raise RecipeError(
                f"There is no place {self.at!r} in a line.", where=repr(self), why=f"a phrase is cut at: {names}",
                fix=f"Cut({self.phrase!r}, at='anywhere')",
            )
        if not self.phrase:
            raise RecipeError("The phrase to cut is empty.", where=repr(self), why="it would be found everywhere", fix="Cut('Sign-in')")


REFINEDWEB_CUTS = (Cut("items in cart"), Cut("Read more...", at="end"), Cut("Sign-in", at="start"))


@dataclass(frozen=True)
class LineEdits(Op):
    """Drop lines of `text` and cut phrases out of them, and measure `line_edits_words` (int64, before), `line_edits_words_left` (int64) and
    `line_edits_removed_ratio` (float64; null for a page without words).

    A line goes if more than these shares of its characters are capitals or digits, it is a counter ("12 likes"), it has too few or too many
    words, one of them is too long, or, with `end_marks`, it does not end in . ! ? " or … (with `ellipses=False`, nor in an ellipsis); then
    `cuts` are made. Rules go one after the other, in the order of the fields from long words on; None and False leave one out. Empty lines
    stay. Words are what lies between white space; those that are measured begin with a letter or digit.

    Source: Penedo et al. 2023 (RefinedWeb, arXiv 2306.01116), section 3.2 and appendix G.2; as DCLM (MIT, commit 361714b),
    baselines/mappers/modifiers.py, has them, white space at both ends of the page cut by the rules that cut it there.

    >>> step = LineEdits(max_uppercase_ratio=0.5, counters=True, cuts=(Cut("Read more...", at="end"),))
    >>> step.apply(pa.record_batch({"text": ["MENU\\n12 likes\\nRain is due. Read more..."]}))["text"].to_pylist()
    ['Rain is due.']
    """

    max_uppercase_ratio: float | None = None
    max_digit_ratio: float | None = None
    counters: bool = False
    min_words: int | None = None
    max_words: int | None = None
    cuts: tuple[Cut, ...] = ()
    max_word_length: int | None = None
    end_marks: bool = False
    ellipses: bool = True

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        texts = batch["text"]
        before = _words(texts)
        _, edited = line_edits.run(texts, list(self._rules()))
        after = _words(edited)
        columns = {
            "line_edits_words": pa.array(before), "line_edits_words_left": pa.array(after),
            "line_edits_removed_ratio": pa.array((before - after) / np.maximum(before, 1), mask=before == 0), "text": edited,
        }
        for name, values in columns.items():
            batch = put(batch, name, pc.if_else(pc.is_null(texts), pa.scalar(None, values.type), values) if texts.null_count else values)
        return batch

    def _rules(self) -> Iterator[Rule]:
        if self.max_word_length is not None:
            yield Rule(line_edits.LONG_WORDS, most=self.max_word_length)
        if self.end_marks:
            yield Rule(line_edits.END_MARKS, fewest=int(self.ellipses))
        if self.max_uppercase_ratio is not None:
            yield Rule(line_edits.CAPITALS, limit=self.max_uppercase_ratio)
        if self.max_digit_ratio is not None:
            yield Rule(line_edits.DIGITS, limit=self.max_digit_ratio)
        if self.counters:
            yield Rule(line_edits.COUNTERS)
        if self.min_words is not None or self.max_words is not None:
            yield Rule(line_edits.WORDS, fewest=self.min_words or 0, most=-1 if self.max_words is None else self.max_words)
        for cut in self.cuts:
            kind, most = line_edits.PHRASE if cut.whole_line else line_edits.CUT, -1 if cut.max_words is None else cut.max_words
            yield Rule(kind, most=most, phrase=cut.phrase, where=_PLACES[cut.at], match_case=cut.match_case)


def _words(texts: pa.Array) -> np.ndarray:
    """Return how many words of each text begin with a letter or digit, int64[n]."""
    return np.asarray(gopher_dclm.count_tokens(*utf8(texts), classes()))


def refinedweb_line_edits(max_removed_ratio: float | None = 0.05) -> list[Op]:
    """Return the steps that edit lines as RefinedWeb does and drop a page that lost more than this share of its words to it.

    Lines go whose characters are more than half capitals or all digits, that are counters, or a single word; of lines of up to 10 words
    "items in cart", "Read more..." at the end and "Sign-in" at the start are cut out.

    Source: Penedo et al. 2023 (RefinedWeb, arXiv 2306.01116), appendix G.2, with the figures of DCLM's dclm_baseline_refinedweb.yaml (MIT).

    >>> refinedweb_line_edits()[-1]
    Filter(rule='line_edits_removed_ratio <= 0.05', reason='word_removal_ratio_filter')
    """
    step = LineEdits(max_uppercase_ratio=0.5, max_digit_ratio=0.999999, counters=True, min_words=2, cuts=REFINEDWEB_CUTS)
    rule = Filter(f"line_edits_removed_ratio <= {max_removed_ratio}", "word_removal_ratio_filter")
    return [step, rule] if max_removed_ratio is not None else [step]
