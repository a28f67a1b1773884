"""An edited text put where the text was."""

from __future__ import annotations

import pyarrow as pa

from tilth.clean.edited import with_edited


def test_nulls_stay_and_an_unchanged_batch_is_handed_on() -> None:
    batch = pa.record_batch({"text": pa.array(["a", None], pa.large_string())})
    assert with_edited(batch, pa.array(["a", ""], pa.large_string())) is batch
    assert with_edited(batch, pa.array(["b", ""], pa.large_string()))["text"].to_pylist() == ["b", None]
