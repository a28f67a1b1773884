"""Long texts are cut into parts that cover them and overlap, and rows without parts are not asked."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.llm.simulate import Gold
from tilth.semantic.asking.parts import answered_in_parts, cut
from tilth.semantic.asking.question import Question


@given(st.text(st.sampled_from("ab 1.\n漢"), max_size=200), st.integers(2, 20), st.integers(0, 9))
def test_parts_cover_a_text_and_overlap(text: str, size: int, overlap: int) -> None:
    overlap = min(overlap, size - 1)
    parts = cut(text, size, overlap)
    covered = 0
    for start, part in parts:
        assert text[start : start + len(part)] == part and start <= covered
        covered = start + len(part)
    assert covered == len(text)


def test_every_row_has_the_answers_of_its_parts_and_no_others(simulator: Any) -> None:
    server = simulator(Gold("Shout", "map", {word: word.upper() for word in "abcdef"}))
    batch = pa.record_batch({"text": ["abc", "", "d", "ef"]})

    def split(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[int]]:
        texts = batch["text"].to_pylist()
        return pa.record_batch({"text": pa.array(list("".join(texts)), pa.string())}), list(map(len, texts))

    for batches in ([batch], [batch.slice(0, 1), batch.slice(1, 0), batch.slice(1, 3)], [batch.slice(n, 1) for n in range(4)]):
        found = [answers for _, answers in answered_in_parts(batches, Question("map", "Shout.", "m"), split)]
        told = [[answer.value for answer in row] for rows in found for row in rows]
        assert told == [["A", "B", "C"], [], ["D"], ["E", "F"]]
    assert server.stats()["m"]["requests"] == 1
