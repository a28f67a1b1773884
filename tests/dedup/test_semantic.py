import json
import sys
import tarfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import read, run
from tilth.dedup import SemanticDuplicates, semantic
from tilth.embed import HashedSvd, KMeans
from tilth.errors import CorpusError, RecipeError
from tilth.kernels import cosine
from tilth.memory import addressed, evaluate
from tilth.testing import check


def cloud(count=150, groups=12, dim=8, noise=0.25, seed=0):
    """Unit vectors in clumps, some equal, one without direction, one row without a vector."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((groups, dim))[rng.integers(0, groups, count)] + noise * rng.standard_normal((count, dim))
    vectors[5] = vectors[50] = vectors[count - 3]
    vectors[9] = 0
    return vectors.astype(np.float32)


def rows(vectors, clusters=0, probes=1, **columns):
    table = addressed(pa.table({"embedding": pa.array([*vectors.tolist(), None], pa.list_(pa.float32()))} | columns))
    return evaluate([KMeans(clusters, nearest=probes)], table).table


def gone(table, *steps):
    audit = evaluate(list(steps), table).audit
    return dict(zip(audit["row"].to_pylist(), audit["drop_of"].to_pylist(), strict=True))


def cosines(vectors):
    units = cosine.units(vectors).astype(np.int64)
    return units @ units.T / cosine.ONE


@pytest.mark.parametrize("probes", [1, 2, 3])
@pytest.mark.parametrize("keep", ["first", "longest", "hard", "easy"])
@pytest.mark.parametrize("variant", ["tilth", "nemo"])
def test_laws(probes, keep, variant):
    vectors = cloud(60)
    texts = ["x" * n for n in np.random.default_rng(1).integers(0, 5, 61).tolist()]
    check(SemanticDuplicates(0.9, probes, keep, variant), rows(vectors, 4, probes, text=texts))


def sequential(alike, order):
    """The rule itself: {document: the most like of those that stay}, best first."""
    stays, found = [], {}
    for i in order:
        like = [k for k in stays if alike[i, k]]
        if like:
            found[i] = max(like, key=lambda k: (alike[i, k], -order.index(k)))
        else:
            stays.append(i)
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("threshold", [0.8, 0.9, 0.97])
def test_a_row_goes_exactly_if_it_is_like_one_that_stays(seed, threshold):
    vectors = cloud(seed=seed)
    near = cosines(vectors)
    alike = np.where(near >= threshold, near, 0)
    expected = sequential(alike, [i for i in range(150) if i != 9])
    head = [next(k for k in range(150) if (vectors[k] == vectors[i]).all()) for i in range(150)]
    expected = {i: of if head[i] == i else expected.get(head[i], head[i]) for i, of in expected.items()}  # equal ones share a fate
    assert gone(rows(vectors, 1), SemanticDuplicates(threshold, window=1000)) == expected


def semdedup(vectors, cluster, distance, eps):
    """Who goes by SemDeDup's program with which_to_keep="hard": a maximum over the upper triangle, cluster by cluster, far ones first."""
    unit, away = vectors / np.linalg.norm(vectors, axis=1)[:, None], set()
    for k in set(cluster):
        members = np.array(sorted(np.flatnonzero(cluster == k), key=lambda i: (-distance[i], i)))
        above = np.triu(unit[members] @ unit[members].T, 1)
        away |= set(members[above.max(axis=0) > 1 - eps].tolist())
    return away


@pytest.mark.parametrize("eps", [0.03, 0.1, 0.2])
def test_the_variant_nemo_drops_what_semdedup_drops(eps):
    vectors = np.delete(cloud(800, groups=60, seed=7), 9, axis=0)
    table = rows(vectors, 6)
    cluster, similarity = (np.array(table[name].to_pylist()[:-1]) for name in ("cluster", "cluster_similarity"))
    theirs = semdedup(vectors, cluster, 1 - similarity, eps)
    ours = gone(table, SemanticDuplicates(1 - eps, keep="hard", variant="nemo"))
    assert set(ours) == theirs and len(theirs) > 100
    assert not set(ours) & set(ours.values())
    apart = cosines(vectors)[list(ours), list(ours.values())]
    kept_rule = gone(table, SemanticDuplicates(1 - eps, keep="hard"))
    assert set(kept_rule) < theirs and apart.min() < 1 - eps  # chains: what goes is not like what stays
    assert cosines(vectors)[list(kept_rule), list(kept_rule.values())].min() >= 1 - eps


