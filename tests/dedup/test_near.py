import gzip
import json
import time
from collections import defaultdict
from itertools import combinations, islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth import read, run
from tilth.dedup import NearDuplicates, Normalise, Signatures, near, probability
from tilth.dedup.edges import NAMES, to_both
from tilth.dedup.shingles import Shingles
from tilth.errors import RecipeError
from tilth.exchange import Tables
from tilth.memory import addressed, evaluate
from tilth.testing import check, examples

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def words(rng: np.random.Generator, count: int) -> list[str]:
    """Words of letters, none of them twice."""
    drawn = rng.choice(26**5, count, replace=False)
    return ["".join(LETTERS[n // 26**k % 26] for k in range(5)) for n in drawn.tolist()]


def jaccard(a: str, b: str, n: int = 5) -> float:
    grams = [set(zip(*(text.split()[k:] for k in range(n)), strict=False)) for text in (a, b)]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


def _signed(values: int) -> pa.Table:
    return addressed(pa.Table.from_batches([Signatures(values).apply(batch) for batch in examples().to_batches()]))


def test_laws():
    rows = _signed(112)
    check(NearDuplicates(), rows)
    check(NearDuplicates(keep="longest", window=0), rows)
    check(NearDuplicates(shingles=Shingles()), rows)
    check(NearDuplicates(1, 2, shingles=Shingles(1)), _signed(2))


def test_equal_but_for_what_does_not_count(gone, shards):
    texts = ["A page of 1 text, more than five words", "other words, not the same at all", "a page of 22.5 text: more than FIVE words"]
    assert gone(near(), shards(texts)) == {2: 0}
    assert gone(near(normalise=Normalise(numbers=False)), shards(texts)) == {}


def test_n_grams_decide_what_is_in_doubt(gone, shards):
    rng, texts, similar = np.random.default_rng(4), [], []
    for turn in range(300):
        drawn, common = words(rng, 200), 75 + turn % 24
        texts += [" ".join(drawn[:100]), " ".join(drawn[:common] + drawn[100 : 200 - common])]
        similar.append(jaccard(texts[-1], texts[-2], 1) >= 0.8)
    found = gone(near(0.8, ngram=1, bands=56, rows=2), shards(texts, [250, 350]), 3)
    assert found == {2 * i + 1 + ((1 << 32) - 250) * (2 * i + 1 >= 250): 2 * i + ((1 << 32) - 250) * (2 * i >= 250)
                     for i in range(300) if similar[i]}  # fmt: skip
    assert 0.3 < np.mean(similar) < 0.8
    estimated = gone([Signatures(ngram=1), NearDuplicates(bands=56, rows=2)], shards(texts, [250, 350]), 3)
    assert len(set(estimated) - set(found)) > 10  # pairs just below pass for similar by their signatures


def test_n_grams_travel_once_to_a_shard(shards):
    drawn = words(np.random.default_rng(5), 130)
    texts = [" ".join(drawn[at : 100 + at]) for at in (11, 9, 7, 0)]  # the last is in doubt with all others, at 0.80 to 0.87
    rows = shards(texts, [1, 2, 1])
    signatures, duplicates = near(0.8, ngram=1, bands=56, rows=2)
    signed = {n: pa.Table.from_batches([signatures.apply(batch) for batch in shard]) for n, shard in enumerate(rows)}
    sent = pa.concat_tables([duplicates.scatter(batch) for table in signed.values() for batch in table.to_batches()])
    home = Tables(pa.concat_tables(signed.values()))
    pair, attach, estimate, compare, _ = duplicates.phases()
    attached = attach(pair(sent, home), home)
    at_once = to_both(estimate(attached, home).select(NAMES))
    assert at_once.filter(pc.equal(at_once["key"], 2 << 32))["of"].to_pylist() == [0, 1 << 32, (1 << 32) + 1]
    asked = pa.concat_tables(  # each shard at a home of its own
        [estimate(attached.filter(pc.equal(pc.shift_right(attached["key"], 32), n)), Tables(table)) for n, table in signed.items()]
    )
    last = asked.filter(pc.and_(pc.equal(asked["row"], 2 << 32), asked["doubt"]))
    assert last["of"].to_pylist() == [0, 1 << 32, (1 << 32) + 1]
    assert last["grams"].is_valid().to_pylist() == [True, True, False]
    edges = compare(asked, home)
    assert edges.filter(pc.equal(edges["key"], 2 << 32))["of"].to_pylist() == [0, 1 << 32, (1 << 32) + 1]


def test_a_run_that_grows_asks_old_shards_for_their_n_grams(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    rng, texts = np.random.default_rng(6), []
    bases = [words(rng, 140) for _ in range(25)]
    for number in range(3):
        texts += [" ".join(bases[int(rng.integers(25))][(cut := int(rng.integers(40))) : cut + 98]) for _ in range(25)]  # 0.43 and more
        pq.write_table(pa.table({"text": texts[-25:]}), f"in/{number}.parquet")
        run(read.Parquet("in"), near(0.8, ngram=1), "grown", "inline", probe=False)
    run(read.Parquet("in"), near(0.8, ngram=1), "scratch", "inline", probe=False, partitions=3)
    left = [sorted(text for path in Path(out, "data").iterdir() for text in pq.read_table(path)["text"].to_pylist())
            for out in ("grown", "scratch")]  # fmt: skip
    assert left[0] == left[1] == sorted(evaluate(near(0.8, ngram=1), pa.table({"text": texts})).table["text"].to_pylist())
    assert 30 < len(left[0]) < 60


def test_short_texts(gone, shards):
    texts = ["yes", "no", "Yes!", "yes no", "yes no yes", "no.", "yes no yes no yes no yes no yes", "", "", "!", "!", None, None]
    assert gone(near(), shards(texts, [5, 8])) == {2: 0, 1 << 32: 1}


def test_a_text_of_one_gram_more(gone, shards):
    texts = ["one two three four", "one two three four five", "one two three four five six", "one two three four five"]
    assert gone(near(), shards(texts)) == {3: 1}


def test_survivors(gone, shards):
    base = " ".join(words(np.random.default_rng(0), 300))
    texts, score = [base, base + " x", base + " x y z", base + " x y"], [1, 5, None, 4]
    assert gone(near(), shards(texts)) == dict.fromkeys((1, 2, 3), 0)
    assert gone(near(keep="longest"), shards(texts)) == dict.fromkeys((0, 1, 3), 2)
    assert gone(near(keep="score"), shards(texts, score=score)) == dict.fromkeys((0, 2, 3), 1)


def test_a_chain_is_one_cluster_and_a_late_document_bridges_two(gone, shards):
    drawn = words(np.random.default_rng(1), 1000)
    chain = [" ".join(drawn[at : at + 500]) for at in range(0, 300, 25)]  # neighbours at 0.9, the ends far apart
    assert jaccard(chain[0], chain[1]) > 0.88 and jaccard(chain[0], chain[-1]) < 0.3
    assert gone(near(), shards(chain)) == dict.fromkeys(range(1, 12), 0)
    without = [*chain[:4], *chain[9:]]
    assert gone(near(), shards(without)) == {1: 0, 2: 0, 3: 0, 5: 4, 6: 4}
    assert gone(near(), shards([*without, *chain[4:9]])) == dict.fromkeys(range(1, 12), 0)


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(["first", "longest", "score"]), st.integers(1, 7))
def test_answers_do_not_depend_on_cuts_partitions_or_the_order_of_rows(gone, shards, seed, keep, partitions):
    rng = np.random.default_rng(seed)
    base = [words(rng, 80) for _ in range(8)]
    texts = [" ".join(base[i][int(rng.integers(0, 6)) :]) for i in rng.integers(0, 8, 40)]
    rows = shards(texts, [7, 0, 20, 13], score=rng.integers(0, 3, 40).tolist())
    expected = gone(near(keep=keep), rows)
    recut = [[batch.slice(0, 3), batch.slice(3)] for shard in rows for batch in shard]
    assert gone(near(keep=keep), recut, partitions) == expected
    assert not set(expected) & set(expected.values())
    signatures, duplicates = near(keep=keep)
    pair, *_, contract = duplicates.phases()
    sent = pa.concat_tables([duplicates.scatter(signatures.apply(batch)) for shard in rows for batch in shard])
    edges = pair(sent, None)
    assert pair(sent.take(rng.permutation(len(sent))), None).equals(edges)
    assert contract(edges.take(rng.permutation(len(edges))), None).equals(contract(edges, None))


@pytest.mark.parametrize("similarity", [0.6, 0.7, 0.8, 0.9])
def test_injected_pairs_are_found_as_the_curve_says(gone, shards, similarity):
    rng, pairs, texts = np.random.default_rng(round(100 * similarity)), 400, []
    common = round(2 * 400 * similarity / (1 + similarity))  # of 400 1-grams of each: 400 - common are its own
    for _ in range(pairs):
        drawn = words(rng, 800 - common)
        texts += [" ".join(drawn[:400]), " ".join(drawn[:common] + drawn[400:])]
    true = common / (800 - common)
    banded = gone(near(0.0, bands=14, rows=8, ngram=1), shards(texts))
    curve = probability(true, 14, 8)
    assert abs(len(banded) / pairs - curve) < 4 * np.sqrt(curve * (1 - curve) / pairs) + 1 / pairs
    checked = gone(near(0.8, ngram=1), shards(texts))
    assert set(checked) <= set(banded)
    curve = near(0.8)[-1].probability(true)  # with what the check by the estimate loses and lets pass
    assert abs(len(checked) / pairs - curve) < 4 * np.sqrt(curve * (1 - curve) / pairs) + 1 / pairs


def test_one_giant_cluster_in_linear_time(gone, shards):
    text = " ".join(words(np.random.default_rng(2), 50))
    assert gone(near(), shards([text] * 10), 3) == dict.fromkeys(range(1, 10), 0)
    signatures, duplicates = near()
    (((batch,),), seconds) = shards([text] * 50_000), []
    batch = signatures.apply(batch)
    for size in (5_000, 50_000):
        begin, rows = time.process_time(), duplicates.scatter(batch.slice(0, size))
        assert duplicates.phases()[0](rows, None).num_rows == size - 1
        seconds.append(time.process_time() - begin)
    assert seconds[1] < 60 * seconds[0] + 1  # all pairs would be 100 times 1.2e9


def test_similar_members_of_a_bucket_keep_together_though_their_centre_is_unlike(gone, shards):
    """Pages of one template: any star loses pairs whose centre fails the check; all of few must be paired with all."""
    rng, texts = np.random.default_rng(3), []
    template = words(rng, 100)
    for _ in range(4):
        body = words(rng, 40)
        texts += [" ".join(template + body), " ".join(template + body[1:])]
    found = gone(near(0.85, bands=56, rows=2), shards(texts))
    assert found == {1: 0, 3: 2, 5: 4, 7: 6}


def test_what_cannot_be():
    with pytest.raises(RecipeError, match="jaccard between"):
        NearDuplicates(jaccard=1.5)
    with pytest.raises(RecipeError, match="bands of rows"):
        near(bands=3)
    batch = Signatures(values=8).apply(pa.record_batch({"row": pa.array([1], pa.uint64()), "text": ["a"]}))
    with pytest.raises(RecipeError, match=r"Signatures\(values=112\)"):
        NearDuplicates().scatter(batch)


def test_revisions_of_german_laws(gone, shards, shared):
    with gzip.open(shared / "neardup/german_law_revisions.jsonl.gz") as lines:
        laws = [json.loads(line) for line in islice(lines, 1500)]
    plain = Normalise()(pa.array([law["text"] for law in laws], pa.large_string())).to_pylist()
    grams = [set(zip(*(text.split()[k:] for k in range(5)), strict=False)) for text in plain]
    stands = gone(near(), shards([law["text"] for law in laws]))
    root = [stands.get(i, i) for i in range(len(laws))]
    groups = defaultdict(list)
    for i, law in enumerate(laws):
        groups[law["group"]].append(i)
    pairs = [pair for group in groups.values() for pair in combinations(group, 2)]
    similar = np.array([len(grams[a] & grams[b]) / len(grams[a] | grams[b]) for a, b in pairs])
    together = np.array([root[a] == root[b] for a, b in pairs])
    assert together[similar >= 0.85].all()
    assert together[(similar >= 0.8) & (similar < 0.85)].mean() > 0.9
    assert together[(similar >= 0.6) & (similar < 0.7)].mean() < 0.15
    assert not together[similar < 0.6].any()
    strangers = [(a, b) for a, b in stands.items() if laws[a]["group"] != laws[b]["group"]]  # laws that repeat a law of another year
    assert len(strangers) < 0.015 * len(stands)
    assert all(len(grams[a] & grams[b]) / len(grams[a] | grams[b]) > 0.55 for a, b in strangers)
