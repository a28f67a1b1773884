"""Whom the corpus speaks of, for the page: what `tilth stats RUN --groups` says, its documents as the page shows documents."""

from __future__ import annotations

from dataclasses import dataclass

from tilth.run import Run
from tilth.stats import People, Shift, people, spoken
from tilth.web.trails import Document, Show

WORDS = 8  # to either side


@dataclass(frozen=True)
class Spoken:
    """All of it, and for each shift beyond chance some of the documents that went."""

    found: People
    examples: list[tuple[Shift, list[Document]]]


def spoken_of(run: Run, show: Show) -> Spoken | None:
    """Return whom a run speaks of, None where no step counted."""
    if spoken(run) is None:
        return None
    found = people(run.out, WORDS)
    shown = [
        (shift, show([Document(one.row, one.id, one.source, one.excerpt) for one in examples])) for shift, examples in found.examples
    ]
    return Spoken(found, shown)
