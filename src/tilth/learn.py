"""Learn there, apply here: a Fold that sees another corpus than the one its steps are applied to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tilth.op import Fold, Op
from tilth.read.reader import Reader


@dataclass(frozen=True)
class LearnFrom:
    """A Fold `step` that observes `corpus` (after the local steps `prepare`), and finishes into steps for the recipe it stands in."""

    corpus: Reader
    step: Fold
    prepare: tuple[Op, ...] = ()
    version: ClassVar[int] = 1


def learn_from(corpus: Reader, step: Fold, prepare: tuple[Op, ...] | list[Op] = ()) -> LearnFrom:
    """Return a step that learns `step` from `corpus` and applies it here: decontamination, DSIR targets, classifiers, evaluation sets.

    `prepare` are local steps that the other corpus goes through first.
    """
    return LearnFrom(corpus, step, tuple(prepare))
