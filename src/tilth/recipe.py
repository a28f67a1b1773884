"""Recipes as files: Python that binds `corpus` and `recipe`, or YAML (JSON too) with the same names, one to one.

    corpus:
      read.Jsonl: {path: "crawl/*.jsonl.gz"}
    out: work/mine
    recipe:
      - filters.Language
      - Filter: {rule: "lang_en >= 0.65", reason: not English}
      - dedup.near: {jaccard: 0.8}

Loading YAML runs no code outside Tilth unless `allow` names it, builds only steps, readers and writers, and refuses names and
arguments that do not exist, with the line where they stand.
"""

from __future__ import annotations

import base64
import dataclasses
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tilth import catalog, hints
from tilth.builder import blobs_of, build
from tilth.errors import CorpusError, RecipeError, TilthError
from tilth.read.reader import Reader
from tilth.record import digest, restore
from tilth.rules import did_you_mean
from tilth.write.writer import Writer

SUFFIXES = (".py", ".yaml", ".yml", ".json")
MAX_BYTES = 16 << 20  # of a recipe's text


@dataclass(frozen=True)
class Recipe:
    """What to read, what to do, where to write and what; all but `steps` may be left to the one who runs it.

    `write` None stands for Parquet and what the steps bring (token shards).
    """

    steps: tuple[Any, ...]
    corpus: Reader | None = None
    out: str | None = None
    write: tuple[Writer, ...] | None = None

    def __post_init__(self) -> None:
        for n, step in enumerate(self.steps):
            if isinstance(step, list | tuple):
                raise RecipeError("A list stands among the steps.", where=f"step {n + 1}", fix="put a * before it: *filters.fineweb()")
            if not isinstance(step, catalog.STEPS):
                raise RecipeError(
                    f"{step!r} is not a step.", where=f"step {n + 1}", why="a step derives from Op, Fold or Exchange",
                    fix="call it if it is a class or function: clean.HtmlText()",
                )


def load(path: str | Path, allow: Iterable[str] = ()) -> Recipe:
    """Return the recipe in a .py, .yaml, .yml or .json file, or what the recipe of a finished run became (see `fitted`).

    `allow` names packages, or files beside the recipe, that it may import. Raises RecipeError where there is no recipe to be read.
    """
    if Path(path).suffix not in SUFFIXES:
        return _of_run(str(path))
    path = Path(path)
    if not path.is_file():
        there = [each.name for each in path.parent.glob("*") if each.suffix in SUFFIXES]
        raise RecipeError(f"There is no recipe {str(path)!r}.", where="tilth.recipe", fix=did_you_mean(path.name, there))
    if path.suffix == ".py":
        return _from_python(path)
    if path.stat().st_size > MAX_BYTES:
        raise RecipeError(f"{path} is larger than {MAX_BYTES >> 20} MB.", fix="write it with save(): learned bytes go into files")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RecipeError("The recipe is not UTF-8 text.", where=str(path), why=str(error), fix="save it as UTF-8") from None
    return parse(text, allow, path)


def fitted(out: str) -> Recipe:
    """Return the recipe that the run in `out` ended with: every Fold replaced by the steps it learned, ready for tomorrow's data."""
    from tilth.run import load as load_run

    run = load_run(out)
    return Recipe(tuple(restore(step, run.store().get) for step in run.data["executed"]))


def _of_run(out: str) -> Recipe:
    try:
        return fitted(out)
    except (CorpusError, NotADirectoryError) as error:
        why = "a recipe ends in .py, .yaml, .yml or .json, and no finished run lies there"
        raise RecipeError(f"{out} is not a recipe.", where=out, why=why, fix="check the path") from error


def parse(text: str, allow: Iterable[str] = (), path: Path | None = None) -> Recipe:
    """Return the recipe written in YAML; `path` is the file it came from, beside which other files are looked for.

    >>> parse("recipe: [{Filter: {rule: words >= 50}}]").steps
    (Filter(rule='words >= 50', reason=''),)
    """
    return Recipe(**build(text, allow, path))


