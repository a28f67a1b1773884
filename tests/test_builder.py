"""YAML becomes steps, nothing else: wrong names and values are refused with their line, and foreign code does not run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tilth import catalog
from tilth.errors import RecipeError
from tilth.recipe import dump, parse
from tilth.rules import Filter
from tilth.write import Parquet

HERE = Path(__file__).parent
RECIPE = HERE / "recipe.yaml"  # there is none: the folder counts
ALLOW = ("./own_steps.py",)


@pytest.fixture(scope="module")
def own() -> Any:
    """A module of one's own steps, in a file beside the recipe."""
    return catalog.execute(HERE / "own_steps.py")


def wrong(text: str, allow: tuple[str, ...] = (), path: Path | None = None) -> RecipeError:
    with pytest.raises(RecipeError) as error:
        parse(text, allow, path)
    assert "where:" in str(error.value)
    assert error.value.fix, str(error.value)
    return error.value


def test_bytes_are_looked_for_only_in_the_recipes_own_folder(own: Any) -> None:
    error = wrong("recipe: [{./own_steps.py:Everything: {text: a, blob: {$bytes: ../../../etc/passwd}}}]", ALLOW, RECIPE)
    assert "missing or damaged" in error.what
    assert "not base64" in wrong("recipe: [{./own_steps.py:Everything: {text: a, blob: {$base64: 'a?'}}}]", ALLOW, RECIPE).what


def test_names_arguments_and_composites(own: Any) -> None:
    text = """
    corpus: {./own_steps.py:Source: {path: x, columns: [a]}}
    out: work/x
    recipe:
      - ./own_steps.py:twice
      - ./own_steps.py:twice: {text: yes and no}
      - Filter: {rule: words > 3}
    """
    recipe = parse(text, ALLOW, RECIPE)
    assert recipe.corpus == own.Source("x", ("a",))
    assert recipe.out == "work/x"
    assert recipe.steps == (*own.twice(), *own.twice("yes and no"), Filter("words > 3"))


def test_writers_may_be_named() -> None:
    recipe = parse("recipe: []\nwrite: [write.Parquet, {write.Parquet: {without: [html]}}]")
    assert recipe.write == (Parquet(), Parquet(without=("html",)))
    assert parse(dump(recipe)) == recipe
    assert parse("recipe: []").write is None


def test_json_is_yaml_and_numbers_fit_their_hints(own: Any) -> None:
    text = '{"recipe": [{"./own_steps.py:Everything": {"text": "a", "share": 1e-3, "pairs": [["b", 1]]}}]}'
    step, = parse(text, ALLOW, RECIPE).steps
    assert repr(step) == repr(own.Everything("a", share=0.001, pairs=(("b", 1.0),)))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("recipe:\n- Filter: {rule: words >}", 2, "^"),
        ("recipe:\n- Filter:\n    rule: a > 1\n    raeson: x", 4, "did you mean reason?"),
        ("recipe:\n- Filtre: {rule: a > 1}", 2, "did you mean Filter?"),
        ("recipe:\n- Filter: {}", 2, "needs the argument 'rule'"),
        ("recipe:\n- Filter", 2, "needs the argument 'rule'"),
        ("recipe:\n- Filter: {rule: 3}", 2, "expected a text, found 3"),
        ("recipe:\n- Filter: {rule: 2020-01-01}", 2, "expected a text"),
        ("recipe:\n- dedup.near:\n    jaccard: high", 3, "dedup.near: jaccard"),
        ("corpus: data.jsonl\nrecipe: []", 1, "no step, reader or writer"),
        ("corpus: {read.Jsonl: {path: x}\nrecipe: []", 2, "a flow mapping that begins in line 1, expected ',' or '}'"),
        ("recipe:\n- Filter: {rule: a > 1}\n  Other: {}", 2, "one name"),
        ("recipe:\n- Filter: {rule: a > 1, rule: b > 1}", 2, "stands twice"),
        ("recipe:\n- Filter: a > 1", 2, "Names and values are expected"),
        ("recipe:\n- [Filter]", 2, "Names and values are expected"),
        ("recipe:\n- ", 2, "A name is expected"),
        ("recipe: {Filter: {rule: a > 1}}", 1, "A list is expected"),
        ("recipe:\n- write.Parquet", 2, "a writer under `write:`"),
        ("recipe: []\nwrite: [dedup.exact]", 2, "does not belong here"),
        ("out: x", 1, "needs the list"),
        ("recpie: []\n", 1, "did you mean recipe?"),
        ("- Filter", 1, "Names and values"),
        ("corpus: {Filter: {rule: a > 1}}\nrecipe: []", 1, "expected Reader"),
        ("recipe:\n- Filter: {rule: !!python/object/apply:os.system [id]}", 2, "expected a text"),
        ("recipe:\n- Filter: {rule: !!python/name:os.system x}", 2, "cannot be read"),
    ],
)
def test_a_wrong_recipe_is_refused_with_its_line(text: str, line: int, says: str) -> None:
    error = wrong(text)
    assert error.where.startswith(f"recipe:{line}"), error
    assert says in str(error)


@pytest.mark.parametrize("text", ["", "recipe: [", "a: b: c", "\x00", "{" * 20_000, "recipe: *x"])
def test_what_is_not_yaml_is_an_error_of_ours(text: str) -> None:
    wrong(text)


def test_aliases_cannot_blow_a_recipe_up() -> None:
    layers = "\n".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 20)}]" for n in range(1, 10))
    bomb = f"recipe:\n- Filter:\n  a0: &a0 [x, x]\n{layers}"
    wrong(bomb)
    nested = "recipe:\n- Filter: {rule: &a [*a]}"
    assert "too deep" in wrong(nested).what
    wide = f"recipe:\n- Filter: {{rule: [&b [{'x, ' * 1000}], {'*b, ' * 1000}]}}"
    assert "too large" in wrong(wide).what


def test_foreign_code_runs_only_where_it_is_allowed(own: Any, tmp_path: Path) -> None:
    trap = tmp_path / "trap.py"
    trap.write_text("raise SystemExit('this code ran')")
    for name in ("./trap.py:Step", "../trap.py:Step", "os.path.join", "subprocess.Popen", "trap:Step"):
        with pytest.raises(RecipeError):
            parse(f"recipe: [{{{name!r}: {{}}}}]", path=tmp_path / "recipe.yaml")
    assert "--allow os" in wrong("recipe: [{os.path.join: {}}]").fix
    assert "--allow ./own_steps.py" in wrong("recipe: ['./own_steps.py:Everything']", path=RECIPE).fix
    assert "beside the recipe" in wrong("recipe: ['../own_steps.py:Everything']", ("../own_steps.py",), RECIPE).what
    assert "is not a step" in wrong("recipe: [os.path.join]", ("os",)).what
    assert "is not a step" in wrong("recipe: ['./own_steps.py:not_a_step']", ALLOW, RECIPE).what
    assert "is not a step" in wrong("recipe: [tilth.rules.passes]").what
    assert "no attribute" in wrong("recipe: ['./own_steps.py:Nothing']", ALLOW, RECIPE).why
