"""Recipes over rows in memory."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from tilth import CorpusError, evaluate


def test_a_frame_is_refused_with_the_line_that_makes_it_a_table() -> None:
    frame: Any = pd.DataFrame({"text": ["a"]})
    with pytest.raises(CorpusError, match=r"rows=pa.table\(frame\)"):
        evaluate([], frame)
    assert evaluate([], pa.table(frame)).table["text"].to_pylist() == ["a"]
