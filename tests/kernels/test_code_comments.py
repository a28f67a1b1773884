"""Comments of languages that a table describes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.filters.code_languages import NAMES, SYNTAXES
from tilth.kernels.arrow import utf8
from tilth.kernels.code_comments import comments, rows

PARTS = ["//", "/*", "*/", "#", "--", "'", '"', '"""', "`", "\\", "\n", "\r\n", "/", "[", "]", "a", " ", "é"]
PARTS += ["<!--", "-->", "{-", "-}", "return "]


def count(language: str, texts: list[str]) -> list[int]:
    offsets, data = utf8(pa.array(texts, pa.large_string()))
    found: list[int] = comments(offsets, data, rows([SYNTAXES[language]]), np.zeros(len(texts), np.int64)).tolist()
    return found


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("java", "a; // é\nb", "// é"), ("java", 'x = "// no"; /* b */', "/* b */"), ("java", "c = '\"'; // d", "// d"),
        ("java", '"""\n// no\n""" // a', "// a"), ("java", "/* never closed // a", "// a"), ("c", "/* never closed", "/* never closed"),
        ("javascript", "a = /\\/\\/\"/; // b", "// b"), ("javascript", "a = b / c; // d", "// d"),
        ("javascript", "`// ${no}` // a", "// a"),
        ("javascript", "return /[/]\"/ // b", "// b"), ("rust", "fn f<'a>(x: &'a str) {} /* a /* b */ c */", "/* a /* b */ c */"),
        ("go", "`\\` // a", "// a"), ("shell", "#!/bin/sh\necho ${a#b} '# no' # c", "# c\n"), ("ruby", 'puts "#{no}" # a', "# a"),
        ("lua", "--[[ a\nb ]] c -- d", "--[[ a\nb ]]-- d"), ("sql", "select '\\' -- a", "-- a\n"),
        ("haskell", "{- a -} b -- c", "{- a -}-- c"),
        ("html", "<p><!-- a --></p>", "<!-- a -->"), ("css", "p { /* a */ }", "/* a */"), ("kotlin", "'\\'' // a\r\nb", "// a"),
        ("c", "/* a\r\nb */", "/* a\nb */"), ("r", "x # a", "# a"),
    ],
)
def test_what_is_a_comment(language: str, text: str, found: str) -> None:
    assert count(language, [text]) == [len(found)]


@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
def test_every_text_is_read_to_its_end_in_every_language(text: str) -> None:
    for language in NAMES:
        first, second = count(language, [text, text])
        assert first == second and 0 <= first <= len(text) + text.count("\n") + 1


@pytest.mark.parametrize("part", ["/*", "/", "/[", "'", "`", '"""', "<!--", "{-", "return /"])
def test_time_is_linear_in_texts_made_against_it(part: str) -> None:
    for language in ("javascript", "java", "html", "haskell", "rust"):
        assert len(count(language, [part * (1_000_000 // len(part))])) == 1
