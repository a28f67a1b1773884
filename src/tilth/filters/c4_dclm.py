"""C4's rules as DCLM has them: every rule over the whole page in turn, white space at its ends cut where a phrase was looked for.

Source: DCLM (MIT, commit 361714b), baselines/baselines_configs/c4.yaml up to its deduplication across pages, with the functions of
baselines/mappers/modifiers.py and filters/content_filters.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from tilth.filters.signals import filters
from tilth.kernels import c4_dclm, line_edits
from tilth.kernels.arrow import utf8
from tilth.kernels.c4_paper import abbreviations
from tilth.kernels.line_edits import Rule
from tilth.kernels.text_classes import classes
from tilth.rules import Filter

LONGEST_PAGE = 190_000
POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
_LOREM, _CURLY = 1, 2


def clean(texts: pa.Array, settings: tuple[int, ...]) -> tuple[pa.Array, dict[str, pa.Array]]:
    """Return the cleaned texts and the columns; `settings` are those of C4.

    >>> clean(pa.array(["Home\\nHere are five words now.[1]"]), (1, 1, 5, 1000, 1, 1, 1, 1))[0].to_pylist()
    ['Here are five words now.']
    """
    found, edited = line_edits.run(texts, list(_rules(settings)))
    sentences = c4_dclm.sentences(*utf8(edited), classes(), abbreviations())
    return pc.if_else(pa.array(found > 0), texts.cast(edited.type), edited), {
        "c4_chars": pc.fill_null(pc.utf8_length(texts), 0).cast(pa.int64()),
        "c4_sentences": pa.array(sentences),
        "c4_lines": _lines(texts),
        "c4_lines_kept": _lines(edited),
        "c4_lorem_ipsum": pa.array(found & _LOREM > 0),
        "c4_curly_bracket": pa.array(found & _CURLY > 0),
    }


def _rules(settings: tuple[int, ...]) -> Iterator[Rule]:
    citations, end_marks, words, longest, lorem, javascript, curly, policy = settings
    if longest >= 0:
        yield Rule(line_edits.LONG_WORDS, most=longest)
    if citations:
        yield Rule(line_edits.CITATIONS)
    if end_marks:
        yield Rule(line_edits.END_MARKS)
    if words >= 0:
        yield Rule(line_edits.WORDS, fewest=words)
    if lorem:
        yield Rule(line_edits.MARK, fewest=_LOREM, phrase="lorem ipsum")
    if javascript:
        yield Rule(line_edits.PHRASE, phrase="javascript")
    if curly:
        yield Rule(line_edits.MARK, fewest=_CURLY, phrase="{")
    for phrase in POLICIES if policy else ():
        yield Rule(line_edits.PHRASE, phrase=phrase)


def _lines(texts: pa.Array) -> pa.Array:
    """Return how many lines each text has, int64; an empty one has none."""
    newlines = pc.fill_null(pc.count_substring(texts, "\n"), 0).cast(pa.int64())
    return pc.add(newlines, pc.fill_null(pc.greater(pc.binary_length(texts), 0), False).cast(pa.int64()))


def rules(min_num_sentences: int | None = 3) -> list[Filter]:
    """Return the rules about pages in the order of the configuration; a page without a line left has no sentence. None leaves that out."""
    return [
        Filter(f"1 <= c4_chars <= {LONGEST_PAGE}", "page_length_filter: char"),
        Filter("not c4_lorem_ipsum", "substring_filter: lorem ipsum"), Filter("not c4_curly_bracket", "substring_filter: {"),
        *filters([("c4_sentences >=", min_num_sentences, "page_length_filter: sentence")]),
    ]
