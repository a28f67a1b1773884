"""dolma's figures as columns: names, types, rounding, and what a null text gives."""

from __future__ import annotations

import pyarrow as pa

from tilth.filters import GopherQuality, GopherRepetition

TEXTS = pa.array(["one two three of the", "", None, "a\n\na\n\nb"], pa.large_string())


def test_quality_columns() -> None:
    found = GopherQuality("dolma").apply(pa.record_batch({"text": TEXTS})).to_pydict()
    assert found["gopher_words"] == [5, 0, None, 3] and found["gopher_stop_words"] == [2, 0, None, 0]
    assert found["gopher_median_word_length"] == [3.0, 0.0, None, 1.0]
    assert "gopher_mean_word_length" not in found and "gopher_hash_ratio" not in found


def test_figures_are_rounded_as_dolma_writes_them() -> None:
    batch = pa.record_batch({"text": ["#one two three"]})
    assert GopherQuality("dolma").apply(batch)["gopher_symbol_ratio"].to_pylist() == [0.33333]


def test_repetition_columns_of_both_versions() -> None:
    batch = pa.record_batch({"text": TEXTS})
    first, second = (GopherRepetition(variant).apply(batch)["gopher_dup_line_frac"].to_pylist() for variant in ("dolma", "dolma_v2"))
    assert first == [0.0, 0.0, None, 0.8] and second == [0.0, 0.0, None, 0.66667]
    assert len(GopherRepetition("dolma").apply(batch).schema) == 12


def test_other_stop_words() -> None:
    batch = pa.record_batch({"text": ["der Fluss und die Stadt"]})
    assert GopherQuality("dolma", ("der", "die", "und")).apply(batch)["gopher_stop_words"].to_pylist() == [3]
