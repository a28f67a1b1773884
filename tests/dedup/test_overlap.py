import json

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth import read
from tilth.dedup import NgramOverlap, bff, datatrove_bloom
from tilth.errors import RecipeError
from tilth.kernels.uax29 import split
from tilth.memory import evaluate
from tilth.run import run
from tilth.testing import check

LINES = ["a b c d e f", "b c d e f g", "c d e f g h", "a b c d e f a b", "x y", "x", "", "a a a a", "A b c", "it's one-two. 3.5", "é 中文"]
TEXTS = st.lists(st.lists(st.sampled_from(LINES), max_size=5).map("\n".join), min_size=1, max_size=8)


def words(text: str) -> list[str]:
    return [word for word in split(text) if not word.isspace()]


def grams(text: str, n: int, shortest: int) -> list[tuple[str, ...]]:
    found = words(text)
    whole = [tuple(found[i : i + n]) for i in range(len(found) - n + 1)]
    return whole or ([tuple(found)] if len(found) >= max(1, shortest) else [])


def old_both(texts: list[str], n: int, threshold: float, shortest: int, unit: str, kept_only: bool) -> tuple[list[float], list[list[int]]]:
    """Go through the texts in order with one set of n-grams, as BFF does with its filter."""
    known: set[tuple[str, ...]] = set()
    shares, gone = [], []
    for text in texts:
        total = seen = 0
        gone.append([])
        for place, line in enumerate(text.split("\n") if unit == "line" else [text]):
            own = grams(line, n, shortest)
            hits = sum(gram in known for gram in own)
            total, seen = total + len(own), seen + hits
            over = bool(own) and hits / len(own) > threshold
            if over:
                gone[-1].append(place)
            if not (over and kept_only):
                known.update(own)
        shares.append(seen / total if total else 0.0)
    return shares, gone


@settings(max_examples=150)
@given(TEXTS, st.sampled_from([1, 2, 3]), st.sampled_from([0.0, 0.4, 0.5, 0.8]), st.integers(0, 2), st.sampled_from(["line", "document"]),
       st.booleans(), st.integers(1, 3), st.data())  # fmt: skip
def test_equals_one_set_of_ngrams_in_order(shards, texts, n, threshold, shortest, unit, kept_only, partitions, data):
    cut = data.draw(st.integers(0, len(texts)))
    least = min(n, shortest)
    step = NgramOverlap(unit, n, threshold, least, kept_only=kept_only, documents=False)
    shares, gone = old_both(texts, n, threshold, least or n, unit, kept_only)
    found = evaluate([step], shards(texts, [cut, len(texts) - cut]), partitions).table.sort_by("row")
    assert found["ngram_overlap"].to_pylist() == shares
    if unit == "line":
        assert found["repeated_lines"].to_pylist() == list(map(len, gone))
    step = NgramOverlap(unit, n, threshold, least, kept_only=kept_only)
    audit = evaluate([step], shards(texts)).audit
    assert audit["row"].to_pylist() == [row for row, share in enumerate(shares) if share > threshold]


def test_a_chain_of_who_is_kept_hangs_on_the_one_before(shards):
    """Each text has two of three n-grams of the one before: every other one is kept."""
    texts = [" ".join(str(i + k) for k in range(4)) for i in range(30)]
    found = evaluate([NgramOverlap("document", 2, 0.5)], shards(texts), 2).table
    assert found["text"].to_pylist() == texts[::2]
    assert evaluate([NgramOverlap("document", 2, 0.5, kept_only=False)], shards(texts)).table["text"].to_pylist() == texts[:1]


def test_published_case_of_datatrove(shards):
    """Its tests/pipeline/dedup/test_bloom_filter.py: eight texts, the second with much of the first; two again; one without its end."""
    letters = str.maketrans("0123456789", "abcdefghij")
    long = [" ".join(f"word{i * k % 997}".translate(letters) for k in range(1, 130)) for i in range(1, 7)]
    first = [long[0], " ".join([*long[0].split()[60:], *long[1].split()[:60]]), "too short for one", long[1] + " " + long[2], *long[3:6]]
    texts = [*first, first[0], first[1], first[-1][:-10]]
    done = evaluate(datatrove_bloom(), shards(texts))
    assert done.table["row"].to_pylist() == [*range(7)] and done.audit["drop_of"].to_pylist() == [0, 1, 6]


def test_bff_cuts_lines_and_then_drops_texts(shards):
    one, two, new = (" ".join(f"{name}{i}" for i in range(20)) for name in ("a", "b", "c"))
    done = evaluate(bff(), shards([f"{one}\n{two}", f"{two}\nshort\n{new}", f"{new}\n{one}", one]))
    assert done.table["text"].to_pylist() == [f"{one}\n{two}", f"short\n{new}"]
    assert [tuple(row.values()) for row in done.audit.select(["row", "reason", "drop_of"]).to_pylist()] == [
        (2, "duplicate n-grams", 0), (3, "duplicate n-grams", 0),
    ]  # fmt: skip


def test_laws():
    check(NgramOverlap("line", 3, 0.5))
    check(NgramOverlap("document", 3, 0.5, variant="datatrove", kept_only=False))


def test_a_line_of_a_million_words_and_one_text_many_times(shards):
    line, same = " ".join(str(i % 4099) for i in range(300_000)), "some words that are the same in all of these texts here and there again"
    assert evaluate(bff(), shards([line, line + " end", *[same] * 500])).table["row"].to_pylist() == [0, 2]


def test_adding_a_shard_equals_a_run_from_scratch(tmp_path):
    def write(shard: int) -> None:
        texts = [" ".join(str((i * shard + k) % 61) for k in range(30)) + f"\nline {i} of file {shard} and of more" for i in range(40)]
        (tmp_path / f"{shard}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))

    for shard in range(1, 4):
        write(shard)
    corpus, recipe, split = read.Jsonl(str(tmp_path / "*.jsonl")), bff(5, 0.6), 8000
    run(corpus, recipe, str(tmp_path / "grows"), "inline", split=split)
    write(4)
    grown = run(corpus, recipe, str(tmp_path / "grows"), "local:2", split=split)
    run(corpus, recipe, str(tmp_path / "scratch"), "inline", split=split, partitions=3)
    one, two = ([path.read_bytes() for path in sorted((tmp_path / name / "data").glob("0*"))] for name in ("grows", "scratch"))
    assert one == two and len(one) == grown.data["shards"] == 4 and grown.data["retracted"]["rows"] == 0
    assert 0 < sum(pq.read_metadata(path).num_rows for path in (tmp_path / "grows" / "data").glob("0*")) < 160


@pytest.mark.parametrize("wrong", [("page",), ("line", 0), ("line", 3, 2.0), ("line", 3, 0.5, 4), ("line", 3, 0.5, 0, "datatrove")])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(RecipeError):
        NgramOverlap(*wrong)
