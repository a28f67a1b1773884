"""Values from files against type hints, and the same hints as JSON Schema: what fits one is valid under the other."""

from __future__ import annotations

from typing import Any, Literal

import jsonschema
import pytest

from tilth.hints import Misfit, fit, schema
from tilth.op import Op
from tilth.rules import Filter

FITS: list[tuple[Any, Any, Any]] = [
    (str, "a", "a"), (int, 3, 3), (float, 3, 3.0), (float, "1e-3", 0.001), (bool, True, True), (str | None, None, None),
    (int | None, 3, 3), (tuple[str, ...], ["a"], ("a",)), (tuple[int, str], [1, "a"], (1, "a")),
    (Literal["first", "longest"], "first", "first"),
    (str | tuple[str, ...], ["a", "b"], ("a", "b")), (tuple[tuple[str, float], ...], [["a", 1]], (("a", 1.0),)), (Any, [1], [1]),
    (list[int], [1], (1,)), (bytes, b"a", b"a"), (Op, Filter("a > 1"), Filter("a > 1")),
]
MISFITS: list[tuple[Any, Any]] = [
    (str, 3), (int, True), (int, 3.5), (float, True), (float, "x"), (float, None), (bool, 1), (str | None, 3), (tuple[str, ...], "ab"),
    (tuple[int, str], [1]), (tuple[str, ...], [1]), (Literal["first"], "last"), (Literal[1], True), (Op, "a"), (None, 3), (bytes, "a"),
]


@pytest.mark.parametrize(("hint", "value", "fitted"), FITS)
def test_what_fits_comes_as_the_hint_wants_it(hint: Any, value: Any, fitted: Any) -> None:
    assert repr(fit(value, hint)) == repr(fitted)


@pytest.mark.parametrize(("hint", "value"), MISFITS)
def test_what_does_not_fit_is_refused_in_words(hint: Any, value: Any) -> None:
    with pytest.raises(Misfit, match=r"expected .* found"):
        fit(value, hint)


@pytest.mark.parametrize(("hint", "value"), [(hint, value) for hint, value, _ in FITS if hint not in (bytes, Op) and value != "1e-3"])
def test_what_fits_is_valid_under_the_schema(hint: Any, value: Any) -> None:
    jsonschema.validate(value, schema(hint))


@pytest.mark.parametrize(("hint", "value"), [(hint, value) for hint, value in MISFITS if hint not in (bytes, None)])
def test_what_does_not_fit_is_not_valid(hint: Any, value: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, schema(hint))
