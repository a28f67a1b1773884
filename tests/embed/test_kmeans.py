import numpy as np
import pyarrow as pa
import pytest

from tilth.embed import KMeans
from tilth.embed.kmeans import Lloyd
from tilth.embed.nearest_cluster import centres_of
from tilth.errors import CorpusError, RecipeError
from tilth.memory import addressed, evaluate
from tilth.testing import check


def rows(vectors, **columns):
    return addressed(pa.table({"embedding": pa.array(vectors, pa.list_(pa.float32()))} | columns))


def blobs(count=400, groups=5, dim=8, seed=0):
    """Vectors around `groups` directions, and which each is from."""
    rng = np.random.default_rng(seed)
    middle = np.linalg.qr(rng.standard_normal((dim, groups)))[0].T
    which = rng.integers(0, groups, count)
    return (middle[which] + 0.1 * rng.standard_normal((count, dim))).astype(np.float32), which


@pytest.mark.parametrize("step", [KMeans(), KMeans(clusters=4, sample=20), KMeans(clusters=3, rounds=0, nearest=2)])
def test_laws(step):
    vectors, _ = blobs(80)
    table = rows([*vectors.tolist(), None, [0.0] * 8])
    check(step, table)
    while not hasattr(step, "apply"):
        step = step.finish(step.observe(pa.record_batch([c.combine_chunks() for c in table.columns], schema=table.schema)))[0]
        check(step, table)


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_what_lies_together_is_one_cluster(rounds):
    vectors, which = blobs()
    table = evaluate([KMeans(clusters=5, rounds=rounds, sample=100)], rows(vectors.tolist())).table
    pairs = set(zip(table["cluster"].to_pylist(), which.tolist(), strict=True))
    assert len(pairs) == 5
    assert min(table["cluster_similarity"].to_pylist()) > 0.7


def test_a_round_moves_each_centre_to_the_mean_of_its_rows():
    vectors, _ = blobs(300, dim=4, groups=3)
    start = (np.eye(4)[:3] * 16384).astype(np.int16)
    executed = evaluate([Lloyd(start.tobytes(), 4)], rows(vectors.tolist())).executed[0]
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    nearest = (unit @ start.T.astype(np.float32)).argmax(axis=1)
    mean = np.array([unit[nearest == k].sum(axis=0) for k in range(3)])
    assert np.abs(centres_of(executed.centres, 4) / 16384 - mean / np.linalg.norm(mean, axis=1)[:, None]).max() < 1e-3


def test_a_centre_without_rows_stays():
    start = np.array([[16384, 0], [0, -16384]], np.int16)
    executed = evaluate([Lloyd(start.tobytes(), 2)], rows([[1.0, 0.1], [1.0, 0.0]])).executed[0]
    assert centres_of(executed.centres, 2)[1].tolist() == [0, -16384]


def test_as_many_clusters_as_the_corpus_wants():
    vectors, _ = blobs(5_000, groups=8)
    done = evaluate([KMeans(sample=1_000)], rows(vectors.tolist()))
    assert max(done.table["cluster"].to_pylist()) in (1, 2, 3)  # about 5000 / 2048
    assert set(evaluate([KMeans()], rows([[1.0, 0.0], [0.0, 1.0]])).table["cluster"].to_pylist()) == {0}


def test_more_clusters_than_directions():
    table = evaluate([KMeans(clusters=5, nearest=3)], rows([[1.0, 0.0], [2.0, 0.0], None, [0.0, 1.0]])).table
    assert table["cluster"].to_pylist()[0] == table["cluster"].to_pylist()[1] != table["cluster"].to_pylist()[3]
    assert table["cluster"].to_pylist()[2] is None


def test_what_cannot_be():
    for wrong in ({"clusters": -1}, {"sample": 3, "clusters": 4}, {"nearest": 0}):
        with pytest.raises(RecipeError, match="cannot be learned"):
            KMeans(**wrong)
    with pytest.raises(CorpusError, match="no row with a vector"):
        evaluate([KMeans()], rows([None, None]))
