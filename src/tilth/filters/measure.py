"""Several measuring steps in one pass over the text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.filters.c4 import C4, c4_signals, with_text
from tilth.filters.fineweb_quality import FineWebQuality, fineweb_signals
from tilth.filters.gopher_quality import GopherQuality, quality_signals
from tilth.filters.gopher_repetition import GopherRepetition, repetition_signals
from tilth.filters.in_language import count, each_language, is_english
from tilth.filters.signals import add
from tilth.kernels import text_counts
from tilth.op import Op

Step = GopherRepetition | GopherQuality | C4 | FineWebQuality

# in the order in which they can be measured together: the family's bit, what a step tells the kernel, what its counts become
_FAMILIES: dict[type[Step], tuple[int, Callable[[Any], dict[str, Any]], Callable[[np.ndarray], dict[str, pa.Array]]]] = {
    GopherRepetition: (text_counts.REPETITION, lambda step: {}, repetition_signals),
    GopherQuality: (text_counts.QUALITY, lambda step: {"stop_words": step.stop_words}, quality_signals),
    C4: (text_counts.C4, lambda step: {"c4_settings": step.settings()}, c4_signals),
    FineWebQuality: (text_counts.FINEWEB, lambda step: {"short_line": step.short_line_length}, fineweb_signals),
}


@dataclass(frozen=True)
class Measure(Op):
    """Do what these measuring steps do one after the other, but cut each text into words and lines once.

    `steps` are some of GopherRepetition, GopherQuality, C4 and FineWebQuality, in this order and each at most once. Where they do not
    agree on the language or on how words are split (C4 knows only English), each cuts for itself.

    >>> batch = pa.record_batch({"text": ["Menu\\nOne good sentence. Another one, and so on."]})
    >>> Measure((C4(), FineWebQuality())).apply(batch)["fineweb_lines"].to_pylist()
    [1]
    """

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        order = list(_FAMILIES)
        places = [order.index(type(step)) if type(step) in order else -1 for step in self.steps]
        if not places or -1 in places or places != sorted(set(places)):
            raise RecipeError(
                "These steps cannot be measured together.", where=repr(self),
                why=f"they must be some of {', '.join(kind.__name__ for kind in order)}, in this order and each at most once",
                fix="put the steps into the recipe one by one",
            )

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for step in self.steps for name in step.reads))

    @property
    def rewrites(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for step in self.steps for name in step.rewrites))

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if all(step.variant == "datatrove" for step in self.steps):
            languages = {("en", "datatrove") if isinstance(step, C4) else (step.language, step.splitter) for step in self.steps}
            if all(is_english(*each) for each in languages):
                return in_one_pass(self.steps, batch)
            if len(languages) == 1:
                return each_language(batch, self.in_language) if (None in languages.pop()) else in_one_language(self.steps, batch)
        for step in self.steps:
            batch = step.apply(batch)
        return batch


    def in_language(self, name: str) -> Measure | None:
        """Return the step for the rows in one language, "" for any; None where there is none."""
        steps = [step.in_language(name) for step in self.steps if not isinstance(step, C4)]
        return None if None in steps else replace(self, steps=tuple(step for step in steps if step))


def in_one_language(steps: tuple[Step, ...], batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return `batch` with the signals of these steps, all of the variant "datatrove" and in one language; there is no C4 among them."""
    wants, settings = _wanted(steps)
    counts = count(batch["text"], wants, steps[0].language, steps[0].splitter, **settings)  # type: ignore[union-attr,arg-type]
    for step in steps:
        batch = add(batch, _FAMILIES[type(step)][2](counts))
    return batch


def _wanted(steps: tuple[Step, ...]) -> tuple[int, dict[str, Any]]:
    """Return the families of these steps as bits, and what the kernel must be told."""
    wants, settings = 0, dict[str, Any]()
    for step in steps:
        bit, tell, _ = _FAMILIES[type(step)]
        wants |= bit
        settings |= tell(step)
    return wants, settings


def in_one_pass(steps: tuple[Step, ...], batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return `batch` with the signals of these steps, all of the variant "datatrove", and the text as C4 leaves it."""
    wants, settings = _wanted(steps)
    measured = text_counts.measure(batch["text"], wants, **settings)
    for step in steps:
        batch = add(batch, _FAMILIES[type(step)][2](measured.counts))
    return batch if measured.text is None else with_text(batch, measured.text)
