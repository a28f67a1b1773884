"""C4 as its original code has it: own numbers by default, a null stays null, a dropped page keeps its text."""

from __future__ import annotations

import pyarrow as pa

from tilth import filters

PAGE = "Menu\nHere is one good line.[1]\nHere is another good line. And one more of them.\nShort one here."


def run(*texts: str | None, **options: int) -> pa.RecordBatch:
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    for step in filters.c4("paper", **options):
        batch = step.apply(batch)
    return batch


def test_cleans_and_keeps_three_sentences() -> None:
    batch = run(PAGE, "Here is only one good line.", None)
    assert batch["text"].to_pylist() == ["Here is one good line.\nHere is another good line. And one more of them.",
        "Here is only one good line.", None]
    assert batch["drop"].to_pylist()[:2] == [None, "too_few_sentences"]
    assert batch["c4_lines_kept"].to_pylist() == [2, 1, None]


def test_other_numbers() -> None:
    assert run("Three words only.", min_words_per_line=3, min_num_sentences=1)["drop"].to_pylist() == [None]
    assert run("No sentences", min_num_sentences=-1)["drop"].to_pylist() == [None]


def test_a_page_that_is_dropped_keeps_its_text() -> None:
    curly = "Here is a { in a line.\nHere is one good line."
    batch = run(curly, "Here is some lorem ipsum text.", "x " * 100_000)
    assert batch["drop"].to_pylist() == ["curly_bracket", "lorem_ipsum", "too_long"] and batch["text"][0].as_py() == curly


def test_counts_words_where_datatrove_does_not() -> None:
    cited = "Only [1] [2] [3] two."
    assert run(cited)["c4_lines_kept"].to_pylist() == [0]
    assert filters.C4().apply(pa.record_batch({"text": [cited]}))["c4_lines_kept"].to_pylist() == [1]
