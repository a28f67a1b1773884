"""Visible text of HTML: what is counted, what is hidden, and pages that would take a naive reader for ever."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tilth.kernels.arrow import utf8
from tilth.kernels.code_html import tables, visible


def characters(pages: list[str]) -> list[int]:
    found: list[int] = visible(*utf8(pa.array(pages, pa.large_string())), *tables(), np.ones(len(pages), bool)).tolist()
    return found


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>water</p>", "water"), ("<p>a</p>  \n <p>b</p>", "a b"), ("<p>  a  </p>", "  a  "), ("<pre>  </pre>", "  "),
        ("a<script>var b = '<p>'</script>c", "ac"), ("a<STYLE>p {}</style >c", "ac"), ("a<script>no end", "a"), ("a<script/>b", "ab"),
        ("<!-- no -->a<!-- <p>no</p> -->", "a"), ("&amp;&lt;&eacute;&#233;&#xe9;&nbsp;x", "&<ééé x"), ("&nothing; x", "&nothing x"),
        ("AT&T 1 < 2", "AT&T 1 < 2"), ("<a title='a > b' x=\">\">c</a>", "c"), ("<template>no</template>a<rt>no</rt>", "a"),
        ("<br>a<br/>b<img src=x>", "ab"), ("<![CDATA[a]]>b", "ab"), ("<!DOCTYPE html><?php no ?>a", "a"),
        ("<div><pre></div>  <p>a</p>", " a"),
        ("", ""), ("水<b>é</b>", "水é"),
    ],
)
def test_what_is_visible(page: str, text: str) -> None:
    assert characters([page]) == [len(text)]


def test_only_pages_that_are_wanted_are_read() -> None:
    offsets, data = utf8(pa.array(["<p>a</p>", "<p>b</p>"], pa.large_string()))
    assert visible(offsets, data, *tables(), np.array([False, True])).tolist() == [0, 1]


@pytest.mark.parametrize("part", ["<a ", "<a b='", "<!-- ", "<![", "</", "<b>", "<b></c>", "&", "&a", "<script>", "</script",
"<a b=c <", "<!-->"])
def test_time_is_linear_in_pages_made_against_it(part: str) -> None:
    """Two million bytes each: a reader that starts over at every mark would make 10^11 steps and more."""
    assert len(characters([part * (2_000_000 // len(part))])) == 1
