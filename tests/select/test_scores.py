import pyarrow as pa
import pytest

from tilth.errors import CorpusError
from tilth.select import ParetoLuck, PrecisionThreshold, TopShare
from tilth.select.scores import scores


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint64(), pa.float32(), pa.decimal128(10, 2)])
def test_numbers(kind):
    assert scores(pa.record_batch({"x": pa.array([1, None, 0], kind)}), "x", "here").to_pylist() == [1.0, None, 0.0]


WRONG = [pa.array([2**53 + 1]), pa.array([2**64 - 1], pa.uint64()), pa.array([1], pa.timestamp("ns")), pa.array(["high"])]


@pytest.mark.parametrize("values", WRONG)
@pytest.mark.parametrize("step", [TopShare("x"), PrecisionThreshold("x", "label", "good"), ParetoLuck("x")])
def test_what_is_no_score(step, values):
    batch = pa.record_batch({"row": pa.array([0], pa.uint64()), "id": ["a"], "x": values, "label": ["good"]})
    look = step.apply if isinstance(step, ParetoLuck) else step.observe
    with pytest.raises(CorpusError, match="'x' is no score") as told:
        look(batch)
    assert str(values.type) in str(told.value) and repr(step) in str(told.value)


def test_no_column():
    with pytest.raises(CorpusError, match="no column 'y'"):
        scores(pa.record_batch({"x": [1]}), "y", "here")
