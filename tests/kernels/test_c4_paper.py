"""The kernel of C4's original page cleaner against plain Python."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import c4_paper
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.text_classes import classes

SETTINGS = np.array([1, 1, 5, 20, 1, 1, 1, 1])
PHRASES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
PARTS = [
    "one", "two three", "four five six seven.", "Eight!", "[1]", "[]", "[edit]", "[citation needed]", "[x]", "...", '."', "'", "\n", "\r\n",
    "\x85", "\u2028", "{", "lorem ipsum", "JavaScript", "coo\u212aie policy", "use coo\u212aies", "é" * 21, "ß" * 20, "\xa0", "?", "(b.)",
    "12.",
]
PAGES = st.lists(st.sampled_from(PARTS), max_size=60).map(" ".join) | st.text(max_size=80)


def plain(page: str) -> tuple[str, list[str]]:
    """Return what drops the page, or "", and the lines kept until then."""
    kept: list[str] = []
    for whole in page.splitlines():
        line = re.sub(r"\[\d*\]|\[edit\]|\[citation needed\]", "", whole.strip())
        small = line.lower()
        if any(len(word) > 20 for word in whole.split()) or not line.endswith((".", "?", "!", '"')) or line.endswith("..."):
            continue
        if len(line.split()) < 5:
            continue
        if "lorem ipsum" in small:
            return "lorem", kept
        if "javascript" in small:
            continue
        if "{" in line:
            return "curly", kept
        if not any(phrase in small for phrase in PHRASES):
            kept.append(line)
    return "", kept


@given(pages=st.lists(PAGES, max_size=4))
def test_equals_plain_python(pages: list[str]) -> None:
    counts, ends, out = c4_paper.clean(*utf8(pa.array(pages, pa.large_string())), classes(), c4_paper.abbreviations(), SETTINGS)
    for page, found, text in zip(pages, counts, strings(ends, out).to_pylist(), strict=True):
        reason, kept = plain(page)
        assert (found[c4_paper.LOREM], found[c4_paper.CURLY]) == (reason == "lorem", reason == "curly")
        assert found[c4_paper.KEPT_LINES] == len(kept) <= found[c4_paper.SENTENCES]
        assert text == (page if reason else "\n".join(kept).strip())


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("One sentence it is.", 1),
        ("This is one. This is two.", 2),
        ("Is it so? Yes! No.", 3),
        ("Dr. Stone met Mr. Mill here.", 1),
        ("J. Stone was here.", 1),
        ("It rose by 3.5 to 4. then it fell.", 1),
        ("It was 1990. Then it fell.", 2),
        ("He said no... and left.", 1),
        ('She said "Yes." Then she left.', 2),
        ("(All of it is old.) It stands.", 2),
        ('The end of it all."', 1),
        ("Here it is.No space here.", 1),
        ("See U.S. ships at 5 p.m. there.", 1),
        ("Really is it so?! Yes it is.", 3),
    ],
)
def test_sentences(line: str, count: int) -> None:
    settings = np.array([1, 0, 1, 1000, 1, 1, 1, 1])
    counts, _, _ = c4_paper.clean(*utf8(pa.array([line], pa.large_string())), classes(), c4_paper.abbreviations(), settings)
    assert counts[0, c4_paper.SENTENCES] == count


@pytest.mark.parametrize("setting", range(8))
def test_each_rule_can_be_switched_off(setting: int) -> None:
    lines = [
        "One line to keep, with [1] a citation.", "A line that ends in nothing", "Too few words.", f"A line with {'x' * 30} in it.",
        "A line with lorem ipsum in it.", "A line with javascript in it.", "A line with { in its middle.",
        "A line with our privacy policy.",
    ]
    off = SETTINGS.copy()
    off[setting] = -1 if setting in (2, 3) else 0
    page = pa.array([lines[setting]], pa.large_string())
    (on, _, _), (without, _, text) = (c4_paper.clean(*utf8(page), classes(), c4_paper.abbreviations(), each) for each in (SETTINGS, off))
    assert without[0, c4_paper.KEPT_LINES] == 1 and bytes(text).decode() == lines[setting]
    assert on[0, c4_paper.KEPT_LINES] == (setting == 0)
