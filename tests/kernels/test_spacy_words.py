"""The words, gaps and lines of a page against plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from kernels import spacy_twin
from kernels.texts import ATOMS, pages, texts

from tilth.kernels import spacy_table as table
from tilth.kernels import spacy_words as kernel
from tilth.kernels.spacy_affixes import CHUNK_COLUMNS
from tilth.kernels.spacy_rules import language


class Page:
    """A text, scanned."""

    def __init__(self, text: str) -> None:
        data = text.encode()
        size = len(data)
        self.page = np.frombuffer(bytearray(data + bytes(8)), np.uint8)
        self.hashes, self.rows = np.empty(size + 1, np.uint64), np.empty((size + 1, table.WORD_COLUMNS), np.int32)
        lines, chunk = np.empty((size + 2, kernel.LINE_COLUMNS), np.int64), np.empty((size + 2, CHUNK_COLUMNS), np.int64)
        self.totals = np.zeros(kernel.TOTALS, np.int64)
        self.gap = kernel.scan(self.page, 0, size, language(), self.hashes, self.rows, 0, lines, 0, chunk, self.totals)
        self.rows, self.lines = self.rows[: self.totals[table.ALL_WORDS]], lines[: self.totals[table.ALL_LINES]]
        starts, sizes = self.rows[:, table.START].tolist(), self.rows[:, table.SIZE].tolist()
        self.words = [data[start : start + size].decode() for start, size in zip(starts, sizes, strict=True)]
        self.text = [data[line[kernel.LINE] : line[kernel.LINE_END]].decode() for line in self.lines.tolist()]


@given(texts)
@settings(max_examples=1000)
@example("a. b. °C. °c. 10a.m. x-a. :) : ) (: ) '' ' ' é.")
@example("http://u:p@foo.com:80/x?y, user@foo.co. 8.8.8.8/24 10.0.0.1 172.32.0.1: 1.2.3.4.5 foo.Bar.com a_b.com -a.com")
@example("\x00\x85a\u2028b\r\nc\u00a0d  e")
@example("5km/h 5m². $5US$ 3'S don’t we'll've U.S. U.S.A. A. AB. e.g. i.e., (see e.g.) 'tis")
@example("x:)\r)) y:)  )) x:) )) a.\u2028. (:\n)")
@example("中文。中文，foo.中文 ಠ_ಠ 😀😀 a😀b 😀.")
def test_words_are_those_of_the_twin(text: str) -> None:
    assert Page(text).words == spacy_twin.words(text)


def test_every_known_text_alone_and_among_others() -> None:
    for atom in ATOMS:
        for text in (atom, f"({atom})", f"{atom}.", f"x-{atom}", f"x {atom} y", f"{atom}{atom}", f"5{atom}"):
            assert Page(text).words == spacy_twin.words(text), text


@given(texts)
@example("Mr. X. He said . ) It . \xa0 . So ")
def test_flags(text: str) -> None:
    page = Page(text)
    for word, flags in zip(page.words, page.rows[:, table.FLAGS].tolist(), strict=True):
        assert bool(flags & table.HAS_LETTER) == any(map(str.isalpha, word))
        assert bool(flags & table.HAS_WORDLIKE) == any(c not in spacy_twin.marks("symbol") for c in word)
        assert bool(flags & table.ALL_PUNCTUATION) == all(c in spacy_twin.marks("punctuation") for c in word)
        assert bool(flags & table.ENDS_SENTENCE) == (word in spacy_twin.marks("sentence_end"))


@given(texts)
def test_gaps_are_the_tokens_of_white_space(text: str) -> None:
    page, gaps, before = Page(text), [], False
    for token in spacy_twin.tokens(text):
        if token.text.strip():
            gaps.append(before)
        before = not token.text.strip()
    assert [bool(flags & table.AFTER_GAP) for flags in page.rows[:, table.FLAGS].tolist()] == gaps
    assert bool(page.gap) == (before or text == " " * len(text) != "")


@given(texts)
def test_equal_hashes_mean_equal_words(text: str) -> None:
    page = Page(text)
    assert len(set(page.hashes[: len(page.words)].tolist())) == len(set(page.words))


@given(pages)
@example("a\r\nb\rc\x0bd\x0ce\x1cf\x1dg\x1eh\x85i\u2028j\u2029k\n")
@example("\n")
@example("")
def test_lines_are_those_of_splitlines(text: str) -> None:
    page = Page(text)
    assert page.text == text.splitlines()
    for line, row in zip(page.text, page.lines.tolist(), strict=True):
        assert row[kernel.CHARS_END] - row[kernel.CHARS_LINE] == len(line)
        assert row[kernel.CHARS_LAST] - row[kernel.CHARS_FIRST] == len(line.strip())
        assert (row[kernel.CHUNKS], row[kernel.LONGEST]) == (len(line.split()), max(map(len, line.split()), default=0))
        assert bool(row[kernel.LINE_FLAGS] & kernel.HAS_CURLY) == ("{" in line)
        assert bool(row[kernel.LINE_FLAGS] & kernel.HAS_BRACKET) == ("[" in line)
    assert page.totals[table.ALL_CHARS] == len(text)


@given(texts)
def test_marks_are_counted_as_str_count_does(text: str) -> None:
    totals = Page(text).totals
    assert totals[table.HASH_MARKS] == text.count("#")
    assert totals[table.ELLIPSES] == text.count("...") + text.count("…")


LONG = ["a" * 200_000, "a." * 100_000, "(" * 100_000, "@" * 50_000 + "a.b", ":)" * 50_000, "°C." * 50_000, "1a.m.-" * 30_000]


@pytest.mark.parametrize("text", LONG)
def test_long_chunks_take_time_in_proportion(text: str) -> None:
    assert sum(map(len, Page(text).words)) == len(text)
