"""Recipes round-trip through YAML to the bit, and a wrong one is refused with its line and the name that was meant."""

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
from tilth.write import Parquet

OWN = '''
from __future__ import annotations
from dataclasses import dataclass
from tilth.op import Op
from tilth.read.reader import Reader

@dataclass(frozen=True)
class Nested:
    weight: float = 1.0
    blob: bytes = b""

@dataclass(frozen=True)
class Everything(Op):
    text: str
    count: int = 3
    share: float = 0.5
    on: bool = False
    maybe: str | None = None
    blob: bytes = b""
    names: tuple[str, ...] = ()
    pairs: tuple[tuple[str, float], ...] = ()
    inner: Nested = Nested()
    step: Op | None = None

@dataclass(frozen=True)
class Source(Reader):
    path: str
    columns: tuple[str, ...] = ()

def twice(text: str = "a") -> list[Op]:
    return [Everything(text), Everything(text, count=4)]

def not_a_step() -> int:
    return 3
'''
ALLOW = ("./own.py",)


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A module of one's own steps, in a file beside the recipe."""
    path = tmp_path_factory.mktemp("recipes") / "own.py"
    path.write_text(OWN)
    return catalog.execute(path)


def beside(own: Any, name: str = "recipe.yaml") -> Path:
    return Path(own.__file__).parent / name


def wrong(text: str, own: Any = None, **given: Any) -> RecipeError:
    with pytest.raises(RecipeError) as error:
        parse(text, path=beside(own) if own else None, **given)
    assert "where:" in str(error.value)
    assert error.value.fix, str(error.value)
    return error.value


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
    again = parse(dump(recipe), ALLOW, beside(own))
    assert again == recipe
    assert list(map(repr, again.steps)) == list(map(repr, recipe.steps))  # 1 == 1.0, but their fingerprints differ


def test_learned_bytes_are_saved_beside_the_recipe_and_checked(own: Any, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN)
    module = catalog.execute(tmp_path / "own.py")
    recipe = Recipe((module.Everything("a", blob=bytes(range(256)) * 4096),))
    save(recipe, tmp_path / "fitted.yaml")
    assert (tmp_path / "fitted.yaml").stat().st_size < 200
    assert load(tmp_path / "fitted.yaml", ALLOW) == recipe
    blob, = (tmp_path / "fitted.blobs").iterdir()
    blob.write_bytes(b"other")
    with pytest.raises(RecipeError, match="missing or damaged"):
        load(tmp_path / "fitted.yaml", ALLOW)


def test_bytes_are_looked_for_only_in_the_recipes_own_folder(own: Any) -> None:
    error = wrong("recipe: [{./own.py:Everything: {text: a, blob: {$bytes: ../../../etc/passwd}}}]", own, allow=ALLOW)
    assert "missing or damaged" in error.what
    assert "not base64" in wrong("recipe: [{./own.py:Everything: {text: a, blob: {$base64: 'a?'}}}]", own, allow=ALLOW).what


def test_names_arguments_and_composites(own: Any) -> None:
    text = """
    corpus: {./own.py:Source: {path: x, columns: [a]}}
    out: work/x
    recipe:
      - ./own.py:twice
      - ./own.py:twice: {text: yes and no}
      - Filter: {rule: words > 3}
    """
    recipe = parse(text, ALLOW, beside(own))
    assert recipe.corpus == own.Source("x", ("a",))
    assert recipe.out == "work/x"
    assert recipe.steps == (*own.twice(), *own.twice("yes and no"), Filter("words > 3"))


def test_writers_may_be_named() -> None:
    recipe = parse("recipe: []\nwrite: [write.Parquet, {write.Parquet: {without: [html]}}]")
    assert recipe.write == (Parquet(), Parquet(without=("html",)))
    assert parse(dump(recipe)) == recipe
    assert parse("recipe: []").write is None


def test_json_is_yaml_and_numbers_fit_their_hints(own: Any) -> None:
    step = parse('{"recipe": [{"./own.py:Everything": {"text": "a", "share": 1e-3, "pairs": [["b", 1]]}}]}', ALLOW, beside(own)).steps[0]
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
    assert "--allow ./own.py" in wrong("recipe: ['./own.py:Everything']", own).fix
    assert "beside the recipe" in wrong("recipe: ['../own.py:Everything']", own, allow=("../own.py",)).what
    assert "is not a step" in wrong("recipe: [os.path.join]", allow=("os",)).what
    assert "is not a step" in wrong("recipe: ['./own.py:not_a_step']", own, allow=ALLOW).what
    assert "is not a step" in wrong("recipe: [tilth.rules.passes]").what
    assert "no attribute" in wrong("recipe: ['./own.py:Nothing']", own, allow=ALLOW).why


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