def dump(recipe: Recipe, blobs: dict[str, bytes] | None = None) -> str:
    """Return `recipe` as YAML, `parse(dump(recipe)) == recipe`; learned bytes go to `blobs` by digest, or else into the text.

    >>> print(dump(parse("recipe: [{Filter: {rule: words >= 50}}]")), end="")
    recipe:
    - Filter:
        rule: words >= 50
    """
    plain: dict[str, Any] = {"corpus": _plain(recipe.corpus, blobs)} if recipe.corpus else {}
    plain |= {"out": recipe.out} if recipe.out is not None else {}
    plain["recipe"] = _listed(recipe.steps, blobs)
    plain |= {"write": _listed(recipe.write, blobs)} if recipe.write is not None else {}
    return yaml.dump(plain, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def _listed(parts: Iterable[Any], blobs: dict[str, bytes] | None) -> list[Any]:
    plain = [_plain(part, blobs) for part in parts]
    return [part if any(part.values()) else next(iter(part)) for part in plain]


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def text(self, data: str) -> yaml.Node:
        quoted = any(sign in data for sign in "\x85\u2028\u2029\ufeff")  # line breaks to YAML: unquoted, they come back as spaces
        return self.represent_scalar("tag:yaml.org,2002:str", data, style='"' if quoted else None)


_Dumper.add_representer(str, _Dumper.text)


def save(recipe: Recipe, path: str | Path) -> None:
    """Write `recipe` as YAML to `path`, learned bytes as files named by their digest in `<path's stem>.blobs` beside it."""
    path, blobs = Path(path), dict[str, bytes]()
    text = dump(recipe, blobs)
    folder = blobs_of(path)
    for name, value in blobs.items():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(value)
    path.write_text(text, encoding="utf-8")


def override(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Return `recipe` with fields replaced: `{"NearDuplicates.jaccard": 0.7}`, `{"corpus.text": "body"}`, or `{"jaccard": 0.7}` alone.

    Raises RecipeError where not exactly one step, or the reader, has that field, or the value is of another type.

    >>> override(parse("recipe: [{Filter: {rule: words >= 50}}]"), {"Filter.rule": "words >= 20"}).steps
    (Filter(rule='words >= 20', reason=''),)
    """
    for key, value in changes.items():
        name, _, field = key.rpartition(".")
        parts = [("corpus", recipe.corpus), *((type(step).__name__, step) for step in recipe.steps)]
        known = [(n, f"{of}.{each.name}") for n, (of, part) in enumerate(parts) if part for each in dataclasses.fields(part) if each.init]
        hit = [n for n, full in known if full == key or (not name and full.endswith(f".{field}"))]
        if len(hit) != 1:
            why = f"{len(hit)} steps have it" if hit else "nothing in the recipe has it"
            fix = "edit the recipe itself" if hit else did_you_mean(key, (full for _, full in known))
            raise RecipeError(f"Cannot set {key!r}.", where="the recipe", why=why, fix=fix)
        changed = [_replaced(part, field, value, key) if n == hit[0] else part for n, (_, part) in enumerate(parts)]
        recipe = dataclasses.replace(recipe, corpus=changed[0], steps=tuple(changed[1:]))
    return recipe


def _replaced(step: Any, field: str, value: Any, key: str) -> Any:
    try:
        return dataclasses.replace(step, **{field: hints.fit(value, catalog.parameters(type(step))[field].hint)})
    except hints.Misfit as error:
        raise RecipeError(f"Cannot set {key!r}.", why=str(error), fix="give a value of that type") from None


def _from_python(path: Path) -> Recipe:
    try:
        module = catalog.execute(path)
    except TilthError as error:
        raise type(error)(error.what, where=_line(path, error, error.where), why=error.why, fix=error.fix) from error
    except SyntaxError as error:
        raise RecipeError("The recipe is not Python.", where=f"{path}:{error.lineno}", why=error.msg, fix="mend that line") from None
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise RecipeError("The recipe fails as Python.", where=_line(path, error), why=why, fix="mend that line") from error
    if not isinstance(getattr(module, "recipe", None), list | tuple):
        raise RecipeError("The file binds no `recipe`.", where=str(path), fix="recipe = [clean.HtmlText(), ...]")
    corpus = getattr(module, "corpus", None)
    if corpus is not None and not isinstance(corpus, Reader):
        raise RecipeError("`corpus` is not a reader.", where=str(path), why=f"it is {corpus!r}", fix="corpus = read.Jsonl('data/*.jsonl')")
    write = getattr(module, "write", None)
    return Recipe(tuple(module.recipe), corpus, getattr(module, "out", None), tuple(write) if isinstance(write, list | tuple) else None)


def _line(path: Path, error: Exception, more: str = "") -> str:
    """Return the last line of the recipe that `error` came through, and where it says it was."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path.resolve())]
    return f"{path}:{lines[-1] if lines else 1}" + (f"\n         {more}" if more else "")


def _plain(value: Any, blobs: dict[str, bytes] | None, hint: Any = None) -> Any:
    """Return a step, reader or field as what YAML can hold."""
    if dataclasses.is_dataclass(value):
        asked = catalog.parameters(type(value))
        fields = {key: _plain(each, blobs, asked[key].hint) for key, each in catalog.settings(value)}
        return fields if catalog.plain_part(hint) is type(value) else {catalog.name_of(type(value)): fields}
    if isinstance(value, bytes):
        if blobs is None:
            return {"$base64": base64.b64encode(value).decode()}
        name = digest(value)
        blobs[name] = value
        return {"$bytes": name}
    return [_plain(each, blobs) for each in value] if isinstance(value, tuple | list) else value
