"""Rules against a twin in plain Python, and what a person sees who writes a wrong one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.rules import Filter, columns, did_you_mean, passes, thresholds, with_threshold

SCHEMA = pa.schema([("i", pa.int64()), ("u", pa.uint64()), ("f", pa.float64()), ("s", pa.large_string()), ("b", pa.bool_())])
Row = dict[str, Any]
Twin = tuple[str, Callable[[Row], Any]]  # a rule's text, and what it should say of a row: True, False or None for unknown

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}


def known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def compared(op: str, a: Any, b: Any) -> bool | None:
    return None if a is None or b is None else OPERATORS[op](a, b)


def calculated(op: str, a: float | None, b: float | None) -> float | None:
    if a is None or b is None or (op == "/" and b == 0):
        return None
    a, b = float(a), float(b)
    return known(a + b if op == "+" else a - b if op == "-" else a * b if op == "*" else a / b)


def both(a: bool | None, b: bool | None) -> bool | None:
    return False if a is False or b is False else None if a is None or b is None else True


def opposite(a: bool | None) -> bool | None:
    return None if a is None else not a


def column(name: str) -> Twin:
    return name, lambda row: known(row[name])


def literal(value: Any) -> Twin:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text, lambda row: value


INTEGERS = st.integers(-5, 5)
NUMBERS = st.one_of(INTEGERS, st.sampled_from([-1.5, 0.5, 1e3, 2.0]))
TEXTS = st.sampled_from(["", "a", "b", "ab", "é"])


def number_values() -> st.SearchStrategy[Twin]:
    leaves = st.one_of(st.sampled_from(["i", "u", "f"]).map(column), NUMBERS.map(literal))
    return st.recursive(leaves, lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(arithmetic), max_leaves=4)


def arithmetic(parts: tuple[Twin, str, Twin]) -> Twin:
    (a, left), op, (b, right) = parts
    return f"({a} {op} {b})", lambda row: calculated(op, left(row), right(row))


def comparison(parts: tuple[Twin, str, Twin]) -> Twin:
    (a, left), op, (b, right) = parts
    return f"{a} {op} {b}", lambda row: compared(op, left(row), right(row))


def chain(parts: tuple[Twin, str, Twin, str, Twin]) -> Twin:
    a, op, b, op2, c = parts
    return f"{a[0]} {op} {b[0]} {op2} {c[0]}", lambda row: both(comparison((a, op, b))[1](row), comparison((b, op2, c))[1](row))


def between(parts: tuple[Twin, Twin, Twin, bool]) -> Twin:
    a, low, high, negated = parts
    rule = lambda row: both(compared(">=", a[1](row), low[1](row)), compared("<=", a[1](row), high[1](row)))  # noqa: E731
    text = f"{a[0]} {'not ' if negated else ''}between {low[0]} and {high[0]}"
    return text, (lambda row: opposite(rule(row))) if negated else rule


def member(parts: tuple[Twin, list[Any], bool]) -> Twin:
    (a, value), found, negated = parts
    rule = lambda row: None if value(row) is None else value(row) in found  # noqa: E731
    text = f"{a} {'not ' if negated else ''}in ({', '.join(map(repr, found))})"
    return text, (lambda row: opposite(rule(row))) if negated else rule


def null(parts: tuple[Twin, bool]) -> Twin:
    (a, value), negated = parts
    return f"{a} is {'not ' if negated else ''}null", lambda row: (value(row) is None) is not negated


def rules() -> st.SearchStrategy[Twin]:
    op, numbers = st.sampled_from(list(OPERATORS)), number_values()
    leaves = st.one_of(
        st.tuples(numbers, op, numbers).map(comparison),
        st.tuples(st.just(column("s")), op, TEXTS.map(literal)).map(comparison),
        st.tuples(st.just(column("b")), st.sampled_from(["==", "!="]), st.booleans().map(literal)).map(comparison),
        st.just(column("b")),
        st.tuples(numbers, op, numbers, op, numbers).map(chain),
        st.tuples(numbers, numbers, numbers, st.booleans()).map(between),
        st.tuples(numbers, st.lists(NUMBERS, min_size=1, max_size=3), st.booleans()).map(member),
        st.tuples(st.just(column("s")), st.lists(TEXTS, min_size=1, max_size=3), st.booleans()).map(member),
        st.tuples(st.one_of(st.sampled_from(SCHEMA.names).map(column), numbers), st.booleans()).map(null),
    )
    return st.recursive(leaves, combined, max_leaves=6).filter(lambda rule: re.search(r"\b[iufsb]\b", rule[0]) is not None)


def combined(inner: st.SearchStrategy[Twin]) -> st.SearchStrategy[Twin]:
    def negation(a: Twin) -> Twin:
        return f"not ({a[0]})", lambda row: opposite(a[1](row))

    def every(parts: tuple[Twin, Twin]) -> Twin:
        a, b = parts
        return f"({a[0]}) and ({b[0]})", lambda row: both(a[1](row), b[1](row))

    def either(parts: tuple[Twin, Twin]) -> Twin:
        a, b = parts
        return f"({a[0]} or {b[0]})", lambda row: opposite(both(opposite(a[1](row)), opposite(b[1](row))))

    return st.one_of(inner.map(negation), st.tuples(inner, inner).map(every), st.tuples(inner, inner).map(either))


ROWS = st.fixed_dictionaries({
    "i": st.one_of(st.none(), INTEGERS), "u": st.one_of(st.none(), st.integers(0, 5)),
    "f": st.one_of(st.none(), NUMBERS.map(float), st.sampled_from([math.nan, math.inf])),
    "s": st.one_of(st.none(), TEXTS), "b": st.one_of(st.none(), st.booleans()),
})


@settings(max_examples=400, deadline=None)
@given(rules(), st.lists(ROWS, max_size=6))
def test_a_rule_says_what_its_twin_says(rule: Twin, rows: list[Row]) -> None:
    text, twin = rule
    batch = pa.RecordBatch.from_pylist(rows, SCHEMA)
    assert passes(text, batch).to_pylist() == [twin(row) is True for row in rows]


@settings(deadline=None)
@given(st.sampled_from("iufs"), st.sampled_from(list(OPERATORS)), st.booleans(), st.integers(0, 3), st.sampled_from([None, math.nan]))
def test_the_unknown_passes_no_comparison_however_often_it_is_turned(
    name: str, op: str, swapped: bool, nots: int, unknown: float | None
) -> None:
    value = "'a'" if name == "s" else "3"
    rule = "not " * nots + (f"{value} {op} {name}" if swapped else f"{name} {op} {value}")
    row = {"f": unknown} if name == "f" else {}
    assert passes(rule, pa.RecordBatch.from_pylist([row], SCHEMA)).to_pylist() == [False]


def batch_of(**values: list[Any]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(values)


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("x > 3", [False, True, False, False]),
        ("not x > 3", [True, False, False, False]),
        ("x is null", [False, False, True, True]),
        ("not (x is null)", [True, True, False, False]),
        ("x > 3 or x is null", [False, True, True, True]),
        ("x != 5", [True, False, False, False]),
        ("not (x in (5, 7))", [True, False, False, False]),
        ("x / 0 > 1 or not x / 0 > 1", [False, False, False, False]),
        ("x > 3 or 1 < 2", [True, True, True, True]),
        ("-x < -3", [False, True, False, False]),
    ],
)
def test_the_unknown_fails(rule: str, kept: list[bool]) -> None:
    assert passes(rule, batch_of(x=[1.0, 5.0, None, math.nan])).to_pylist() == kept


def test_great_integers_are_compared_exactly_with_integers_and_never_overflow() -> None:
    batch = batch_of(x=[2**53, 2**53 + 1, -(2**63)])
    assert passes("x == 9007199254740993", batch).to_pylist() == [False, True, False]
    assert passes("x > 0.5", batch).to_pylist() == [True, True, False]
    unsigned = pa.record_batch({"x": pa.array([2**64 - 1, 3], pa.uint64())})
    assert passes("x > 5", unsigned).to_pylist() == [True, False]


def test_all_columns_that_hold_texts_compare() -> None:
    for kind in (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())):
        batch = pa.record_batch({"s": pa.array(["python", "licences", None]).cast(kind)})
        assert passes("s in ('python', \"x\")", batch).to_pylist() == [True, False, False]


def test_a_column_of_nulls_is_unknown_to_every_question_but_one() -> None:
    batch = pa.record_batch({"x": pa.nulls(2)})
    for rule in ("x > 3", "x == 'a'", "x", "not x", "x + 1 > 0", "x in (1)", "x == x", "x == true"):
        assert passes(rule, batch).to_pylist() == [False, False], rule
    assert passes("x is null", batch).to_pylist() == [True, True]


def test_precedence_and_spelling() -> None:
    batch = batch_of(a=[True, False], b=[False, False], c=[False, True])
    assert passes("a or b and c", batch).to_pylist() == [True, False]
    assert passes("(a or b) and c", batch).to_pylist() == [False, False]
    assert passes("NOT a AND c", batch).to_pylist() == [False, True]
    assert passes("`a` == true", batch).to_pylist() == [True, False]
    assert passes("x - 1 * 2 == 3 and 1_0 == 10.0 and .5 < 5e-1 + 1", batch_of(x=[5])).to_pylist() == [True]
    assert passes(r"s == 'it\'s'", batch_of(s=["it's"])).to_pylist() == [True]
    assert columns("`odd name` > 3 and meta.lang == 'x'") == ("odd name", "meta.lang")


def test_filter_marks_with_its_reason_or_its_rule_and_leaves_earlier_verdicts() -> None:
    batch = batch_of(x=[1, 5, 1], drop=[None, None, "before"])
    batch = batch.set_column(1, "drop", batch["drop"].cast(pa.large_string()))
    assert Filter("x > 3").apply(batch)["drop"].to_pylist() == ["x > 3", None, "before"]
    assert Filter("x > 3", reason="small").apply(batch)["drop"].to_pylist() == ["small", None, "before"]
    assert Filter("x > 3").apply(batch)["x"].buffers()[1].address == batch["x"].buffers()[1].address
    assert Filter("x > 3 and y < x").reads == ("x", "y")
    assert Filter("x > 3").apply(batch.slice(0, 0)).num_rows == 0


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("wrods > 3", "did you mean words?"),
        ("zzz > 3", "there are: ok, text, words"),
        ("text > 3", "A text cannot be compared with a number"),
        ("words > 3 and text", "needs something true or false"),
        ("ok < true", "`<` does not compare a truth"),
        ("text + 1 > 2", "`+` needs numbers"),
        ("(words > 3) > 2", "A truth cannot be compared with a number"),
        ("not words", "needs something true or false"),
    ],
)
def test_a_rule_that_does_not_fit_the_columns_says_so(rule: str, says: str) -> None:
    batch = batch_of(words=[1], text=["a"], ok=[True])
    with pytest.raises(RecipeError, match="where:") as error:
        Filter(rule).apply(batch)
    assert says in str(error.value)
    assert error.value.fix


def test_thresholds_are_found_whichever_side_they_stand_on() -> None:
    rule = "50 <= words <= 100_000 and (x between -1.5 and 2 or y in (3) or a - 1 > 4) and not lang_en < 0.65"
    assert [t[:3] for t in thresholds(rule)] == [
        ("words", ">=", 50), ("words", "<=", 100_000), ("x", ">=", -1.5), ("x", "<=", 2), ("lang_en", "<", 0.65),
    ]


@given(rules(), st.one_of(st.integers(-10, 10), st.floats(-1e300, 1e300)))
def test_with_threshold_changes_that_number_and_nothing_else(rule: Twin, value: float) -> None:
    before = thresholds(rule[0])
    for n in range(len(before)):
        after = thresholds(with_threshold(rule[0], n, value))
        assert [t[:3] for t in after] == [(*t[:2], value if i == n else t[2]) for i, t in enumerate(before)]
        assert with_threshold(with_threshold(rule[0], n, value), n, before[n].value) == with_threshold(rule[0], n, before[n].value)


def test_a_threshold_must_be_finite() -> None:
    with pytest.raises(RecipeError, match="finite"):
        with_threshold("x > 3", 0, math.nan)


def test_hints_name_the_nearest_or_all() -> None:
    assert did_you_mean("lang_enn", ["lang_en", "words"]) == "did you mean lang_en?"
    assert did_you_mean("q", []) == "there are: none"
