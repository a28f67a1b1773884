"""Clusters of duplicates: how large they are, and the largest with the document that stands for each and some of its copies."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tilth.op import Batch
from tilth.run import Run
from tilth.store import Store
from tilth.web.drops import groups_of
from tilth.web.trails import EXAMPLES, Document, Show, audited, kept, spread

LARGEST = 5  # clusters shown of each step
LARGE = 100  # copies: from here on a cluster deserves a look of its own


@dataclass(frozen=True)
class Cluster:
    """A document that stayed, and copies of it that did not; `copies` counts them all."""

    stays: Document
    copies: int
    some: list[Document]


@dataclass(frozen=True)
class Clusters:
    """All clusters that one step found: `sizes` (int64, the document that stays counted) and the largest."""

    step: str
    reason: str
    sizes: np.ndarray
    largest: list[Cluster]

    @property
    def copies(self) -> int:
        return int(self.sizes.sum()) - len(self.sizes)


@dataclass
class Copies:
    """Who stands for whom, by step and reason, folded from the audit."""

    found: dict[tuple[int, str], list[tuple[np.ndarray, np.ndarray]]] = field(default_factory=dict)

    def add(self, batch: Batch) -> None:
        """Fold a batch of the audit with its columns row, step, reason and drop_of."""
        batch = batch.filter(batch["drop_of"].is_valid())
        rows, of = np.asarray(batch["row"]), np.asarray(batch["drop_of"])
        for key, at in groups_of(batch, "step", "reason"):
            self.found.setdefault(key, []).append((rows[at], of[at]))

    def finish(self, run: Run, out: Store, show: Show) -> list[Clusters]:
        """Return the clusters of each step, in order of the steps."""
        parts = {key: tuple(map(np.concatenate, zip(*arrays, strict=True))) for key, arrays in sorted(self.found.items())}
        shown = {key: [(of, n, _some(rows, stands, of)) for of, n in _largest(stands)] for key, (rows, stands) in parts.items()}
        wanted = [each for clusters in shown.values() for each in clusters]
        gone = audited(out, [row for _, _, some in wanted for row in some])
        found = gone | kept(run, [of for of, _, _ in wanted], ("id", "source", "text"))
        named = dict(zip(found, show(list(found.values())), strict=True))
        return [
            Clusters(
                run.funnel[step + 1]["step"], reason, np.unique(parts[step, reason][1], return_counts=True)[1] + 1,
                [Cluster(named.get(of, Document(of, str(of), "")), n, [named[row] for row in some]) for of, n, some in clusters],
            )
            for (step, reason), clusters in shown.items()
        ]  # fmt: skip


def _largest(stands: np.ndarray) -> list[tuple[int, int]]:
    """Return (row that stands, number of copies) of the largest clusters, the smaller address first where they are equal."""
    rows, counts = np.unique(stands, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:LARGEST]
    return [(int(rows[i]), int(counts[i])) for i in order]


def _some(rows: np.ndarray, stands: np.ndarray, of: int) -> list[int]:
    mine = rows[stands == np.uint64(of)]
    return [int(row) for row in mine[np.argsort(spread(mine), kind="stable")][:EXAMPLES]]
