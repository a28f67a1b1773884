"""Evaluation sets: how much of each the corpus had, and which document had which item."""

from __future__ import annotations

import re

from tilth.web.exposures import Exposures
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count, share
from tilth.web.page import code, lead, nothing, table

_FOLDERS = re.compile(r"^(?!https?://).*/(?=[^/]*\.[^/]*$)")  # before the name of a file; "HumanEval/12" is the id of an item, no path
DONE = {"cut": "was cut out of its documents", "drop": "went, with its documents", "mark": "is marked, and stays"}


def evaluation(exposures: Exposures) -> Html:
    """Return a row a set, and below what documents have of the items that they have most of."""
    found = exposures.found
    rows: list[list[object]] = [
        [tag("b", row["set"]), count(row["items"]), count(row["hit"]), count(row["dirty"]), share(row["dirty"], row["items"])]
        for row in found.exposed.to_pylist()
    ]
    text = lead(
        "Items of evaluation sets, looked for in every document. An item is hit where a document has a stretch of it, and dirty where "
        f"documents together have four fifths of its words. What had {_least(found.share)} {DONE[found.action]}.",
    )
    return joined(text, table(["set", "items", "hit", "dirty", "share dirty"], rows), _stretches(exposures))


def _least(share_of: float) -> str:
    return f"{share_of:.0%} of an item" if share_of else "any part"


def _stretches(exposures: Exposures) -> Html:
    if not exposures.stretches:
        return nothing("No document has a stretch of any of them.")
    rows: list[list[object]] = [
        [joined(tag("b", hit["set"]), " ", code(_FOLDERS.sub("", hit["id"]))), code(document.id), document.text, f"{hit['share']:.0%}"]
        for hit, document in exposures.stretches
    ]
    title = tag("h3", "Who had what", tag("small", f"of {count(len(exposures.found.hits))} stretches those of the largest shares"))
    return joined(title, table(["item", "document", "what it had", "of the item"], rows, 3))
