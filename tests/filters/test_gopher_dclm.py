"""DCLM's variant of Gopher's rules at its thresholds, and where there is nothing to divide by."""

from __future__ import annotations

import pyarrow as pa
import pytest

import tilth
from tilth import filters
from tilth.filters.gopher_dclm import quality_rules, repetition_rules

PROSE = "The hills of the north lie under clouds, and with them the rain that falls there. "


def reason(steps: list[tilth.Op], text: str) -> str | None:
    found = tilth.try_on(steps, text).get("drop")
    return None if found is None else str(found)


@pytest.mark.parametrize(("text", "wanted"), [
    (PROSE * 4, None), (PROSE, "page_length_filter"), ("", "page_length_filter"), ("go " * 60, "word_length_filter"),
    ((PROSE + "#one #two ... ") * 4, "symbol_ratio_filter"), ("● " + PROSE.replace("clouds", "clouds\n*") * 8, "bullet_count_filter"),
    ((PROSE.strip() + "…\n") * 4, "ellipsis_count_filter"), ((PROSE + "1234 5678 9012 3456 7890 ") * 4, "alphabetic_word_ratio_filter"),
    ("Sheep graze here " * 20, "stop_word_filter"),
])
def test_first_reasons_of_quality(text: str, wanted: str | None) -> None:
    assert reason(filters.gopher_quality("dclm"), text) == wanted


@pytest.mark.parametrize(("text", "wanted"), [
    ("One line alone.", None), ("", "repeated_lines"), (" \n ", "repeated_lines"), ("Again.\nAgain.\nNo.", "repeated_lines"),
    ("a b\n\na b\n\nx y z u v w\nq r\ns t\nm n\no p", "repeated_paragraphs"),
    ("a b a b c d a b", "most_common_2_gram"),
])
def test_first_reasons_of_repetition(text: str, wanted: str | None) -> None:
    assert reason(filters.gopher_repetition("dclm"), text) == wanted


def test_a_rule_is_left_out_by_none() -> None:
    assert len(quality_rules()) == 9 and len(quality_rules(min_doc_words=None)) == 8
    assert len(repetition_rules()) == 13 and len(repetition_rules(dup_para_frac=None, top_n_grams=())) == 9


def test_stop_words_of_ones_own_and_their_capitals() -> None:
    batch = filters.GopherQuality("dclm", stop_words=("und", "ÜBER")).apply(pa.record_batch({"text": ["Und über und UND unter"]}))
    assert batch["gopher_stop_words"].to_pylist() == [4]


def test_null_gives_null() -> None:
    batch = pa.record_batch({"text": pa.array([None], pa.large_string())})
    for step in (filters.GopherQuality("dclm"), filters.GopherRepetition("dclm")):
        assert all(value is None for value in step.apply(batch).to_pylist()[0].values())
