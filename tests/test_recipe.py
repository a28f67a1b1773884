"""Recipes round-trip through YAML to the bit, come from Python and from runs, and can be changed and saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth import catalog, evaluate, run
from tilth.errors import RecipeError
from tilth.probe import sample
from tilth.read import Jsonl
from tilth.recipe import Recipe, dump, load, override, parse, save
from tilth.rules import Filter
from tilth.tokenize import Bpe, Encode

HERE = Path(__file__).parent
RECIPE = HERE / "recipe.yaml"  # there is none: the folder counts
ALLOW = ("./own_steps.py",)


@pytest.fixture(scope="module")
def own() -> Any:
    """A module of one's own steps, in a file beside the recipe."""
    return catalog.execute(HERE / "own_steps.py")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FLOATS = st.floats(allow_nan=False)


@st.composite
def recipes(draw: st.DrawFn, own: Any) -> Recipe:
    nested = st.builds(own.Nested, FLOATS, st.binary(max_size=8))
    leaf = st.builds(Filter, st.sampled_from(["words > 3", "a in ('x') or not b", 's == "it\'s: #1"']), TEXTS)
    everything = st.builds(
        own.Everything, TEXTS, st.integers(), FLOATS, st.booleans(), st.none() | TEXTS, st.binary(max_size=300),
        st.lists(TEXTS, max_size=3).map(tuple), st.lists(st.tuples(TEXTS, FLOATS), max_size=2).map(tuple), nested, st.none() | leaf,
    )
    corpus = st.none() | st.builds(own.Source, TEXTS, st.lists(TEXTS, max_size=2).map(tuple))
    return Recipe(tuple(draw(st.lists(leaf | everything, max_size=4))), draw(corpus), draw(st.none() | TEXTS))


@settings(deadline=None)
@given(st.data())
def test_a_recipe_survives_yaml(own: Any, data: st.DataObject) -> None:
    recipe = data.draw(recipes(own))
    again = parse(dump(recipe), ALLOW, RECIPE)
    assert again == recipe
    assert list(map(repr, again.steps)) == list(map(repr, recipe.steps))  # 1 == 1.0, but their fingerprints differ


def test_learned_bytes_are_saved_beside_the_recipe_and_checked(tmp_path: Path) -> None:
    (tmp_path / "own_steps.py").write_text((HERE / "own_steps.py").read_text())
    module = catalog.execute(tmp_path / "own_steps.py")
    recipe = Recipe((module.Everything("a", blob=bytes(range(256)) * 4096),))
    save(recipe, tmp_path / "fitted.yaml")
    assert (tmp_path / "fitted.yaml").stat().st_size < 200
    assert load(tmp_path / "fitted.yaml", ALLOW) == recipe
    blob, = (tmp_path / "fitted.blobs").iterdir()
    blob.write_bytes(b"other")
    with pytest.raises(RecipeError, match="missing or damaged"):
        load(tmp_path / "fitted.yaml", ALLOW)


def test_python_recipes(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("from tilth.rules import Filter\nout = 'work/x'\nrecipe = [Filter('words > 3')]\n")
    assert load(path) == Recipe((Filter("words > 3"),), out="work/x")
    for text, says in [
        ("recipe = [", "not Python"), ("x = 3", "binds no `recipe`"), ("\nimport nothing_of_this_name", "mine.py:2"),
        ("recipe = [[]]", "put a * before it"), ("recipe = [3]", "is not a step"), ("recipe = []\ncorpus = 3", "not a reader"),
        ("from tilth.rules import Filter\n\nrecipe = [Filter('words >')]", "mine.py:3\n         words >\n                ^"),
    ]:
        path.write_text(text)
        with pytest.raises(RecipeError) as error:
            load(path)
        assert says in str(error.value)


def test_missing_and_odd_files(tmp_path: Path) -> None:
    (tmp_path / "web_en.yaml").write_bytes(b"\xff")
    with pytest.raises(RecipeError, match=r"did you mean web_en\.yaml"):
        load(tmp_path / "web_en.yml")
    with pytest.raises(RecipeError, match="not UTF-8"):
        load(tmp_path / "web_en.yaml")
    (tmp_path / "web_en.txt").write_text("")
    with pytest.raises(RecipeError, match="is not a recipe"):
        load(tmp_path / "web_en.txt")
    with pytest.raises(RecipeError, match="There is no recipe"):
        load(tmp_path / "nowhere" / "x.yaml")


def test_what_a_run_learned_is_a_recipe_that_can_be_saved_and_run_again(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(f'{{"text": "some words and {n} more words, {n * 7}"}}\n' for n in range(30)))
    corpus = Jsonl(str(tmp_path / "a.jsonl"))
    run(corpus, [Bpe(vocab=280)], str(tmp_path / "out"), "local:1")
    learned = load(tmp_path / "out")
    step, = learned.steps
    assert isinstance(step, Encode)
    save(learned, tmp_path / "fitted.yaml")
    assert len(list((tmp_path / "fitted.blobs").iterdir())) == 1
    assert load(tmp_path / "fitted.yaml") == learned
    again = evaluate(load(tmp_path / "fitted.yaml").steps, sample(corpus)).table["tokens"].to_pylist()
    assert again == evaluate([Bpe(vocab=280)], sample(corpus)).table["tokens"].to_pylist()


def test_override_replaces_a_field_and_checks_it(own: Any) -> None:
    recipe = Recipe((own.Everything("a"), Filter("words > 3")), own.Source("x"))
    assert override(recipe, {"corpus.columns": ["a"]}) == Recipe(recipe.steps, own.Source("x", ("a",)))
    assert override(recipe, {"Everything.share": 1, "rule": "words > 4"}).steps == (own.Everything("a", share=1.0), Filter("words > 4"))
    for key, value, says in [
        ("Everything.shore", 1, "did you mean Everything.share"), ("Everything.share", "x", "expected a number"),
        ("nothing", 1, "nothing in the recipe has it"), ("Filter.rule", "words >", "^"),
    ]:
        with pytest.raises(RecipeError) as error:
            override(recipe, {key: value})
        assert says in str(error.value)
    with pytest.raises(RecipeError, match="2 steps have it"):
        override(Recipe((Filter("a > 1"), Filter("b > 1"))), {"Filter.rule": "c > 1"})


def test_what_a_function_holds_cannot_be_written(own: Any) -> None:
    def local() -> Any:
        class Local(Filter):
            pass

        return Local("a > 1")

    with pytest.raises(RecipeError, match="no name that a file can hold"):
        dump(Recipe((local(),)))


def test_what_dump_writes_is_plain_yaml() -> None:
    assert yaml.safe_load(dump(Recipe((Filter("a > 1"),), out="x"))) == {"out": "x", "recipe": [{"Filter": {"rule": "a > 1"}}]}
