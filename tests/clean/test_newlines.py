"""Newlines in a row, limited."""

from __future__ import annotations

import pyarrow as pa

from tilth.clean import LimitNewlines


def test_runs_are_cut_and_all_else_stays() -> None:
    batch = pa.record_batch({"text": pa.array(["a\n\n\n\nb\n \n\n", None, ""], pa.large_string())})
    assert LimitNewlines().apply(batch)["text"].to_pylist() == ["a\n\nb\n \n\n", None, ""]
    assert LimitNewlines(most=0).apply(batch)["text"].to_pylist() == ["ab ", None, ""]


def test_a_batch_without_long_runs_is_handed_on() -> None:
    batch = pa.record_batch({"text": pa.array(["a\nb"], pa.large_string())})
    assert LimitNewlines().apply(batch) is batch
