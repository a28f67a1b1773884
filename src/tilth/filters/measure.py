"""Several measuring steps in one pass over the text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.filters.c4 import C4, c4_signals, with_text
from tilth.filters.fineweb_quality import FineWebQuality, fineweb_signals
from tilth.filters.gopher_quality import GopherQuality, quality_signals
from tilth.filters.gopher_repetition import GopherRepetition, repetition_signals
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

    `steps` are some of GopherRepetition, GopherQuality, C4 and FineWebQuality, in this order and each at most once.

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
        return ("text",)

    @property
    def rewrites(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for step in self.steps for name in step.rewrites))

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if all(step.variant == "datatrove" for step in self.steps):
            return in_one_pass(self.steps, batch)
        for step in self.steps:
            batch = step.apply(batch)
        return batch


def in_one_pass(steps: tuple[Step, ...], batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return `batch` with the signals of these steps, all of the variant "datatrove", and the text as C4 leaves it."""
    wants, settings = 0, dict[str, Any]()
    for step in steps:
        bit, tell, _ = _FAMILIES[type(step)]
        wants |= bit
        settings |= tell(step)
    measured = text_counts.measure(batch["text"], wants, **settings)
    for step in steps:
        batch = add(batch, _FAMILIES[type(step)][2](measured.counts))
    return batch if measured.text is None else with_text(batch, measured.text)
