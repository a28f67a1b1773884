"""What each step did to texts: how many it edited, and how many characters that took or gave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tilth.fates import stream_trail
from tilth.run import Run
from tilth.store import Store


@dataclass(frozen=True)
class Edit:
    """The documents that one step edited of those that came, and their characters before and after."""

    label: str
    came: int
    documents: int
    before: int
    after: int


def edits_of(run: Run, out: Store) -> list[Edit]:
    """Return one Edit for each step that edited a text, in order of the steps."""
    sums: dict[int, np.ndarray] = {}
    for batch in stream_trail(out, "edits", ["step", "before", "after"]):
        steps = np.asarray(batch["step"])
        figures = np.stack([np.ones(len(batch), np.int64), np.asarray(batch["before"]), np.asarray(batch["after"])])
        for step in np.unique(steps):
            sums[int(step)] = sums.get(int(step), np.zeros(3, np.int64)) + figures[:, steps == step].sum(axis=1)
    funnel = run.funnel
    return [Edit(funnel[step + 1]["step"], funnel[step + 1]["came"], *sums[step].tolist()) for step in sorted(sums)]
