"""The schema accepts what recipes load, and refuses the mistakes that an editor should underline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tilth.recipe import Recipe, dump
from tilth.rules import Filter
from tilth.schema import schema

SCHEMA = schema()
RECIPES = sorted((Path(__file__).parent.parent / "recipes").glob("*.yaml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_recipes_here_are_valid_and_name_their_schema(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), SCHEMA)
    assert path.read_text().startswith("# yaml-language-server: $schema=recipe.schema.json\n")


def test_what_dump_writes_is_valid() -> None:
    jsonschema.validate(yaml.safe_load(dump(Recipe((Filter("a > 1", "b"),), out="x"))), SCHEMA)


@pytest.mark.parametrize("recipe", [
    {"recipe": [{"Filter": {"rule": "a > 1"}}, "dedup.exact", "exact", {"dedup.exact": None}, {"./own.py:Step": {"x": 3}}, "my.own.Step"]},
    {"recipe": [{"near": {"jaccard": 0.8, "normalise": {}}}], "corpus": {"read.union": {"a": {"read.Jsonl": {"path": "x"}}}}, "out": "x"},
])
def test_recipes_in_every_spelling_are_valid(recipe: dict[str, Any]) -> None:
    jsonschema.validate(recipe, SCHEMA)


@pytest.mark.parametrize("recipe", [
    {}, [], {"recipe": {}}, {"recipe": [], "outt": "x"}, {"recipe": ["Filter"]}, {"recipe": [{"Filter": {}}]}, {"recipe": ["nothing"]},
    {"recipe": [{"Filter": {"rule": 3}}]}, {"recipe": [{"Filter": {"rule": "a > 1", "raeson": "x"}}]},
    {"recipe": [{"Filtre": {"rule": "a"}}]},
    {"recipe": [{"Filter": {"rule": "a > 1"}, "dedup.exact": {}}]}, {"recipe": [], "corpus": {"read.Jsonl": {}}},
    {"recipe": [{"dedup.near": {"jaccard": "high"}}]}, {"recipe": [{"read.Jsonl": {"path": "x"}}]},
    {"recipe": [], "corpus": {"dedup.exact": {}}},
])
def test_mistakes_are_not_valid(recipe: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(recipe, SCHEMA)
