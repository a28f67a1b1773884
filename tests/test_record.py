"""Steps as data: what they are restored to, and when two of them count as the same."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_steps import Replace, Words

from tilth.errors import RecipeError
from tilth.record import digest, fingerprint, record, restore


@dataclass(frozen=True)
class Holder:
    value: object


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.builds(Holder, inner), max_leaves=8,
)


@given(values)
def test_a_step_is_restored_as_it_was(value: object) -> None:
    kept: dict[str, bytes] = {}

    def keep(data: bytes) -> str:
        kept[digest(data)] = data
        return digest(data)

    assert restore(record(Holder(value), keep), kept.__getitem__) == Holder(value)


def test_fingerprints_cover_class_and_fields() -> None:
    prints = {fingerprint(step) for step in (Words(), Replace("a", "b"), Replace("a", "c"), replace(Replace("a", "b"), new="d"))}
    assert len(prints) == 4 and fingerprint(Replace("a", "b")) == fingerprint(Replace("a", "b"))


def test_a_users_class_changes_with_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(Words())
    monkeypatch.setattr("inspect.getsource", lambda kind: "class Words: other code")
    assert fingerprint(Words()) != before


@pytest.mark.parametrize("value", [[1], {"a": 1}, len, object()])
def test_what_is_no_value_is_refused(value: object) -> None:
    with pytest.raises(RecipeError, match="cannot be part of a step"):
        record(Holder(value))


def test_only_dataclasses_are_restored() -> None:
    with pytest.raises(RecipeError, match="is not a step"):
        restore({"$step": "os:system", "version": 1}, bytes)
    with pytest.raises(RecipeError, match="cannot be found"):
        restore({"$step": "nowhere.at.all:Thing", "version": 1}, bytes)