def test_the_next_cluster_finds_what_a_border_parts():
    vectors = np.random.default_rng(3).standard_normal((3000, 6)).astype(np.float32)
    near = np.tril(cosines(vectors) >= 0.97, -1)
    found = {}
    for probes in (1, 2, 4):
        away = gone(rows(vectors, 40, probes), SemanticDuplicates(0.97, probes, window=1000))
        stays = np.array([i not in away for i in range(3000)])
        found[probes] = int((near & stays[:, None] & stays).sum())  # like pairs of which both stay
    assert found[1] > 3 * found[2] > 9 * max(found[4], 0) and found[4] < 0.01 * near.sum()


def test_more_probes_than_clusters_find_no_more(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = ["one two three four", "one two three four five", "six seven eight", "", "one two three four"]
    (tmp_path / "few.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    for probes in (1, 3):
        run(read.Jsonl("few.jsonl"), semantic(0.9, clusters=1, probes=probes), f"out{probes}", "inline")
        assert pq.read_table(f"out{probes}/audit")["row"].to_pylist() == [1, 4]


def test_a_million_alike_cost_one():
    one = np.random.default_rng(0).standard_normal(64).astype(np.float32)
    embedding = pa.FixedSizeListArray.from_arrays(np.tile(one, 50_000), 64)
    table = addressed(pa.table({"embedding": embedding, "cluster": np.zeros(50_000, int)}))
    begin = time.process_time()
    assert gone(table, SemanticDuplicates(0.9)) == dict.fromkeys(range(1, 50_000), 0)
    assert time.process_time() - begin < 20  # all pairs would be 1.25e9 of 64 products, and as many edges


def test_a_giant_cluster_is_cut(monkeypatch):
    vectors = cloud(3000, groups=300, dim=16, noise=0.05)
    whole = gone(rows(vectors, 1), SemanticDuplicates(0.95))
    monkeypatch.setattr(sys.modules["tilth.dedup.semantic"], "_LARGEST", 200)
    cut = gone(rows(vectors, 1), SemanticDuplicates(0.95))
    assert 0.97 * len(whole) < len(cut) <= len(whole)
    alike = rows(np.repeat(cloud(60)[:40], 30, axis=0) + np.random.default_rng(0).normal(0, 1e-3, (1200, 8)).astype(np.float32), 1)
    assert len(gone(alike, SemanticDuplicates(0.5))) > 1000  # k-means cannot part it: runs of rank


def test_added_files_give_what_a_run_from_scratch_gives(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    lists = [[name + a + b for a in "bdgkmrst" for b in "aeiou"] for name in ("apple", "river", "engine", "poem", "cloud", "stone")]
    for number in range(8):
        texts = [" ".join(rng.choice(lists[int(rng.integers(6))], 25)) for _ in range(20)]
        (tmp_path / f"{number}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    recipe = semantic(0.9, embedding=HashedSvd(dim=24), clusters=3, probes=2)

    def published(out, *files, executor="inline", partitions=1):
        run(read.Jsonl(files), recipe, out, executor, split=5000, partitions=partitions)
        kept = pq.read_table(f"{out}/data").sort_by("row")
        return kept, pq.read_table(f"{out}/audit").sort_by("row").select(["row", "reason", "drop_of"])

    files = [f"{number}.jsonl" for number in range(8)]  # a shard each
    published("growing", *files[:6])
    grown = published("growing", *files)
    assert 20 < len(grown[1]) < 155
    for how in ({}, {"executor": "local:2", "partitions": 3}):
        scratch = published(f"scratch{len(how)}", *files, **how)
        assert all(a.equals(b) for a, b in zip(grown, scratch, strict=True))


def test_what_cannot_be():
    for wrong in ({"threshold": 0}, {"probes": 0}, {"window": 0}, {"variant": "other"}):
        with pytest.raises(RecipeError, match="cannot be found so"):
            SemanticDuplicates(**wrong)
    with pytest.raises(RecipeError, match="keep"):
        SemanticDuplicates(keep="")
    with pytest.raises(CorpusError, match="no column 'cluster'"):
        evaluate([SemanticDuplicates()], pa.table({"embedding": [[1.0]]}))


def test_a_published_sweep(shared):
    """GPTeacher's instructions: 7,673, and with another model's cosine of 0.9, 0.8, 0.7, 0.6 dropped, 5,959, 4,709, 3,487, 2,396 left."""
    name = "dataset_extensions/GPTeacher/Toolformer/toolformer-dedupe-only-dataset.json"
    with tarfile.open(shared / "instruct/gpteacher.tar.gz") as tar:
        texts = [f"{task['instruction']} {task['input']}" for task in json.load(tar.extractfile(name))]
    vectors = evaluate([HashedSvd(), KMeans(1)], pa.table({"text": texts})).table
    left = [len(evaluate([SemanticDuplicates(t)], vectors).table) for t in (0.95, 0.9, 0.8, 0.7)]
    assert np.abs(np.array(left) / np.array([5959, 4709, 3487, 2396]) - 1).max() < 0.15  # a steeper cosine, the same sweep
