"""Every public step has a name that finds it, and names are found by looking, not by registration."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from tilth import catalog
from tilth.errors import RecipeError
from tilth.op import Op
from tilth.rules import Filter


@pytest.mark.parametrize("name", catalog.names())
def test_every_part_is_found_by_its_names_and_named_by_what_finds_it(name: str) -> None:
    part = catalog.names()[name]
    assert catalog.find(name) is part
    assert catalog.name_of(part) == name
    for spelling in catalog.spellings(name):
        assert catalog.find(spelling) is part
    if inspect.isclass(part):
        assert catalog.find(f"{part.__module__}.{part.__qualname__}") is part


@pytest.mark.parametrize("name", catalog.names())
def test_every_part_says_what_it_is_for_and_what_it_takes(name: str) -> None:
    part = catalog.names()[name]
    assert catalog.purpose(part).endswith(".")
    assert catalog.kind(part)
    assert all(parameter.hint is not inspect.Parameter.empty for parameter in catalog.parameters(part).values())


def test_bases_and_plain_functions_are_no_parts() -> None:
    assert "Op" not in catalog.names()
    assert "run" not in catalog.names()
    assert catalog.kind(Op) == ""
    assert catalog.kind(3) == ""


def test_a_name_that_two_packages_have_must_be_written_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "names", lambda: {"read.Thing": Filter, "write.Thing": Filter})
    with pytest.raises(RecipeError, match="not unique") as error:
        catalog.find("Thing")
    assert "read.Thing and write.Thing" in str(error.value)
    assert catalog.spellings("read.Thing") == ["read.Thing"]


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(RecipeError) as error:
        catalog.find("Fliter")
    assert error.value.fix == "did you mean Filter?"
    with pytest.raises(RecipeError) as error:
        catalog.find("xyzzy")
    assert "docs/operators.md" in error.value.fix


def test_settings_tell_one_from_true_and_one_point_nought() -> None:
    @dataclasses.dataclass(frozen=True)
    class Numbers(Op):
        a: float = 1.0
        b: int = 1

    assert list(catalog.settings(Numbers(1, True))) == [("a", 1), ("b", True)]
    assert list(catalog.settings(Numbers(1.0, 1))) == []
