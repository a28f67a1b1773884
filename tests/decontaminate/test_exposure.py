"""The report: which document has which item, and how much of each set the corpus has."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import evaluate, read, run
from tilth.decontaminate import Exposure, NGrams, Remove, exposed, hits
from tilth.errors import RecipeError
from tilth.testing import check, examples


def marked(items, questions: list[str], texts: list[str]):  # type: ignore[no-untyped-def]
    fold = NGrams(n=3, action="mark")
    return evaluate(fold.finish(fold.observe(items(questions))), pa.table({"text": texts})).executed


def test_what_documents_have_together_counts(items) -> None:
    look, remove = marked(items, ["a b c d e f g h i j", "k l m n o p q r s t", "u v w"], ["a b c d", "x c d e f g h y", "m n o", "h i j"])
    (row,) = exposed(remove, look.items).to_pylist()
    assert row == {"set": "exam", "items": 3, "hit": 2, "clean": 1, "not_clean": 2, "not_dirty": 2, "dirty": 1, "share": 13 / 23}
    assert hits(remove)["document"].to_pylist() == [0, 1, 3, 2]


def test_the_first_documents_of_an_item_are_named(items) -> None:
    fold = NGrams(n=3, action="mark")
    look, exposure = fold.finish(fold.observe(items(["a b c d"])))
    few = Exposure(look.items, exposure.then, 2)
    done = evaluate([look, few], pa.table({"text": ["a b c x a b c"] * 5}))
    assert hits(done.executed[-1])["document"].to_pylist() == [0, 0, 1, 1]
    check(few, evaluate([look], pa.concat_tables([examples(), examples()]).drop_columns(["row"])).table)


def test_what_an_earlier_run_marked_is_read_as_json(items, tmp_path) -> None:
    fold = NGrams(n=3, action="drop")
    look, exposure = fold.finish(fold.observe(items(["a b c d"])))
    marked = evaluate([look], pa.table({"text": ["a b c", "x"]})).table
    pq.write_table(marked.drop_columns(["row"]), tmp_path / "marked.parquet")
    run(read.Parquet(str(tmp_path / "marked.parquet")), [exposure], str(tmp_path / "out"), "inline")
    assert pq.read_table(tmp_path / "out" / "data")["text"].to_pylist() == ["x"]


def test_no_report_is_an_error_with_its_fix() -> None:
    with pytest.raises(RecipeError, match="executed"):
        hits(Remove())
    with pytest.raises(RecipeError, match="documents=100"):
        Exposure(b"", Remove(), 0)
