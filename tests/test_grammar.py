"""Every text is a rule or an error that shows the place, however deep or long it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.grammar import MAX_DEPTH, MAX_LENGTH, Column, Compare, Every, Literal, Not, parse, walk


def test_the_tree_of_a_chain() -> None:
    words = Column("words", 6)
    links = Compare("<=", Literal(50, 0, 2), words, 3), Compare("<", words, Literal(9000.0, 14, 17), 12)
    assert parse("50 <= words < 9e3") == Every(links, 3)


def test_nodes_are_walked_in_the_order_of_the_text() -> None:
    tree = parse("a > 1 or not (b in (2) and c is null) or -d / e between f and 3")
    names = [node.name for node in walk(tree) if isinstance(node, Column)]
    assert list(dict.fromkeys(names)) == list("abcdef")


def test_as_deep_as_is_allowed_is_read() -> None:
    node = parse("not " * MAX_DEPTH + "x")
    depth = 0
    while isinstance(node, Not):
        node, depth = node.rule, depth + 1
    assert depth == MAX_DEPTH
    assert parse("(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH) == Column("x", MAX_DEPTH)
    assert parse(" and ".join(["(x > 1)"] * 500))  # side by side is not deep


@pytest.mark.parametrize(
    ("rule", "place", "says"),
    [
        ("words >", 7, "the rule ends"),
        ("words = 3", 6, "write == to compare"),
        ("words > 3 lang", 10, "expected `and`, `or`"),
        ("(words > 3", 10, "expected `)`"),
        ("words in 3", 9, "expected `(`"),
        ("words in (lang)", 10, "only numbers and texts"),
        ("words in ()", 10, "a column, a number or a text"),
        ("words between 1 or 2", 16, "expected `and`"),
        ("words not 3", 10, "`in` or `between`"),
        ("words > 3 and $x", 14, "begins with '$'"),
        ("__import__('os') == 1", 10, "found '('"),
        ("x > 'open", 4, "begins with \"'\""),
        ("\u0661 > x", 0, "begins with"),
        ("", 0, "the rule ends"),
        ("(" * 1000 + "x" + ")" * 1000, MAX_DEPTH + 1, "nested"),
        ("not " * 1000 + "x", 4 * MAX_DEPTH + 4, "nested"),
        ("x > " + "-" * 1000 + "1", 5 + MAX_DEPTH, "nested"),
        ("x > " + "1+" * 1000 + "1", 5 + 2 * MAX_DEPTH, "terms"),
        ("x > " + "1" * MAX_LENGTH, 0, "longer than"),
    ],
)
def test_a_rule_that_cannot_be_read_is_shown_with_a_caret_under_the_place(rule: str, place: int, says: str) -> None:
    with pytest.raises(RecipeError) as error:
        parse(rule)
    assert says in str(error.value)
    shown, caret = str(error.value).split("\n")[1:3]
    assert shown == f"  where: {rule[max(0, place - 60) : place + 60]}"
    assert caret.index("^") == len("  where: ") + min(place, 60)


def test_a_rule_without_columns_is_refused() -> None:
    with pytest.raises(RecipeError, match="names no column"):
        parse("1 < 2")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_a_recipe_error(text: str) -> None:
    try:
        parse(text)
    except RecipeError as error:
        assert "^" in str(error)
