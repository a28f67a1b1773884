"""Read fields out of descriptions: the name of a package, its licence, the oldest Python, what it requires."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import tilth
from tilth import semantic
from tilth.llm import Request
from tilth.llm.simulate import Gold
from tilth.semantic.demo.machine import LICENCES, Machine, plain, table
from tilth.semantic.demo.part import Models, Plain, Scored, prompts

TASK = f"""Each row is how the description of a Python package begins. Extract its name, its licence (one of {", ".join(LICENCES)}),
the oldest Python version that it runs on (such as 3.9), and the Python packages that it requires.
A field that the text does not tell is null."""


@dataclass
class Package:
    name: str
    licence: str
    python: str
    requires: list[str]


@dataclass(frozen=True)
class Fields:
    """Extract four fields from every description; gold is the metadata, as far as the text tells it."""

    machine: Machine
    models: Models

    @property
    def title(self) -> str:
        return "Extract fields"

    @property
    def step(self) -> semantic.Extract:
        [step] = semantic.extract(Package, self.models.oracle, TASK, name="package", max_tokens=128)
        return step

    def run(self) -> list[Scored]:
        readmes = self.machine.readmes
        read = tilth.evaluate([self.step], table(id=list(readmes), text=list(readmes.values()))).table
        told = {row["id"]: row["package"] or {} for row in read.select(["id", "package"]).to_pylist()}
        gold = {name: self.told(name) for name in readmes}
        return [Scored.of(field, _values(told, field), _values(gold, field)) for field in Package.__annotations__]

    def gold(self) -> Gold:
        return Gold(TASK, "extract", {text: self.told(name) for name, text in self.machine.readmes.items()})

    def told(self, name: str) -> dict[str, Any]:
        """Return the fields of a package that its description tells."""
        text, machine = self.machine.readmes[name], self.machine
        licence, python = machine.licence(name), machine.python(name)
        words = set(map(plain, re.findall(r"[\w.-]*\w", text)))
        return {
            "name": name if plain(name) in words else None,
            "licence": licence if licence and re.search(LICENCES[licence], text) else None,
            "python": python if python and re.search(rf"(?i)python\W*(version\W*)?(>=\W*)?{re.escape(python)}\b", text) else None,
            "requires": [each for each in machine.requires(name) if each in words] or None,
        }

    def prompts(self) -> Iterator[Request]:
        return prompts(self.step, self._rows())

    def plain(self) -> Plain:
        return Plain(len(self._rows()), list(prompts(replace(self.step, batch=1), self._rows())))

    def _rows(self) -> list[dict[str, str]]:
        return [{"text": text} for text in self.machine.readmes.values()]


def _values(packages: dict[str, dict[str, Any]], field: str) -> set[tuple[str, str]]:
    """Return what packages say in a field, so that spelling does not count."""
    found = [(name, value) for name, told in packages.items() if (value := told.get(field)) is not None]
    if field == "licence":
        return {(name, licence) for name, value in found for licence, known in LICENCES.items() if re.search(known, value)}
    if field == "python":
        return {(name, version) for name, value in found for version in re.findall(r"3\.\d+", value)[:1]}
    return {(name, plain(each)) for name, value in found for each in (value if isinstance(value, list) else [value])}
