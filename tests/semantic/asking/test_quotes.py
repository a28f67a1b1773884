"""A quote is found where it stands, whatever its case and white space, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.semantic.asking.quotes import find_quote

TEXT = st.text(st.sampled_from("aB ß\n\tİ1.é漢😀"), max_size=40)


@given(TEXT, st.data())
def test_every_stretch_of_a_text_is_found_and_is_itself(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    found = find_quote(text, quote)
    if not quote.strip():
        assert found is None
    else:
        assert found is not None and text[found[0] : found[1]] == quote.strip()


@given(TEXT, TEXT)
def test_what_is_found_is_the_quote_but_for_case_and_white_space(text: str, quote: str) -> None:
    found = find_quote(text, quote)
    if found is not None:
        assert 0 <= found[0] < found[1] <= len(text)
        assert _same(text[found[0] : found[1]], quote)
    elif quote.strip():
        assert quote.strip() not in text


def _same(a: str, b: str) -> bool:
    """Equal words; at an edge the casefold of one character may be several, of which the quote has a part."""
    left, right = " ".join(a.split()).casefold(), " ".join(b.split()).casefold()
    return left == right or right in left


@pytest.mark.parametrize(("text", "quote", "span"), [
    ("12 of 112", "12", (0, 2)), ("112 of 12", "12", (7, 9)), ("a112", "12", (2, 4)),
    ("One\r\n  Two", "one two", (0, 10)), ("Straße", "STRASSE", (0, 6)), ("a.c abc", "abc", (4, 7)),
    ("x", "", None), ("x", " ", None), ("", "x", None),
])  # fmt: skip
def test_where_quotes_stand(text: str, quote: str, span: tuple[int, int] | None) -> None:
    assert find_quote(text, quote) == span
