"""The languages of the corpus, as the column `lang` says, measured and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tilth.piece import Piece, read_piece, schema_of
from tilth.run import Run
from tilth.store import Store


def languages_of(run: Run) -> list[tuple[str, int, int]]:
    """Return (language, rows after the stage that measured it, rows in the output), most rows first; none where none was measured."""
    store = run.store()
    stages = [stage for stage in run.stages() if any("lang" in schema_of(store, piece).names for piece in stage.values())]
    if not stages:
        return []
    first, last = _count(store, stages[0].values()), _count(store, stages[-1].values())
    return sorted(((name, rows, last[name]) for name, rows in first.items()), key=lambda item: (-item[1], item[0]))


def _count(store: Store, pieces: Iterable[Piece]) -> Counter[str]:
    counts = Counter[str]()
    for piece in pieces:
        for batch in read_piece(store, piece, ["lang"]):
            counts.update({str(item["values"] or "unknown"): item["counts"] for item in batch["lang"].value_counts().to_pylist()})
    return counts
