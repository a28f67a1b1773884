import numpy as np
import pyarrow as pa
import pytest

from tilth.embed.vectors import at_rows, column, packed, unpacked, vectors
from tilth.errors import CorpusError, RecipeError, StepError

ROWS = [[1.0, 2.0], None, [3.0, 4.0]]


KINDS = [pa.list_(pa.float32(), 2), pa.list_(pa.float64()), pa.large_list(pa.float32()), pa.list_(pa.float16(), 2)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", [0, 1])
def test_every_kind_of_list_of_floats(kind, start):
    values = pa.array([None if row is None else np.array(row, np.float16) if "half" in str(kind) else row for row in ROWS], kind)
    batch = pa.record_batch({"v": values}).slice(start)
    found, some = vectors(batch, "v")
    assert found.dtype == np.float32 and found.tolist() == [row for row in ROWS[start:] if row]
    assert some.tolist() == [row is not None for row in ROWS[start:]]
    assert column(at_full(found, some), some).to_pylist() == ROWS[start:]


def at_full(found, some):
    full = np.zeros((len(some), found.shape[1]), np.float32)
    full[some] = found
    return full


def test_no_rows():
    batch = pa.record_batch({"v": pa.array([], pa.list_(pa.float32(), 3)), "w": pa.array([], pa.list_(pa.float32()))})
    assert vectors(batch, "v")[0].shape == (0, 3) and len(vectors(batch, "w")[0]) == 0


def test_what_is_no_column_of_vectors():
    batch = pa.record_batch({"text": ["a"], "n": [[1, 2]], "v": [[1.0]]})
    with pytest.raises(CorpusError, match="no column 'missing'"):
        vectors(batch, "missing")
    for name in ("text", "n"):
        with pytest.raises(RecipeError, match="holds no vectors"):
            vectors(batch, name)
    for lists in ([[1.0], [1.0, 2.0]], [[1.0], [1.0, 2.0, 3.0]], [[], [1.0, 2.0]]):
        with pytest.raises(StepError, match="different lengths"):
            vectors(pa.record_batch({"v": lists}), "v")


def test_packed_units_come_back():
    units = np.arange(12, dtype=np.int16).reshape(4, 3)
    assert unpacked(packed(units)).tolist() == units.tolist()
    assert unpacked(pa.chunked_array([packed(units).slice(1, 2), packed(units).slice(3)])).tolist() == units[1:].tolist()
    assert unpacked(packed(units[:0])).shape == (0, 0)
    with pytest.raises(StepError, match="different lengths"):
        unpacked(pa.chunked_array([packed(units), packed(units[:, :2].copy())]))


def test_values_at_rows():
    assert at_rows(np.array([5, 6]), np.array([False, True, True])).to_pylist() == [None, 5, 6]
