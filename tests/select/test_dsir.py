"""DSIR: the buckets of its package to the number, weights of a plain sum, and what they are good for on real documents."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tilth import evaluate, select
from tilth.errors import CorpusError, RecipeError
from tilth.select import Dsir, DsirWeight, NgramBuckets
from tilth.testing import check, examples


def plain(text: str, n: int = 2, buckets: int = 10_000) -> list[int]:
    tokens = re.findall(r"\w+|[^\w\s]+", text.lower())
    grams = [" ".join(tokens[i : i + k]) for i in range(len(tokens)) for k in range(1, n + 1) if i + k <= len(tokens)]
    return [int(hashlib.sha256(gram.encode()).hexdigest(), 16) % buckets for gram in grams]


def test_the_two_published_buckets() -> None:
    """Of the package's own tests: "alice" is 6720, "alice went" 114; a line of five tokens has nine counts."""
    assert NgramBuckets().of(pa.array(["Alice went"]))[1][:2].tolist() == [6720, 114]
    assert NgramBuckets().counted(pa.array(["alice went to a park"])).sum() == 9


def test_buckets_are_those_of_hashlib_and_re() -> None:
    texts = [*examples()["text"].to_pylist(), "İstanbul ΟΔΟΣ, x" + "y" * 200, "a_b-c ½ ²"]
    offsets, found, tokens = NgramBuckets(3, 977).of(pa.array(texts))
    for i, text in enumerate(texts):
        assert sorted(found[offsets[i] : offsets[i + 1]].tolist()) == sorted(plain(text, 3, 977)), text
        assert tokens[i] == len(re.findall(r"\w+|[^\w\s]+", text.lower()))


def test_weights_are_those_of_a_plain_sum() -> None:
    target, pool = ["red rose and red wine"], ["blue sea", "red wine of the sea", "a rose"]
    p, q = (Counter(bucket for text in texts for bucket in plain(text)) for texts in (target, pool))
    ratio = {b: math.log(p[b] / p.total() + 1e-8) - math.log(q[b] / q.total() + 1e-8) for b in range(10_000)}
    fold = Dsir(least=0, words=0)
    [learned] = fold.finish(fold.observe(pa.record_batch({"text": target})))
    [weigh] = learned.finish(learned.observe(pa.record_batch({"text": pool})))
    found = weigh.apply(pa.record_batch({"text": pool}))["dsir_weight"].to_pylist()
    assert found == pytest.approx([sum(ratio[bucket] for bucket in plain(text)) for text in pool])


def test_length_does_not_count_by_default() -> None:
    ratio = np.full(10_000, -0.5).tobytes()
    batch = pa.record_batch({"text": ["a b c d", "a b c d " * 50, "a"]})
    assert DsirWeight(ratio, least=2, words=128).apply(batch)["dsir_weight"].to_pylist() == pytest.approx([-127.5, -127.5, None])
    assert DsirWeight(ratio, least=2, words=0).apply(batch)["dsir_weight"].to_pylist() == pytest.approx([-3.5, -199.5, None])


def pile(shared: Path) -> pa.Table:
    path = shared / "docs" / "pile_toy_dsir.jsonl.gz"
    if not path.exists():
        pytest.skip("pile_toy_dsir.jsonl.gz is not in the folder of real data")
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    columns = {"text": [row["contents"] for row in rows], "source": [row["metadata"]["pile_set_name"] for row in rows]}
    return pa.table(columns | {"id": [str(i) for i in range(len(rows))]})


def test_the_floor_of_a_hundred_tokens(shared: Path) -> None:
    """793 of the 1,000 documents of the package's toy pool pass it."""
    assert (NgramBuckets().of(pile(shared)["text"].combine_chunks())[2] >= 100).sum() == 793


@pytest.mark.parametrize("name", ["Github", "PubMed Abstracts"])
def test_it_lowers_the_divergence_more_than_its_baselines(shared: Path, name: str) -> None:
    rows = pile(shared)
    like = np.array([source == name for source in rows["source"].to_pylist()])
    held = like & (np.cumsum(like) % 2 == 0)
    target, pool = rows.filter(pa.array(held)), rows.filter(pa.array(~held))
    fold = Dsir(smooth=1.0)
    [learned] = fold.finish(fold.observe(target.combine_chunks().to_batches()[0]))
    kept = evaluate([learned, *select.gumbel("dsir_weight", 0.1, temperature=0.2)], pool).table["id"].to_pylist()
    table = select.compare(pool, target, {"dsir": np.isin(pool["id"].to_numpy(zero_copy_only=False), kept)}).to_pylist()
    found = {row["selector"]: row["kl"] for row in table}
    assert all(found["dsir"] < found[f"dsir: {baseline}"] - 0.1 for baseline in ("random", "stratified", "length-matched")), table


def test_laws() -> None:
    fold = Dsir(least=1)
    check(fold)
    rows = examples().to_batches()[0]
    [pool] = fold.finish(fold.observe(rows))
    check(pool)
    check(pool.finish(pool.observe(rows))[0])


def test_what_cannot_be() -> None:
    with pytest.raises(RecipeError, match="n-grams"):
        NgramBuckets(0)
    with pytest.raises(RecipeError, match="importance"):
        Dsir(smooth=-1)
    with pytest.raises(RecipeError, match="a bucket"):
        DsirWeight(b"")
    with pytest.raises(CorpusError, match="no token"):
        Dsir().finish(Dsir().observe(pa.record_batch({"text": [""]})))
