"""What edits took is what the trail says."""

from __future__ import annotations

from tilth.run import load
from tilth.store import Store
from tilth.web.edits import Edit, edits_of


def test_one_step_edited_and_took_a_character_a_text(out: str) -> None:
    (edit,) = edits_of(load(out), Store(out))
    rows = load(out).data["rows_in"] - load(out).data["quarantined"]
    assert (edit.label, edit.came, edit.documents) == ("Replace", rows, 40)
    assert edit.before - edit.after == 40  # "line" became "row"
    assert isinstance(edit, Edit)
