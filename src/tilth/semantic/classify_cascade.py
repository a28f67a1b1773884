"""Labels at a fraction of their price: a proxy's label stands where it is sure enough, the model gives the others, accuracy guaranteed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.op import Op
from tilth.semantic.asking.answer import Answer
from tilth.semantic.cascade import scores_in
from tilth.semantic.classify import Classify
from tilth.semantic.from_sample import FromSample, read_by, targets_kept
from tilth.semantic.guarantees.extrapolate import extrapolate_accuracy
from tilth.semantic.guarantees.strata import answered as driven
from tilth.semantic.guarantees.thresholds import accuracy
from tilth.semantic.oracle import Oracle, decided, recalled
from tilth.semantic.pupil import lessons, taught
from tilth.semantic.remembered import added, opened, remember, streamed

Above = tuple[tuple[int, float], ...]  # a label's number, and from which confidence on the proxy's word for it stands


@dataclass(frozen=True)
class ClassifyCascade(FromSample):
    """Learn how sure `proxy` must be of each label for it to stand, and become a step that has the model of `step` label only the rest.

    `proxy` is a step that adds the column `guess` (one of the labels), and how sure it is of it: as the score of `{guess}_answer`, like a
    `semantic.Classify` of a small model with `batch=1`; or as `{guess}_score`, like a trained `filters.Classify`. Without one, a
    classifier is trained on labels bought for it. With probability 1 - `delta`, at least `accuracy` of the rows get the label that the
    model gives them. Each label has a cut of its own. `pool` and `labels` are those of `Cascade`.

    Raises RecipeError for targets outside (0, 1).

    >>> small = Classify("What is it?", ("news", "shop"), model="openai/gpt-4o-mini", name="guess", batch=1)
    >>> ClassifyCascade(Classify("What is it?", ("news", "shop"), model="openai/gpt-4o"), small).accuracy
    0.9
    """

    version: ClassVar[int] = 2

    step: Classify
    proxy: Op | None = None
    guess: str = "guess"
    accuracy: float = 0.9
    delta: float = 0.05
    pool: int = 10_000
    labels: int = 2000

    def __post_init__(self) -> None:
        where = f"semantic.ClassifyCascade: {self.step.instruction}"
        targets_kept(where, (self.pool, self.labels), accuracy=self.accuracy, delta=self.delta)

    def finish(self, state: pa.Table) -> list[Op]:
        rows, population = self.drawn(state)
        if rows is None:
            return [self.step]
        learned = 0 if self.proxy else lessons(len(rows))
        if len(state) >= self.pool:
            rows = rows.slice(0, learned + self.labels)  # nobody looks at the guesses about more
        oracle = Oracle(self.step, rows)
        proxy = self.proxy or taught(oracle, learned, self.guess)
        if proxy is None:
            return [ClassifyCascaded(self.step, None, labels=oracle.kept(), bought=oracle.bought)]
        made = proxy.apply(rows)
        above = self._cuts(oracle, made, proxy, learned, population if len(state) >= self.pool else 0)
        guessed = remember(rows, read_by(self.step, proxy), added(rows, made))
        return [ClassifyCascaded(self.step, proxy, self.guess, above, oracle.kept(), oracle.bought, guessed)]

    def _cuts(self, oracle: Oracle, made: pa.RecordBatch, proxy: Op, learned: int, population: int) -> Above:
        """Search over the rows that the proxy has a guess for (the model is asked about others anyway); why it may: see `Cascade`."""
        names, sure = guesses_in(made, self.guess, proxy)
        expected = np.array([self.step.labels.index(name) if name in self.step.labels else -1 for name in names], np.int64)
        at = np.flatnonzero(expected >= 0)
        at = at[at >= learned] if population else at

        def labels(wanted: np.ndarray) -> np.ndarray:
            return np.array([self.step.labels.index(value) if value else -1 for value in oracle.values(at[wanted])], np.int64)

        if not population:
            return driven(accuracy(sure[at], expected[at], self.accuracy, self.delta), labels).above
        left = round((population - learned) * len(at) / max(1, len(oracle.rows) - learned))
        return driven(extrapolate_accuracy(sure[at], expected[at], left, self.accuracy, self.delta, self.labels), labels)


def guesses_in(made: pa.RecordBatch, guess: str, proxy: Op) -> tuple[list[str | None], np.ndarray]:
    """Return a proxy's labels of rows, None where it has none, and how sure it is of them (float64; 1 where it does not say)."""
    names = made[guess].to_pylist() if guess in made.schema.names else scores_in(made, guess, proxy).to_pylist()
    if f"{guess}_answer" in made.schema.names:
        sure = pc.struct_field(made[f"{guess}_answer"], "score")
    else:
        sure = scores_in(made, f"{guess}_score", proxy)
    return names, np.asarray(pc.fill_null(sure, 1.0))


@dataclass(frozen=True)
class ClassifyCascaded(Op):
    """Let a proxy's label stand where it is at least as sure as `above` says for that label, and the model of `step` give the others.

    `labels` are answers of the model that were bought before, `guessed` what the proxy said of rows before (remembered.py). In
    `{column}_answer` the status is "proxy", with how sure it was as the `score`, or "ok" for the model's own.
    """

    step: Classify
    proxy: Op | None
    guess: str = "guess"
    above: Above = ()
    labels: bytes = field(default=b"", repr=False)
    bought: int = 0
    guessed: bytes = field(default=b"", repr=False)

    @property
    def rehearsal(self) -> tuple[Op, ...]:
        return (*(self.proxy.rehearsal if self.proxy else ()), *self.step.rehearsal)

    @property
    def reads(self) -> tuple[str, ...]:
        return read_by(self.step, self.proxy)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return next(self.stream([batch]))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        labels = opened(self.labels)
        enough = {self.step.labels[number]: cut for number, cut in self.above}

        def known(made: pa.RecordBatch) -> list[Answer | None]:
            names, sure = guesses_in(made, self.guess, self.proxy) if self.proxy else ([None] * len(made), np.zeros(len(made)))
            each = zip(recalled(made, self.step, labels), names, sure.tolist(), strict=True)
            return [told or _stands(name, score, enough) for told, name, score in each]

        return decided(self.step, streamed(self.proxy, batches, self.reads, self.guessed) if self.proxy else batches, known)


def _stands(name: Any, sure: float, enough: dict[str, float]) -> Answer | None:
    return Answer(name, status="proxy", score=sure) if name in enough and sure >= enough[name] else None
