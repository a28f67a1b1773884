"""Every recipe here loads, is the same in Python and in YAML, comes back from YAML, and runs on a few pages."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tilth import check
from tilth.read import Html
from tilth.recipe import dump, load, parse

FOLDER = Path(__file__).parent.parent.parent / "recipes"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
NOUNS = ["field", "soil", "spring", "farmer", "river", "harvest", "winter", "village", "market", "garden", "weather", "bridge", "kitchen"]
LINKS = ["of the", "and that", "with a", "to the", "that have", "near the", "found in the", "and the", "for every", "watched by the"]


def prose(seed: int) -> str:
    """Twelve paragraphs that look English and hardly repeat each other."""
    choose = random.Random(seed).choice

    def sentence() -> str:
        return f"The {choose(NOUNS)} " + " ".join(f"{choose(LINKS)} {choose(NOUNS)}" for _ in range(6)) + "."

    return "".join(f"<p>{sentence()} {sentence()}</p>" for _ in range(12))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Html:
    """Pages of prose, one of them twice, and one without any."""
    folder = tmp_path_factory.mktemp("pages")
    for i in range(12):
        (folder / f"{i:02}.html").write_text(f"<html><body><main>{prose(i)}</main></body></html>")
    (folder / "12.html").write_bytes((folder / "03.html").read_bytes())
    (folder / "13.html").write_text("<html><body><p>404</p></body></html>")
    return Html(str(folder))


def test_there_are_recipes() -> None:
    assert {"fineweb", "web_en"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_python_and_yaml_are_one_to_one(name: str) -> None:
    recipe = load(FOLDER / f"{name}.py")
    assert recipe == load(FOLDER / f"{name}.yaml")
    assert parse(dump(recipe)) == recipe


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_drops_what_it_should(name: str, pages: Html) -> None:
    found = check(pages, load(FOLDER / f"{name}.yaml").steps)
    assert not found.errors
    assert found.evaluation is not None
    ids = {Path(row).name for row in found.evaluation.table["id"].to_pylist()}
    assert "13.html" not in ids
    assert len(ids & {"03.html", "12.html"}) == 1
    assert len(ids) >= 8
