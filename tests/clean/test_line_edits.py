"""Line edits as steps: what they measure, what is refused, and the composite over a run."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tilth
from tilth import clean, read
from tilth.clean import Cut, LineEdits, refinedweb_line_edits
from tilth.errors import RecipeError

PAGE = "MENU AND HOME\n12 likes\nIt rained all day in the hills. Read more...\n\nNext\nThey stayed at home and read."


def test_published_edits() -> None:
    row = refinedweb_line_edits(None)[0].apply(pa.record_batch({"text": [PAGE]})).to_pylist()[0]
    assert row["text"] == "It rained all day in the hills.\n\nThey stayed at home and read."
    assert (row["line_edits_words"], row["line_edits_words_left"], row["line_edits_removed_ratio"]) == (21, 13, 8 / 21)


def test_a_page_that_lost_much_goes_and_one_without_words_too() -> None:
    done = tilth.evaluate(refinedweb_line_edits(0.4), pa.table({"text": [PAGE, "MENU MENU\nA word.", "", "...", None]}))
    assert done.table["text"].to_pylist() == ["It rained all day in the hills.\n\nThey stayed at home and read."]
    assert done.audit["reason"].to_pylist() == ["word_removal_ratio_filter"] * 4


def test_null_stays_null_and_other_columns_their_arrays() -> None:
    batch = pa.record_batch({"text": pa.array([None, "A"], pa.large_string()), "id": ["x", "y"]})
    edited = LineEdits(max_uppercase_ratio=0.5).apply(batch)
    assert edited["text"].to_pylist() == [None, ""] and edited["line_edits_words"].to_pylist() == [None, 1]
    assert edited["id"].buffers()[2].address == batch["id"].buffers()[2].address


@pytest.mark.parametrize(("arguments", "what"), [(("x", "middle"), "no place 'middle'"), (("",), "phrase to cut is empty")])
def test_what_is_no_cut_is_refused(arguments: tuple[str, ...], what: str) -> None:
    with pytest.raises(RecipeError, match=what):
        Cut(*arguments)


def test_long_lines_and_long_phrases() -> None:
    million = "word " * 200_000 + "items in cart"
    step = LineEdits(min_words=2, counters=True, cuts=(Cut("items in cart", max_words=None), Cut("x" * 5000)))
    assert step.apply(pa.record_batch({"text": [million]}))["text"][0].as_py() == "word " * 199_999 + "word"


def test_a_grown_run_equals_one_from_scratch(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    recipe = [clean.RemoveUrls(), clean.LimitNewlines(), clean.PageRepeats(), *refinedweb_line_edits(0.5)]
    for shard in range(3):
        texts = [f"Page {shard} {row}: see www.example.org.\nLOUD\nIt rained. It rained.\nIt rained. It rained." for row in range(20)]
        (pages / f"{shard}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        grown = tilth.run(read.Jsonl(f"{pages}/*.jsonl"), recipe, out=str(tmp_path / "grown"), executor="inline")
    scratch = tilth.run(read.Jsonl(f"{pages}/*.jsonl"), recipe, out=str(tmp_path / "scratch"), executor="local:2")
    tables = [pq.read_table(f"{run.out}/data").sort_by("row").drop_columns("row") for run in (grown, scratch)]
    assert tables[0].equals(tables[1]) and len(tables[0]) == 60
    assert tables[0]["text"][0].as_py() == "Page 0 0: see\nIt rained. It rained."
