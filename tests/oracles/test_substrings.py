"""Exact substrings against the spans that the tool of Lee et al. found, byte for byte."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from oracles.recorded import GOLDEN, oracle

from tilth.dedup import RepeatedSubstrings
from tilth.memory import evaluate


@cache
def golden() -> dict:
    return json.loads((GOLDEN / "substrings.json").read_text())


def spans(texts: list[str], length: int) -> list[list[tuple[int, int]]]:
    rows = pa.table({"text": pa.array(texts, pa.large_string())})
    found = evaluate([RepeatedSubstrings(length, "byte", "none")], rows, partitions=3).table["repeated_spans"].to_pylist()
    return [[(span["start"], span["end"]) for span in text or []] for text in found]


@pytest.mark.parametrize("name", sorted(golden()["ours"]))
def test_our_corpora(name: str) -> None:
    (length, texts), known = oracle("substring_cases").corpora()[name], golden()["ours"][name]
    assert oracle("record_substrings").digest(texts) == known["texts"], "the corpora changed: record again"
    assert spans(texts, length) == [[tuple(span) for span in text] for text in known["spans"]]


def test_real_texts(shared: Path) -> None:
    recorder, compared = oracle("record_substrings"), 0
    for name, texts in recorder.real(shared):
        known = golden()["real"][name]
        if recorder.digest(texts) == known["texts"]:
            compared += 1
            assert recorder.summary(texts, spans(texts, known["length"])) == {key: known[key] for key in known if key != "length"}, name
    assert compared >= 6
