"""Find the pages about a rare topic: a cheap model sorts them, an expensive one decides where that is not sure, with targets that hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

import tilth
from tilth import semantic
from tilth.llm import Request
from tilth.llm.simulate import Gold
from tilth.semantic.demo.machine import Machine, table
from tilth.semantic.demo.part import Models, Plain, Scored, prompts


@dataclass(frozen=True)
class Rare:
    """Keep the pages of documentation that are about a rare topic; gold is the topics that the page's package names for itself."""

    machine: Machine
    models: Models

    @property
    def title(self) -> str:
        return f"Filter: {self.machine.rare_topic}"

    @property
    def step(self) -> semantic.Filter:
        topic = self.machine.rare_topic
        return semantic.Filter(f'Is the page about software for "{topic}"?', model=self.models.oracle, name="rare", unanswered="drop")

    @property
    def proxy(self) -> semantic.Likelihood:
        return semantic.Likelihood(replace(self.step, model=self.models.proxy))

    def run(self) -> list[Scored]:
        cascade = semantic.Cascade(self.step, self.proxy, precision=0.9, recall=0.8)
        kept = tilth.evaluate([cascade], table(text=[page.text for page in self.machine.pages])).table
        return [Scored.of("pages kept", set(kept["text"].to_pylist()), {text for text, yes in self.truth().items() if yes})]

    def truth(self) -> dict[str, bool]:
        """Return of each page whether it is about the topic."""
        return {page.text: self.machine.rare_topic in self.machine.topics(page.library) for page in self.machine.pages}

    def gold(self) -> Gold:
        return Gold(self.step.instruction, "filter", self.truth())

    def prompts(self) -> Iterator[Request]:
        return chain(prompts(replace(self.proxy.step, batch=1), self._rows()), prompts(self.step, self._rows()))

    def plain(self) -> Plain:
        return Plain(len(self._rows()), list(prompts(replace(self.step, batch=1), self._rows())))

    def _rows(self) -> list[dict[str, str]]:
        return [{"text": page.text} for page in self.machine.pages]
