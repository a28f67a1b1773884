import numpy as np
import pyarrow as pa
import pytest

from tilth.embed import NearestCluster
from tilth.errors import RecipeError, StepError
from tilth.memory import addressed
from tilth.testing import check

CENTRES = (np.eye(3) * 16384).astype(np.int16).tobytes()


def test_laws_and_the_order_of_the_nearest():
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((30, 3))
    table = addressed(pa.table({"embedding": pa.array([*vectors.tolist(), None], pa.list_(pa.float64()))}))
    check(NearestCluster(CENTRES, 3, nearest=3), table)
    batch = NearestCluster(CENTRES, 3, nearest=3).apply(table.to_batches()[0])
    found = np.array([batch[name].to_pylist()[:-1] for name in ("cluster", "cluster_2", "cluster_3")]).T
    assert np.array_equal(found, np.argsort(-vectors, axis=1))
    cosine = vectors.max(axis=1) / np.linalg.norm(vectors, axis=1)
    assert np.abs(np.array(batch["cluster_similarity"].to_pylist()[:-1]) - cosine).max() < 2e-4
    assert batch["cluster"].to_pylist()[-1] is None


def test_more_nearest_than_clusters_are_null():
    batch = NearestCluster(CENTRES, 3, nearest=5).apply(pa.record_batch({"embedding": [[1.0, 2.0, 3.0]]}))
    assert [batch[name].to_pylist() for name in ("cluster_3", "cluster_4", "cluster_5")] == [[0], [None], [None]]
    assert batch["cluster_5"].type == pa.int64()


def test_what_cannot_be():
    for data, dim in ((b"", 3), (CENTRES, 0), (CENTRES, 4)):
        with pytest.raises(RecipeError, match="no centres"):
            NearestCluster(data, dim)
    with pytest.raises(RecipeError, match="at least one"):
        NearestCluster(CENTRES, 3, nearest=0)
    with pytest.raises(StepError, match="4 numbers, not 3"):
        NearestCluster(CENTRES, 3).apply(pa.record_batch({"embedding": [[1.0, 2.0, 3.0, 4.0]]}))
