"""YAML into steps: nodes know their lines, parameters know their types, and nothing is made that `tilth.catalog` does not find."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import yaml

from tilth import catalog, hints
from tilth.errors import RecipeError
from tilth.read.reader import Reader
from tilth.record import digest
from tilth.rules import did_you_mean
from tilth.write.writer import Writer

KEYS = ("corpus", "out", "recipe", "write")
NAMED = tuple(catalog.KINDS.values())  # what a parameter can ask for that a name alone gives, as it does in a list
MAX_NODES = 100_000  # names and values of a recipe, aliases counted each time they are used
MAX_DEPTH = 50


def build(text: str, allow: Iterable[str], path: Path | None) -> dict[str, Any]:
    """Return the fields of a Recipe: `steps`, and `corpus`, `out` and `write` where the text has them; raises RecipeError with the line."""
    where = str(path or "recipe")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        why, mark = " ".join(str(error).split()), getattr(error, "problem_mark", None)
        if isinstance(error, yaml.MarkedYAMLError) and mark:
            began = f"{error.context} that begins in line {error.context_mark.line + 1}, " if error.context and error.context_mark else ""
            where, why = f"{where}:{mark.line + 1}", f"{began}{error.problem}"
        raise RecipeError("The recipe is not YAML.", where=where, why=why, fix="check quotes, brackets and indentation there") from None
    return _Builder(where, frozenset(allow), path).recipe(node)


def blobs_of(path: Path) -> Path:
    """Return the folder beside a recipe that holds what it learned, each file named by its digest."""
    return path.with_name(f"{path.stem}.blobs")


class _Builder:

    def __init__(self, where: str, allow: frozenset[str], path: Path | None) -> None:
        self.where, self.allow, self.path, self.nodes, self.depth = where, allow, path, 0, 0

    def recipe(self, node: yaml.Node | None) -> dict[str, Any]:
        if node is None:
            raise RecipeError("The recipe is empty.", where=self.where, fix="recipe: [filters.Language]")
        entries = self.entries(node, "the recipe")
        for key in entries:
            if key not in KEYS:
                self.fail(node, f"A recipe has no {key!r}.", fix=did_you_mean(key, KEYS))
        if "recipe" not in entries:
            self.fail(node, "A recipe needs the list `recipe`.", fix="recipe: [filters.Language]")
        made = {key: self.value(entries[key], hint, key) for key, hint in (("corpus", Reader), ("out", str)) if key in entries}
        steps = self.listed(entries["recipe"], catalog.STEPS, "a reader stands under `corpus:`, a writer under `write:`")
        writers = {"write": self.listed(entries["write"], (Writer,), "write: [write.Parquet]")} if "write" in entries else {}
        return {**made, **writers, "steps": steps}

    def listed(self, node: yaml.Node, kinds: tuple[type, ...], fix: str) -> tuple[Any, ...]:
        """Return what a list names; a name alone is one without arguments, and a composite puts all of its steps there."""
        if not isinstance(node, yaml.SequenceNode):
            self.fail(node, "A list is expected here.", fix="recipe: [filters.Language]")
        found: list[Any] = []
        for each in node.value:
            made = self.call(self.text(each), None, each) if isinstance(each, yaml.ScalarNode) else self.part(each)
            parts = made if isinstance(made, list | tuple) else [made]
            if not all(isinstance(part, kinds) for part in parts):
                self.fail(each, f"{made!r} does not belong here.", fix=fix)
            found += parts
        return tuple(found)

    def part(self, node: yaml.Node) -> Any:
        entries = self.entries(node, "a step")
        if len(entries) != 1:
            self.fail(node, "A step has one name.", why=f"here are {len(entries)}: {', '.join(entries)}", fix="- Name: {argument: value}")
        (name, arguments), = entries.items()
        return self.call(name, arguments, node)

    def call(self, name: str, arguments: yaml.Node | None, node: yaml.Node) -> Any:
        try:
            part = catalog.find(name, self.allow, self.path.parent if self.path else None)
        except RecipeError as error:
            self.fail(node, error.what, f", {name}", error.why, error.fix)
        return self.made(part, name, arguments, node)

    def made(self, part: catalog.Part, name: str, arguments: yaml.Node | None, node: yaml.Node) -> Any:
        try:
            return part(**self.arguments(name, catalog.parameters(part), arguments, node))
        except RecipeError as error:
            if error.where.startswith(self.where):
                raise
            inner = f"\n         {error.where}" if error.where else f", {name}"
            self.fail(node, error.what, inner, error.why, error.fix)

    def arguments(self, name: str, known: Mapping[str, catalog.Parameter], given: yaml.Node | None, node: yaml.Node) -> dict[str, Any]:
        none = given is None or given.tag == "tag:yaml.org,2002:null"
        entries = {} if given is None or none else self.entries(given, f"the arguments of {name}")
        further = next((parameter for key, parameter in known.items() if key.startswith("**")), None)
        for key, each in entries.items():
            if key not in known and further is None:
                self.fail(each, f"{name} has no argument {key!r}.", fix=did_you_mean(key, known))
        for key, parameter in known.items():
            if parameter.required and key not in entries:
                self.fail(node, f"{name} needs the argument {key!r}.", fix=f"{name}: {{{key}: ...}}")
        return {key: self.value(each, known.get(key, further).hint, f"{name}: {key}") for key, each in entries.items()}  # type: ignore[union-attr]

    def value(self, node: yaml.Node, hint: Any, of: str) -> Any:
        part = catalog.plain_part(hint)
        if part and isinstance(node, yaml.MappingNode):
            self.count(node)
            return self.made(part, part.__name__, node, node)
        try:
            return hints.fit(self.steps(node) if catalog.lists_steps(hint) else self.plain(node, hint in NAMED), hint)
        except hints.Misfit as error:
            self.fail(node, "The value does not fit.", f", {of}", str(error), "write a value of that type")

    def steps(self, node: yaml.Node) -> Any:
        return self.listed(node, catalog.STEPS, "a step stands here") if isinstance(node, yaml.SequenceNode) else self.plain(node)

    def plain(self, node: yaml.Node, named: bool = False) -> Any:
        """Return what stands there; a text alone is the name of a part where such a one is expected (`named`)."""
        self.count(node)
        if isinstance(node, yaml.ScalarNode):
            return self.call(self.text(node), None, node) if named else self.scalar(node)
        self.depth += 1
        value = [self.plain(each) for each in node.value] if isinstance(node, yaml.SequenceNode) else self.mapping(node)
        self.depth -= 1
        return value

    def mapping(self, node: yaml.Node) -> Any:
        entries = self.entries(node, "a step")
        key = next(iter(entries), None)
        return self.blob(key, entries[key]) if key in ("$bytes", "$base64") else self.part(node)

    def scalar(self, node: yaml.Node) -> Any:
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            self.fail(node, "The value cannot be read.", why=" ".join(str(error).split()), fix="put it in quotes")

    def text(self, node: yaml.Node) -> str:
        self.count(node)
        if not isinstance(node, yaml.ScalarNode) or node.tag == "tag:yaml.org,2002:null":
            self.fail(node, "A name is expected here.", fix="- Name: {argument: value}")
        return str(node.value)

    def blob(self, key: str, node: yaml.Node) -> bytes:
        text = self.text(node)
        if key == "$base64":
            try:
                return base64.b64decode(text, validate=True)
            except ValueError as error:
                self.fail(node, "The bytes are not base64.", why=str(error), fix="write the recipe again with dump()")
        path = blobs_of(self.path or Path("recipe")) / text
        value = path.read_bytes() if text.isalnum() and path.is_file() else b""
        if digest(value) != text:
            self.fail(node, f"The learned bytes {text[:50]!r} are missing or damaged.", f", {path.parent}", fix="save the recipe again")
        return value

    def entries(self, node: yaml.Node, of: str) -> dict[str, yaml.Node]:
        self.count(node)
        if not isinstance(node, yaml.MappingNode):
            self.fail(node, f"Names and values are expected for {of}.", fix="name: value")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self.text(key)
            if name in found:
                self.fail(key, f"{name!r} stands twice in {of}.", fix="leave one of them out")
            found[name] = value
        return found

    def count(self, node: yaml.Node) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            self.fail(node, "The recipe is too large or too deep.", f" (at most {MAX_NODES}; {MAX_DEPTH})", fix="use no aliases")

    def fail(self, node: yaml.Node, what: str, more: str = "", why: str = "", fix: str = "") -> NoReturn:
        raise RecipeError(what, where=f"{self.where}:{node.start_mark.line + 1}{more}", why=why, fix=fix) from None
