import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import read, run
from tilth.dedup import HammingDuplicates, SimHash
from tilth.errors import CorpusError, RecipeError
from tilth.memory import addressed, evaluate
from tilth.testing import check


def table(values, **columns):
    hashes = [None if value is None else value.to_bytes(8, "big") for value in values]
    return addressed(pa.table({"simhash": pa.array(hashes, pa.binary(8))} | columns))


def flipped(rng, count, centres, most):
    """Hashes around some centres, up to so many bits away, and a null."""
    values = []
    for centre in rng.integers(0, 2**64, centres, np.uint64)[rng.integers(0, centres, count)].tolist():
        for bit in rng.choice(64, rng.integers(0, most + 1), replace=False).tolist():
            centre ^= 1 << bit
        values.append(centre)
    return [*values, None]


def gone(step, rows):
    audit = evaluate([step], rows).audit
    return dict(zip(audit["row"].to_pylist(), audit["drop_of"].to_pylist(), strict=True))


def close_pairs(values, most):
    return {(i, j) for i, a in enumerate(values) for j, b in enumerate(values[:i]) if None not in (a, b) and (a ^ b).bit_count() <= most}


@pytest.mark.parametrize("transitive", [False, True])
@pytest.mark.parametrize("keep", ["first", "longest", "score"])
def test_laws(transitive, keep):
    rng = np.random.default_rng(0)
    values = flipped(rng, 50, 6, 3)
    rows = table(values, text=["x" * n for n in rng.integers(0, 4, 51).tolist()], score=rng.integers(0, 3, 51))
    check(HammingDuplicates(distance=4, keep=keep, transitive=transitive), rows)


@given(st.integers(0, 1000), st.integers(0, 12), st.integers(1, 6))
def test_greedy_is_the_rule_and_misses_no_pair(seed, distance, centres):
    values = flipped(np.random.default_rng(seed), 40, centres, distance // 2 + 1)
    pairs, stays, expected = close_pairs(values, distance), [], {}
    for i, value in enumerate(values[:-1]):
        like = [k for k in stays if (i, k) in pairs]
        twin = next((k for k in range(i) if values[k] == value), None)
        if twin in expected:
            expected[i] = expected[twin]  # equal ones share a fate
        elif like:
            expected[i] = min(like, key=lambda k: ((value ^ values[k]).bit_count(), k))
        else:
            stays.append(i)
    assert gone(HammingDuplicates(distance=distance, window=100), table(values)) == expected


@given(st.integers(0, 1000), st.integers(0, 12), st.integers(1, 6))
def test_transitive_is_what_hangs_together(seed, distance, centres):
    values = flipped(np.random.default_rng(seed), 40, centres, distance // 2 + 1)
    root = list(range(41))
    for i, j in sorted(close_pairs(values, distance)) * 2:
        low, high = sorted((root[i], root[j]))
        root = [low if of == high else of for of in root]
    expected = {i: of for i, of in enumerate(root) if i != of}
    assert gone(HammingDuplicates(distance=distance, transitive=True, window=100), table(values)) == expected


def test_many_equal_cost_one():
    rows = table([7] * 100_000)
    assert gone(HammingDuplicates(), rows) == dict.fromkeys(range(1, 100_000), 0)
    assert gone(HammingDuplicates(transitive=True), rows) == dict.fromkeys(range(1, 100_000), 0)


def test_added_files_give_what_a_run_from_scratch_gives(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    texts = [" ".join(f"word{'abcdefghij'[n]}" for n in rng.integers(0, 10, 60)) for _ in range(12)]
    for number in range(4):
        drawn = [texts[i].replace(" ", "  ", 1) + " end" * int(rng.integers(0, 2)) for i in rng.integers(0, 12, 10)]
        (tmp_path / f"{number}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in drawn))

    def published(out, files, executor="inline", partitions=1):
        recipe = [SimHash(2), HammingDuplicates(distance=6)]
        run(read.Jsonl(files), recipe, out, executor, split=4000, partitions=partitions)
        return [pq.read_table(f"{out}/{name}").sort_by("row").drop_columns(["source"]) for name in ("data", "audit")]

    files = tuple(f"{number}.jsonl" for number in range(4))
    published("growing", files[:3])
    grown = published("growing", files)
    assert 10 < len(grown[1]) < 35
    for name, how in (("one", {}), ("two", {"executor": "local:2", "partitions": 3})):
        assert all(a.equals(b) for a, b in zip(grown, published(name, files, **how), strict=True))


def test_what_cannot_be():
    for wrong in ({"distance": -1}, {"distance": 21}, {"window": 0}, {"column": ""}):
        with pytest.raises(RecipeError, match="cannot be found so"):
            HammingDuplicates(**wrong)
    with pytest.raises(CorpusError, match="no column 'simhash'"):
        evaluate([HammingDuplicates()], pa.table({"text": ["a"]}))
    with pytest.raises(RecipeError, match="no hashes of 64 bits"):
        evaluate([HammingDuplicates()], pa.table({"simhash": [1.5]}))
