"""What each rule dropped, of how many rows, from which sources, with a few documents of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from tilth.op import Batch
from tilth.run import Run
from tilth.web.trails import Chosen, Document, Show, kept

REASONS = 80  # reasons shown with examples, those of most rows; all are counted


@dataclass(frozen=True)
class Drop:
    """One reason of one step: rows dropped of those that came to the step, and some of them."""

    step: int  # as executed; -1 is the reader
    label: str
    reason: str
    came: int
    rows: int
    rule: str = ""
    examples: tuple[Document, ...] = ()


def drops_of(run: Run) -> list[Drop]:
    """Return every reason of every step that dropped a row, most rows first, without examples."""
    executed = run.data["executed"]
    found = [
        Drop(step, entry["step"], reason, entry["came"], rows, executed[step].get("rule", "") if step >= 0 else "")
        for step, entry in enumerate(run.funnel, -1) for reason, rows in entry["dropped"].items()
    ]  # fmt: skip
    return sorted(found, key=lambda drop: (-drop.rows, drop.step, drop.reason))


@dataclass
class Examples:
    """Folds the audit: some documents of each of `drops`, and how many rows of each of `sources` went for which reason."""

    drops: list[Drop]
    sources: set[str]
    by_source: Counter[tuple[str, int, str]] = field(default_factory=Counter)  # source, step, reason -> rows
    chosen: Chosen = field(default_factory=Chosen)

    def __post_init__(self) -> None:
        self.shown = {(drop.step, drop.reason) for drop in self.drops[:REASONS]}

    def add(self, batch: Batch) -> None:
        """Fold a batch of the whole audit."""
        names = ["source", "step", "reason"]
        groups = pa.table([batch[name] for name in names], names).group_by(names).aggregate([([], "count_all")])
        for group in groups.to_pylist():
            source, key = group["source"] or "", (group["step"], group["reason"])
            if source in self.sources and key in self.shown:
                self.by_source[source, *key] += group["count_all"]
        for key, at in groups_of(batch, "step", "reason"):
            if key in self.shown:
                self.chosen.add(key, batch, at)

    def finish(self, run: Run, show: Show) -> list[Drop]:
        """Return the drops with their examples, each duplicate with the id of the document that stays."""
        examples = {key: self.chosen.of(key) for key in self.shown}
        stays = kept(run, [one.drop_of for found in examples.values() for one in found if one.drop_of is not None])
        names = {row: one.id for row, one in zip(stays, show(list(stays.values())), strict=True)}
        return [
            replace(drop, examples=tuple(_with_names(show(examples.get((drop.step, drop.reason), [])), names))) for drop in self.drops
        ]


def _with_names(documents: list[Document], names: dict[int, str]) -> list[Document]:
    return [one if one.drop_of is None else replace(one, stays=names.get(one.drop_of, str(one.drop_of))) for one in documents]


def groups_of(batch: Batch, number: str, text: str) -> list[tuple[tuple[int, str], np.ndarray]]:
    """Return ((value of a column of numbers, value of a column of texts), indices of the rows that have both) of each pair.

    >>> batch = pa.record_batch({"step": [4, 5, 4], "reason": ["long", "long", "long"]})
    >>> [(key, at.tolist()) for key, at in groups_of(batch, "step", "reason")]
    [((4, 'long'), [0, 2]), ((5, 'long'), [1])]
    """
    texts = batch[text].dictionary_encode()
    names, numbers = texts.dictionary.to_pylist(), np.asarray(batch[number], np.int64)
    pairs, which = np.unique(np.stack([numbers, np.asarray(texts.indices)]), axis=1, return_inverse=True)
    return [((int(n), names[t]), np.flatnonzero(which.ravel() == k)) for k, (n, t) in enumerate(pairs.T.tolist())]
