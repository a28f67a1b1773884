"""Nothing that is not markup already comes out as markup."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from tilth.web.markup import Html, escape, joined, tag


class Seen(HTMLParser):
    """What a parser makes of markup: elements, attributes and text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


clean = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1)


@given(clean, clean)
def test_any_text_comes_back_as_that_text(inside: str, value: str) -> None:
    seen = Seen(tag("p", inside, title=value))
    assert (seen.elements, seen.attributes, seen.text) == (["p"], [("title", value)], inside)


@given(st.text())
def test_no_forbidden_character_is_left(text: str) -> None:
    shown = escape(text)
    assert not set(shown) & set("<>\"'\x00\x08\x7f\ud800") and len(Seen(shown).text) == len(text)


@given(st.lists(clean))
def test_joining_escapes_once(parts: list[str]) -> None:
    assert joined(parts, None) == joined(*map(escape, parts)) == Html("".join(map(escape, parts)))


def test_attributes_and_elements_that_hold_nothing() -> None:
    assert tag("meta", charset="utf-8", hidden=False) == '<meta charset="utf-8">'
    assert tag("details", open=True, class_="a") == '<details open class="a"></details>'
    assert tag("svg", tag("path", d="M0 0")) == '<svg><path d="M0 0"></path></svg>'
