"""Edits: which step changed how many texts, and by how much."""

from __future__ import annotations

from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count, share
from tilth.web.page import lead, nothing, table
from tilth.web.statistics import Statistics


def edits(found: Statistics) -> Html:
    """Return a row a step that edited texts."""
    if not found.edits:
        return nothing("No step edited a text.")
    rows: list[list[object]] = [
        [tag("b", edit.label), count(edit.documents), share(edit.documents, edit.came), count(edit.before), count(edit.after),
         f"{edit.after - edit.before:+,}".replace("-", "−"), share(abs(edit.after - edit.before), edit.before)]
        for edit in found.edits
    ]  # fmt: skip
    text = "Characters before and after, over the texts that the step changed. The folder edits/ has the figures of each text."
    columns = ["step", "texts edited", "of those that came", "characters before", "after", "difference", "of them"]
    return joined(lead(text), table(columns, rows))
