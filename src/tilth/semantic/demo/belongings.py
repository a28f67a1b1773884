"""Join packages with the modules and the Debian packages that belong to them: searched first, then asked, many pairs a prompt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

from tilth import semantic
from tilth.llm import Request
from tilth.llm.simulate import Gold
from tilth.semantic.demo.machine import Machine, table
from tilth.semantic.demo.part import Models, Plain, Scored, prompts

TASK = "Does the module or Debian package (right) belong to the Python package (left)?"
_CANDIDATES = 5  # of each package, by likeness of names
_SHARED = 16  # pairs that share a prompt
_PRICED = 500  # pairs by which the nested loop is priced


@dataclass(frozen=True)
class Belongings:
    """Join by a condition in words; gold is who brought which module, and which Debian package holds whose files."""

    machine: Machine
    models: Models

    @property
    def title(self) -> str:
        return "Join packages and parts"

    def run(self) -> list[Scored]:
        packages, parts = list(self.machine.installed), list(self.machine.parts)
        joined = semantic.join(
            table(package=packages), table(part=parts), TASK, self.models.oracle, method="search", candidates=_CANDIDATES, batch=_SHARED
        )  # fmt: skip
        rows = joined.table(table(package=packages), table(part=parts)).select(["package", "part"]).to_pylist()
        return [Scored.of("pairs", {(row["package"], row["part"]) for row in rows}, self.truth())]

    def truth(self) -> set[tuple[str, str]]:
        """Return the pairs of a package and a part of it."""
        return {(owner, part) for part, owners in self.machine.parts.items() for owner in owners}

    def gold(self) -> Gold:
        return Gold(TASK, "join", sorted(self.truth()))

    def prompts(self) -> Iterator[Request]:
        return prompts(self._step(_SHARED), self._pairs(_CANDIDATES * len(self.machine.installed)))

    def plain(self) -> Plain:
        calls = len(self.machine.installed) * len(self.machine.parts)
        return Plain(calls, list(prompts(self._step(1), self._pairs(_PRICED))))

    def _step(self, batch: int) -> semantic.Filter:
        """The step whose prompts are as long as those of the join."""
        return semantic.Filter(TASK, model=self.models.oracle, columns=("left package", "right part"), batch=batch)

    def _pairs(self, most: int) -> list[dict[str, str]]:
        """Pairs of any package and part, evenly drawn from all: prompts like those that are sent."""
        every = product(self.machine.installed, self.machine.parts)
        step = max(1, len(self.machine.installed) * len(self.machine.parts) // max(1, most))
        return [{"left package": left, "right part": right} for left, right in islice(every, 0, most * step, step)]
