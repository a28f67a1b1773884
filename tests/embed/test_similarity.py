import json

import numpy as np
import pyarrow as pa
import pytest

from tilth import evaluate, learn_from, read, run
from tilth.embed import Centroid, HashedSvd, Similarity
from tilth.errors import CorpusError, RecipeError
from tilth.memory import addressed
from tilth.testing import check


def test_laws():
    vectors = np.random.default_rng(0).standard_normal((40, 6)).tolist()
    table = addressed(pa.table({"embedding": pa.array([*vectors, None, [0.0] * 6], pa.list_(pa.float64()))}))
    check(Centroid("own"), table)
    check(evaluate([Centroid("own")], table).executed[0], table)


def test_the_cosine_with_the_mean_direction():
    vectors = np.random.default_rng(1).standard_normal((50, 4)) + 1
    found = evaluate([Centroid("own")], pa.table({"embedding": vectors.tolist()})).table["similarity_own"].to_pylist()
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    mean = unit.sum(axis=0)
    assert np.abs(np.array(found) - unit @ mean / np.linalg.norm(mean)).max() < 3e-4


def test_near_to_another_corpus(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(2)
    soil, stars = ([name + a + b for a in "bdgkm" for b in "aeiouy"] for name in ("soil", "star"))
    texts = [" ".join(rng.choice(soil if i % 2 else stars, 20)) for i in range(60)]
    for name, some in (("all", texts), ("target", texts[1:20:2])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in some))
    embedding = evaluate([HashedSvd(dim=16)], pa.table({"text": texts})).executed[0]
    recipe = [embedding, learn_from(read.Jsonl("target.jsonl"), Centroid("soil"), [embedding])]
    run(read.Jsonl("all.jsonl"), recipe, "out", "inline")
    rows = read.Parquet("out/data")
    scores = {row["text"]: row["similarity_soil"] for batch in _batches(rows) for row in batch.to_pylist()}
    assert min(scores[text] for text in texts[1::2]) > max(scores[text] for text in texts[0::2])


def _batches(reader):
    schema = reader.schema(reader.files())
    for file in reader.files():
        for span in reader.cut(file, 1 << 20):
            yield from reader.read(span, schema)


def test_what_cannot_be():
    for name in ("", "Upper", "a b"):
        with pytest.raises(RecipeError, match="part of a column's name"):
            Centroid(name)
    with pytest.raises(RecipeError, match="no centres"):
        Similarity("a", b"")
    with pytest.raises(CorpusError, match="no row with a vector"):
        evaluate([Centroid("a")], pa.table({"embedding": pa.array([None], pa.list_(pa.float32(), 2))}))
