"""The automaton against a plain search, and what may stand beside a match against patterns of `re`."""

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.kernels.aho_corasick import ANYTHING, BLANK, BOUNDARY, NO_ASCII_LETTER, NO_WORD, automaton, count, count_longest
from tilth.kernels.arrow import utf8
from tilth.kernels.text_classes import classes

LETTERS = st.text(alphabet="abA é_-水\n", max_size=14)
PATTERNS = st.lists(st.text(alphabet="abA é-水", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)
FLANKS = {  # as `re` would ask for them, once a match is known
    ANYTHING: "{}", NO_WORD: r"(?<!\w){}(?!\w)", BOUNDARY: r"\b{}\b", NO_ASCII_LETTER: r"(?<=[^a-z\n]){}(?=[^a-z\n])",
    BLANK: r"(?<!\S){}(?!\S)",
}  # fmt: skip


def counted(texts: list[str], patterns: list[str], flank: int) -> list[list[int]]:
    one = automaton([pattern.encode() for pattern in patterns])
    flanks = np.full(len(patterns), flank)
    found = count(*utf8(pa.array(texts, pa.large_string())), one.columns, one.moves, one.ends, one.shorter, one.sizes, flanks, classes())
    return found.tolist()


def plainly(text: str, patterns: list[str], flank: int) -> list[int]:
    """Of the matches that stand free the one that ends first, the longest of these, and on from its end."""
    spans = [(match.end(), match.start(), pattern) for pattern in patterns for start in range(len(text))
        if (match := re.compile(FLANKS[flank].format(re.escape(pattern))).match(text, start))]  # fmt: skip
    free, taken = 0, []
    for end, start, pattern in sorted(spans, key=lambda span: span[:2]):
        if start >= free:
            taken.append(pattern)
            free = end
    return [len(taken), len(set(taken)), sum(len(pattern.encode()) for pattern in taken)]


@given(st.lists(LETTERS, max_size=4), PATTERNS, st.sampled_from(list(FLANKS)))
def test_matches_are_those_of_a_plain_search(texts: list[str], patterns: list[str], flank: int) -> None:
    assert counted(texts, patterns, flank) == [plainly(text, patterns, flank) for text in texts]


@given(st.lists(LETTERS, max_size=4), PATTERNS, st.sampled_from(list(FLANKS)))
def test_longest_matches_are_those_of_re(texts: list[str], patterns: list[str], flank: int) -> None:
    one = automaton([pattern.encode() for pattern in patterns])
    found = count_longest(
        *utf8(pa.array(texts, pa.large_string())), one.columns, one.moves, one.ends, one.depths, one.sizes, np.full(len(patterns),
        flank), classes()
    )
    longest_first = "|".join(map(re.escape, sorted(patterns, key=len, reverse=True)))
    expected = re.compile(FLANKS[flank].format(f"(?:{longest_first})"))
    assert found.tolist() == [len(set(expected.findall(text))) for text in texts]


def test_no_pattern_finds_nothing() -> None:
    assert counted(["a", ""], [], ANYTHING) == [[0, 0, 0], [0, 0, 0]]


def test_a_long_text_that_is_all_one_match_after_another_takes_linear_time() -> None:
    assert counted(["a" * 2_000_000], ["a" * n for n in range(1, 200)], NO_WORD) == [[0, 0, 0]]


def test_too_large_a_table_is_refused() -> None:
    with pytest.raises(RecipeError, match="too many strings"):
        automaton([bytes(range(1, 256)) * 10_000])
