"""Arrow columns of any type become the few types of a corpus."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tilth.read.cast import normal, to_type
from tilth.read.columns import BOOL, FLOAT, INT, STRING

DAY = datetime.date(2024, 5, 1)


@pytest.mark.parametrize(("values", "kind", "expected"), [
    (pa.array([1, None], pa.int8()), INT, [1, None]),
    (pa.array([1.5], pa.float32()), FLOAT, [1.5]),
    (pa.array(np.array([1.5], np.float16)), FLOAT, [1.5]),
    (pa.array([True]), BOOL, [True]),
    (pa.array(["a", None], pa.string()), STRING, ["a", None]),
    (pa.array(["a", "a"]).dictionary_encode(), STRING, ["a", "a"]),
    (pa.array(["a"], pa.string_view()), STRING, ["a"]),
    (pa.array([b"\xff"], pa.binary(1)), pa.binary(1), [b"\xff"]),
    (pa.array([DAY]), STRING, ["2024-05-01"]),
    (pa.array([decimal.Decimal("1.50")]), STRING, ["1.50"]),
    (pa.array([[1, 2], None]), pa.large_list(pa.int64()), [[1, 2], None]),
    (pa.array([["a", "b"], None]), STRING, ['["a","b"]', None]),
    (pa.array([{"a": DAY, "b": [None]}]), STRING, ['{"a":"2024-05-01","b":[null]}']),
    (pa.array([datetime.timedelta(seconds=1)]), STRING, ["1000000"]),
    (pa.nulls(2), STRING, [None, None]),
])
def test_types(values: pa.Array, kind: pa.DataType, expected: list[Any]) -> None:
    faults: dict[int, str] = {}
    assert normal(values.type) == kind
    assert to_type(values, "x", kind, faults, 100).to_pylist() == expected
    assert not faults


def test_what_does_not_fit_is_told_by_row() -> None:
    faults: dict[int, str] = {}
    assert to_type(pa.array([1, 2**63], pa.uint64()), "n", INT, faults, 100).to_pylist() == [1, None]
    assert "field 'n' is no int64" in faults[1]
    broken = pa.StringArray.from_buffers(3, pa.py_buffer(np.array([0, 1, 2, 3], np.int32)), pa.py_buffer(b"a\xffb"))
    faults = {}
    assert to_type(broken, "t", STRING, faults, 100).to_pylist() == ["a", None, "b"]
    assert list(faults) == [1] and "UTF" in faults[1]
    faults = {}
    to_type(pa.array(["ab", None, "abc"]), "t", STRING, faults, 2)
    assert faults == {2: "the field 't' is longer than max_bytes=2"}
