"""The quarantine by kind of error, with a few documents of each."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from tilth.fates import stream_trail
from tilth.run import Run
from tilth.store import Store
from tilth.web.drops import groups_of
from tilth.web.trails import Chosen, Document, Show

KINDS = 30  # shown, those of most rows
_MOST_KINDS = 1000  # told apart; errors of further kinds are of one kind, "others"
_DETAIL = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")


@dataclass(frozen=True)
class Fault:
    """One kind of error at one step, its rows and some of them."""

    label: str
    kind: str
    rows: int
    examples: tuple[Document, ...]


def faults_of(run: Run, out: Store, show: Show) -> list[Fault]:
    """Return the kinds of errors, most rows first."""
    counts, chosen = Counter[tuple[int, str]](), Chosen()
    for batch in stream_trail(out, "quarantine"):
        kinds = pa.array([kind_of(error or "") for error in batch["error"].to_pylist()], pa.large_string())
        for key, at in groups_of(pa.record_batch({"step": batch["step"], "kind": kinds}), "step", "kind"):
            key = key if key in counts or len(counts) < _MOST_KINDS else (key[0], "others")
            counts[key] += len(at)
            chosen.add(key, batch, at)
    most = sorted(counts, key=lambda key: (-counts[key], key))[:KINDS]
    return [Fault(run.funnel[key[0] + 1]["step"], key[1], counts[key], tuple(show(chosen.of(key)))) for key in most]


def kind_of(error: str) -> str:
    """Return what an error has in common with others of its kind: its first line without numbers and quoted parts.

    >>> kind_of("KeyError: 'b' at byte 17 of the line")
    'KeyError: … at byte # of the line'
    """
    return re.sub(r"[0-9]+", "#", _DETAIL.sub("…", error.partition("\n")[0][:500]))[:160]
