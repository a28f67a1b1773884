"""The sample: parts of a corpus give what the whole gives, and every label has its share."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import CorpusError, RecipeError
from tilth.filters.labelled import EXCERPT, MOST_LABELS, fair_share, joined, labelled, unlabelled

ROWS = st.lists(st.tuples(st.sampled_from(["a", "b", "c", "", None]), st.integers(0, 30)), max_size=60)


def batch(rows: list[tuple[str | None, int]], start: int = 0) -> pa.RecordBatch:
    labels, sizes = [label for label, _ in rows], [size for _, size in rows]
    numbers = pa.array(range(start, start + len(rows)), pa.uint64())
    texts = pa.array(["x" * n for n in sizes], pa.large_string())
    return pa.record_batch({"row": numbers, "text": texts, "label": pa.array(labels, pa.string())})


def observed(rows: pa.RecordBatch, most: int) -> pa.Table:
    return fair_share(labelled(rows, "label", "here"), most, "here")


@given(ROWS, st.integers(1, 400), st.lists(st.integers(0, 60), max_size=4), st.randoms())
def test_parts_give_what_the_whole_gives(rows: list[tuple[str | None, int]], most: int, cuts: list[int], chance) -> None:
    whole = batch(rows)
    edges = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    parts = [observed(whole.slice(a, b - a), most) for a, b in pairwise(edges)] or [observed(whole, most)]
    chance.shuffle(parts)
    merged = parts[0]
    for part in parts[1:]:
        merged = fair_share(joined(merged, part), most, "here")
    assert merged.equals(observed(whole, most)) and unlabelled(merged) == unlabelled(observed(whole, most))


@given(ROWS, st.integers(1, 400))
def test_shares_are_fair_and_bounded(rows: list[tuple[str | None, int]], most: int) -> None:
    every, kept = labelled(batch(rows), "label", "here"), observed(batch(rows), most)
    total = {name: sum(size for label, size in rows if label == name) for name in ("a", "b", "c")}
    found = {name: sum(len(t) for t, label in zip(kept["text"].to_pylist(), kept["label"].to_pylist(), strict=True) if label == name)
             for name in total}  # fmt: skip
    if sum(total.values()) <= most:
        assert kept.equals(every)
    else:
        cut = [name for name in total if found[name] < total[name]]
        assert sum(found.values()) > most - 3 and sum(found.values()) <= most + 3 * 31
        assert all(found[name] + 31 >= max(found.values()) for name in cut)  # a label that was cut has as much as any, but for a text


def test_rows_without_a_label_or_text_are_counted() -> None:
    seen = labelled(batch([("a", 3), (None, 3), ("", 3), ("b", 0)]), "label", "here")
    assert seen["label"].to_pylist() == ["a"] and unlabelled(seen) == 3


@pytest.mark.parametrize(("labels", "wanted"), [
    (pa.array([1, 0, None]), ["1", "0"]), (pa.array([True, False, None]), ["true", "false"]),
    (pa.array([1.0, float("nan"), None]), ["1"]), (pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]), (pa.nulls(3), []),
])  # fmt: skip
def test_what_can_be_a_label(labels: pa.Array, wanted: list[str]) -> None:
    rows = pa.record_batch({"row": pa.array([0, 1, 2], pa.uint64()), "text": ["a", "b", "c"], "label": labels})
    assert labelled(rows, "label", "here")["label"].to_pylist() == wanted


def test_what_cannot_is_refused() -> None:
    rows = pa.record_batch({"row": pa.array([0], pa.uint64()), "text": ["a"], "label": [[1]]})
    with pytest.raises(RecipeError, match="holds no labels"):
        labelled(rows, "label", "here")
    with pytest.raises(CorpusError, match="no column 'kind'"):
        labelled(rows, "kind", "here")
    many = batch([(str(i), 1) for i in range(MOST_LABELS + 1)])
    with pytest.raises(RecipeError, match="more than 1000 labels"):
        observed(many, 10**9)


def test_no_text_fills_the_sample() -> None:
    assert len(labelled(batch([("a", EXCERPT + 9)]), "label", "here")["text"][0].as_py()) == EXCERPT


def test_order_of_rows_does_not_matter() -> None:
    rows = batch([("a", i % 7) for i in range(50)])
    assert observed(rows.take(np.random.default_rng(0).permutation(50)), 40).equals(observed(rows, 40))
