"""The line edits against plain Python and its `re`."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import line_edits
from tilth.kernels.line_edits import Rule, run
from tilth.kernels.line_phrases import ANYWHERE, END, START

PARTS = ["3", "1.2K", "12,000", "k", "likes", "Likes", "li\u212aes", "views", "!", "(", " ", "  ", "\t", "\u2003", "ABC", "Ⅷ", "a", "é",
    "²", "…", "...", "?", '"', "x.", "read more", "Read more...", "Sign-in", "ſign-İn", "sıgn-in", "[12]", "[edit]", "[]", "{",
    "lorem ipsum",
    "LOREM IPSUM"]
LINES = st.lists(st.sampled_from(PARTS), max_size=6).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda gap: gap.join(parts)))
TEXTS = st.lists(LINES | st.text(max_size=8), max_size=6).map("\n".join)
COUNTED = "likes|shares|comments|retweets|reposts|quotes|bookmarks|(up|down)votes|downloads|views|followers"
COUNTER = re.compile(rf"\W*\d[\d,.]*[kmb]?\s+({COUNTED})\W*")


def dropped(stays: Callable[[str], bool], strip: bool) -> Callable[[str], str]:
    """The edit that keeps empty lines and those that pass."""

    def edit(text: str) -> str:
        kept = "\n".join(line for line in text.split("\n") if not line or stays(line))
        return kept.strip() if strip else kept

    return edit


def phrase(pattern: str, flags: int = re.IGNORECASE) -> Callable[[str], str]:
    compiled = re.compile(pattern, flags)
    return dropped(lambda line: len(line.split()) > 3 or not compiled.search(line), strip=True)


def cut(pattern: str) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.IGNORECASE)

    def edit(text: str) -> str:
        lines = []
        for line in text.split("\n"):
            short = compiled.sub("", line) if len(line.split()) <= 3 else line
            if len(line.split()) > 3 or not line or short.strip():
                lines.append(short)
        return "\n".join(lines).strip()

    return edit


def share(flag: Callable[[str], bool], most: float) -> Callable[[str], str]:
    return dropped(lambda line: sum(map(flag, line)) / len(line) <= most, strip=True)


def ends_well(line: str) -> bool:
    return bool(re.search(r'[.!?"…]\s*$', line))


RULES: dict[str, tuple[Rule, Callable[[str], str]]] = {
    "capitals": (Rule(line_edits.CAPITALS, limit=0.5), share(str.isupper, 0.5)),
    "digits": (Rule(line_edits.DIGITS, limit=0.999999), share(str.isdigit, 0.999999)),
    "counters": (Rule(line_edits.COUNTERS), dropped(lambda line: not COUNTER.fullmatch(line.lower()), strip=True)),
    "words": (Rule(line_edits.WORDS, fewest=2, most=4), dropped(lambda line: 2 <= len(line.split()) <= 4, strip=False)),
    "long": (Rule(line_edits.LONG_WORDS, most=4), dropped(lambda line: all(len(word) <= 4 for word in line.split()), strip=False)),
    "marks": (Rule(line_edits.END_MARKS, fewest=1), dropped(ends_well, strip=False)),
    "marks, no ellipsis": (
        Rule(line_edits.END_MARKS), dropped(lambda line: ends_well(line) and not re.search(r"(\.\.\.|…)\s*$", line), strip=False)),
    "citations": (Rule(line_edits.CITATIONS), lambda text: re.sub(r"\[\d*\]|\[edit\]|\[citation needed\]", "", text)),
    "phrase": (Rule(line_edits.PHRASE, most=3, phrase="sign-in"), phrase("sign-in")),
    "phrase, its case": (Rule(line_edits.PHRASE, most=3, phrase="Sign-in", match_case=True), phrase("Sign-in", 0)),
    "phrase at start": (Rule(line_edits.PHRASE, most=3, phrase="Likes", where=START), phrase("^likes")),
    "cut": (Rule(line_edits.CUT, most=3, phrase="a"), cut(r"\s?a")),
    "cut at start": (Rule(line_edits.CUT, most=3, phrase="Sign-in", where=START), cut(r"^sign-in\s?")),
    "cut at end": (Rule(line_edits.CUT, most=3, phrase="Read more...", where=END), cut(r"\s?read more...$")),
}


@pytest.mark.parametrize("name", RULES)
@given(texts=st.lists(TEXTS, max_size=3))
def test_equals_plain_python(name: str, texts: list[str]) -> None:
    rule, edit = RULES[name]
    assert run(pa.array(texts, pa.large_string()), [rule])[1].to_pylist() == [edit(text) for text in texts]


@given(texts=st.lists(TEXTS, max_size=3), names=st.lists(st.sampled_from(sorted(RULES)), max_size=5))
def test_rules_go_one_after_the_other(texts: list[str], names: list[str]) -> None:
    wanted = []
    for text in texts:
        for name in names:
            text = RULES[name][1](text) if text else text
        wanted.append(text)
    assert run(pa.array(texts, pa.large_string()), [RULES[name][0] for name in names])[1].to_pylist() == wanted


@given(texts=st.lists(TEXTS, max_size=3))
def test_marks_find_and_leave(texts: list[str]) -> None:
    rules = [Rule(line_edits.MARK, fewest=1, phrase="lorem ipsum"), Rule(line_edits.MARK, fewest=2, phrase="{", where=ANYWHERE)]
    found, edited = run(pa.array(texts, pa.large_string()), rules)
    assert found.tolist() == [("lorem ipsum" in text.lower()) + 2 * ("{" in text) for text in texts]
    assert edited.to_pylist() == texts


def test_no_rules_no_texts_and_a_slice() -> None:
    texts = pa.array(["ABC\nd", None, "EFG"], pa.large_string())
    assert run(texts, [])[1].to_pylist() == ["ABC\nd", "", "EFG"]
    assert run(texts[:0], [RULES["capitals"][0]])[1].to_pylist() == []
    assert run(texts[2:], [RULES["capitals"][0]])[1].to_pylist() == [""]
