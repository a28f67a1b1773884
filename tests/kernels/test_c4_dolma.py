"""The kernel of dolma's C4 tags against plain Python."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import c4_dolma
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.text_classes import classes

SETTINGS = np.array([1, 1, 3, 1000, 1, 1, 1, 1])
PARTS = ["one", "two three.", "four five six?", '"', "...", "\n", "\r", "\x85", "{", "Lorem Ipsum", "JAVASCRIPT", "\xa0", "é!", ""]
PAGES = st.lists(st.sampled_from(PARTS), max_size=40).map(" ".join) | st.text(max_size=60)


@given(pages=st.lists(PAGES, max_size=4))
def test_equals_plain_python(pages: list[str]) -> None:
    counts, ends, out = c4_dolma.clean(*utf8(pa.array(pages, pa.large_string())), classes(), SETTINGS)
    for page, found, text in zip(pages, counts, strings(ends, out).to_pylist(), strict=True):
        lines = page.split("\n")
        kept = [line.strip().endswith((".", "?", "!", '"')) and len(line.split()) >= 3 for line in lines]
        pieces = [line + "\n" * (at < len(lines) - 1) for at, line in enumerate(lines)]
        assert text == "".join(piece for piece, keep in zip(pieces, kept, strict=True) if keep)
        assert (found[c4_dolma.LINES], found[c4_dolma.KEPT_LINES]) == (len(lines), sum(kept))
        marks = [int(part in page.lower()) for part in ("lorem ipsum", "{", "javascript")]
        assert found[[c4_dolma.LOREM, c4_dolma.CURLY, c4_dolma.JAVASCRIPT]].tolist() == marks


def test_without_the_rule_on_ends_short_lines_still_go() -> None:
    settings = SETTINGS.copy()
    settings[1] = 0
    _, _, out = c4_dolma.clean(*utf8(pa.array(["one two three\none two\n"], pa.large_string())), classes(), settings)
    assert bytes(out) == b"one two three\n"
