"""Teach a small classifier what a model thinks of some pages, and let it grade them all: label, distil, apply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import tilth
from tilth import filters, semantic
from tilth.llm import Request
from tilth.llm.simulate import Gold
from tilth.semantic.demo.machine import Machine, table
from tilth.semantic.demo.part import Models, Plain, Scored, prompts

_LABELS, _REVIEW = 0.2, 0.1  # shares of the pages: which teach, and which go back to the model because the student is not sure
_FEWEST = 120  # labels among which both answers are, as a rule
STUDENT = filters.LearnClassifier(word_ngrams=2, char_ngrams=(3, 5), epochs=40, min_count=1, buckets=1 << 16)


@dataclass(frozen=True)
class Topics:
    """Find the pages about a common topic; gold is the topics that the page's package names for itself."""

    machine: Machine
    models: Models

    @property
    def title(self) -> str:
        return f"Distil: {self.machine.common_topic}"

    @property
    def step(self) -> semantic.Filter:
        topic = self.machine.common_topic
        return semantic.Filter(f'Does the page belong to the topic "{topic}"?', model=self.models.oracle, name="topic")

    @property
    def labels(self) -> int:
        return max(_FEWEST, int(_LABELS * len(self.machine.pages)))

    def run(self) -> list[Scored]:
        distil = semantic.Distil(self.step, labels=self.labels, review=_REVIEW, student=STUDENT)
        done = tilth.evaluate([distil], table(text=[page.text for page in self.machine.pages]))
        kept = set(done.table["text"].to_pylist())
        student = done.executed[0]
        truth = self.truth()
        alike = sum((text in kept) == yes for text, yes in truth.items())
        return [
            Scored.of("pages kept", kept, {text for text, yes in truth.items() if yes}),
            Scored("all pages", alike, len(truth), len(truth)),
            Scored("held-out labels", student.agreed_reviewed, student.held_out, student.held_out),
        ]

    def truth(self) -> dict[str, bool]:
        """Return of each page whether it is about the topic."""
        return {page.text: self.machine.common_topic in self.machine.topics(page.library) for page in self.machine.pages}

    def gold(self) -> Gold:
        return Gold(self.step.instruction, "filter", self.truth())

    def prompts(self) -> Iterator[Request]:
        most = self.labels + int(1.5 * _REVIEW * len(self.machine.pages))
        return prompts(self.step, self._rows()[:most])

    def plain(self) -> Plain:
        return Plain(len(self._rows()), list(prompts(replace(self.step, batch=1), self._rows())))

    def _rows(self) -> list[dict[str, str]]:
        return [{"text": page.text} for page in self.machine.pages]
