"""What a recipe may name: the public steps, composites, readers and writers of Tilth, found by looking, and a user's own, by import.

There is no registry. A name is `package.Thing` for whatever `tilth.package` lists in `__all__` and is a step, reader or writer (a
dataclass) or a composite (a function that returns steps or a reader). The last part alone will do where it is unique.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import cloudpickle

from tilth import hints
from tilth.errors import RecipeError
from tilth.learn import LearnFrom
from tilth.op import Exchange, Fold, Op
from tilth.read.reader import Reader
from tilth.rules import Filter, did_you_mean
from tilth.write.writer import Writer

PACKAGES = ("read", "clean", "filters", "embed", "dedup", "decontaminate", "select", "bias", "tokenize", "instruct", "media", "semantic",
            "write")  # fmt: skip
KINDS: dict[str, type] = {"Op": Op, "Fold": Fold, "Exchange": Exchange, "Reader": Reader, "Writer": Writer}
STEPS = (Op, Fold, Exchange, LearnFrom)

Part = Callable[..., Any]


class Parameter(NamedTuple):
    """One argument of a part; `required` means that it has no default."""

    hint: Any
    default: Any
    required: bool


@cache
def names() -> Mapping[str, Part]:
    """Return every part by its name: those of `tilth` itself, then `package.Thing` in the order of PACKAGES and of each `__all__`."""
    found: dict[str, Part] = {"Filter": Filter}
    for package in ("", *PACKAGES):
        if importlib.util.find_spec(f"tilth.{package}".rstrip(".")) is None:
            continue
        module = importlib.import_module(f"tilth.{package}".rstrip("."))
        public = ((name, getattr(module, name)) for name in getattr(module, "__all__", ()))
        found |= {f"{package}.{name}".lstrip("."): thing for name, thing in public if kind(thing)}
    return types.MappingProxyType(found)


def kind(thing: Any) -> str:
    """Return "Op", "Fold", "Exchange", "Reader", "Writer", "composite" (returns steps), or "" for what no recipe may name.

    >>> kind(Filter), kind(len)
    ('Op', '')
    """
    if inspect.isclass(thing):
        return next((name for name, base in KINDS.items() if issubclass(thing, base) and dataclasses.is_dataclass(thing)), "")
    if not inspect.isfunction(thing):
        return ""
    returned = typing.get_type_hints(thing).get("return")
    if inspect.isclass(returned) and issubclass(returned, Reader):
        return "Reader"
    if inspect.isclass(returned) and issubclass(returned, STEPS):
        return "composite"
    origin = typing.get_origin(returned)
    sequence = inspect.isclass(origin) and issubclass(origin, Sequence)
    return "composite" if sequence and any(map(_is_step, typing.get_args(returned))) else ""


def _is_step(hint: Any) -> bool:
    if typing.get_origin(hint) in hints.UNIONS:
        return any(map(_is_step, typing.get_args(hint)))
    return hint is Any or (inspect.isclass(hint) and issubclass(hint, STEPS))


def lists_steps(hint: Any) -> bool:
    """Whether a parameter takes a list of steps, as a recipe is one.

    >>> lists_steps(tuple[Op, ...] | list[Op]), lists_steps(tuple[str, ...])
    (True, False)
    """
    if typing.get_origin(hint) in hints.UNIONS:
        return all(map(lists_steps, typing.get_args(hint)))
    inner = typing.get_args(hint)
    return typing.get_origin(hint) in (tuple, list) and inspect.isclass(inner[0]) and issubclass(inner[0], STEPS)


def parameters(part: Part) -> dict[str, Parameter]:
    """Return the arguments of a dataclass or function, by name; one called `**name` stands for any further ones."""
    found_hints = typing.get_type_hints(part.__init__ if inspect.isclass(part) else part)
    found = {}
    for parameter in inspect.signature(part).parameters.values():
        hint = found_hints.get(parameter.name, Any)
        if parameter.kind is parameter.VAR_KEYWORD:
            found[f"**{parameter.name}"] = Parameter(hint, None, required=False)
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            missing = parameter.default is parameter.empty
            found[parameter.name] = Parameter(hint, None if missing else parameter.default, missing)
    return found


def find(name: str, allow: Iterable[str] = (), folder: Path | None = None) -> Part:
    """Return the part called `name`: `package.Thing`, a unique `Thing`, a dotted import path, or `./file.py:Thing` in `folder`.

    Code outside Tilth is imported only where `allow` names its package or file: a recipe alone runs no foreign code.

    >>> find("Filter") is Filter
    True
    """
    known = names()
    if name in known:
        return known[name]
    short = [full for full in known if full.rpartition(".")[2] == name]
    if len(short) == 1:
        return known[short[0]]
    if short:
        raise RecipeError(f"The name {name!r} is not unique.", why=f"there are {' and '.join(short)}", fix="write one of them in full")
    if ":" in name or name.count(".") >= 2 or name.partition(".")[0] in set(allow):
        return _imported(name, set(allow), folder)
    raise RecipeError(f"There is no step, reader or writer {name!r}.", fix=_nearest(name, known))


def _nearest(name: str, known: Iterable[str]) -> str:
    hint = did_you_mean(name.rpartition(".")[2], [full.rpartition(".")[2] for full in known])
    if hint.startswith("did"):
        return hint
    return "docs/operators.md lists the steps; your own are named by their import path, as in my_package.my_module.MyStep"


def _imported(name: str, allow: set[str], folder: Path | None) -> Part:
    place, _, attribute = name.partition(":") if ":" in name else name.rpartition(".")
    outside = place if ":" in name else place.partition(".")[0]
    if outside != "tilth" and outside not in allow:
        raise RecipeError(
            f"The recipe wants to import {outside}.", why="a recipe runs no code from outside Tilth unless it is told to",
            fix=f"if you trust that code: tilth ... --allow {outside}, or load(path, allow=({outside!r},))",
        )
    try:
        module = _module_at(place, folder) if ":" in name else importlib.import_module(place)
        part = getattr(module, attribute)
    except (ImportError, AttributeError) as error:
        raise RecipeError(f"There is no {name!r}.", why=str(error), fix="check the spelling and that it is installed here") from error
    if not kind(part) and not dataclasses.is_dataclass(part):
        raise RecipeError(
            f"{name} is not a step.", why="a step is a dataclass that derives from Op, Fold or Exchange, or a function that returns such",
            fix="see docs/guide.md, your own step",
        )
    return typing.cast(Part, part)


def _module_at(place: str, folder: Path | None) -> types.ModuleType:
    path = Path(folder or ".") / place
    if Path(place).name != place.removeprefix("./") or path.suffix != ".py" or not path.is_file():
        raise RecipeError(f"There is no file {place!r} beside the recipe.", fix="your own steps stand in a .py file beside the recipe")
    return execute(path)


def execute(path: Path) -> types.ModuleType:
    """Run the Python file at `path`, once for each text it has; what it defines goes to workers by value."""
    module = sys.modules[path.name] = _executed(path.resolve(), path.read_bytes())
    return module


@cache
def _executed(path: Path, source: bytes) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(path.name, path)
    assert spec is not None  # the path ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.name] = module
    exec(compile(source, path, "exec"), module.__dict__)
    cloudpickle.register_pickle_by_value(module)
    return module


def name_of(part: Part) -> str:
    """Return the name by which `find` finds `part`: the public one, or else its import path.

    >>> name_of(Filter)
    'Filter'
    """
    for name, thing in names().items():
        if thing is part:
            return name
    if part.__module__ == "__main__" or "<" in part.__qualname__:
        why, fix = "it lives in a notebook or in a function", "move it to a .py file"
        raise RecipeError(f"{part.__qualname__} has no name that a file can hold.", why=why, fix=fix)
    return f"./{part.__module__}:{part.__qualname__}" if part.__module__.endswith(".py") else f"{part.__module__}.{part.__qualname__}"


def spellings(name: str) -> list[str]:
    """Return the names under which `find` finds the part called `name`: the full one, and the short one where it is unique."""
    short = name.rpartition(".")[2]
    unique = sum(full.rpartition(".")[2] == short for full in names()) == 1
    return [name, short] if unique and short != name else [name]


def purpose(part: Part) -> str:
    """Return the first sentence of a part's docstring.

    >>> purpose(Filter)[:45]
    'Keep the rows for which `rule` is true and ma'
    """
    return " ".join((inspect.getdoc(part) or "").partition("\n\n")[0].split())


def plain_part(hint: Any) -> type | None:
    """Return the dataclass that `hint` asks for, or may, where it is no step, reader or writer: its arguments stand without its name."""
    for each in typing.get_args(hint) if typing.get_origin(hint) in hints.UNIONS else (hint,):
        if inspect.isclass(each) and dataclasses.is_dataclass(each) and not kind(each):
            return each
    return None


def settings(step: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a step or reader that differ from their defaults, in order.

    >>> list(settings(Filter("words > 3")))
    [('rule', 'words > 3')]
    """
    for field in dataclasses.fields(step):
        value = getattr(step, field.name)
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        if field.init and (type(value) is not type(default) or value != default):
            yield field.name, value
