"""Test items in the corpus, for the page: what `contamination` says, its documents as the page shows documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tilth.contamination import Contamination, contamination
from tilth.run import Run
from tilth.web.trails import Document, Show

MOST = 12  # stretches shown, of different items


@dataclass(frozen=True, eq=False)
class Exposures:
    """All of it, and of the items that documents have most of, one stretch each."""

    found: Contamination
    stretches: list[tuple[dict[str, Any], Document]]


def exposures_of(run: Run, show: Show) -> Exposures | None:
    """Return what a run found of evaluation sets, None where none was looked for."""
    found = contamination(run)
    if found is None:
        return None
    hits = found.hits.sort_by([("share", "descending"), ("item", "ascending"), ("document", "ascending")]).to_pylist()
    most = list({hit["item"]: hit for hit in reversed(hits)}.values())[::-1][:MOST]
    shown = show([Document(hit["document"], hit["document_id"] or "", hit["document_source"] or "", hit["text"] or "") for hit in most])
    return Exposures(found, list(zip(most, shown, strict=True)))
