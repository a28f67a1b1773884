"""The twin here is plain Python: the pattern with the `re` module, and merging by scanning for the best pair."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.kernels import bpe
from tilth.tokenize.pattern import classes

BYTES = np.arange(256, dtype=np.uint32)


def plain_classes() -> dict[int, str]:
    table = classes()
    return {kind: "".join(re.escape(chr(c)) for c in np.flatnonzero(table == kind)) for kind in (bpe.LETTER, bpe.NUMBER, bpe.SPACE)}


@pytest.fixture(scope="module")
def twin() -> re.Pattern[str]:
    known = plain_classes()
    letter, number, space = known[bpe.LETTER], known[bpe.NUMBER], known[bpe.SPACE]
    return re.compile(
        r"'(?:[sdmtSDMT]|[lL][lL]|[vV][eE]|[rR][eE])"
        rf"|[^\r\n{letter}{number}]?[{letter}]+|[{number}]{{1,3}}| ?[^{space}\r\n{letter}{number}]+[\r\n]*"
        rf"|[{space}\r\n]*[\r\n]+|[{space}\r\n]+(?![^{space}\r\n])|[{space}\r\n]+"
    )


def kernel_split(text: str) -> list[str]:
    data = np.frombuffer(text.encode() + b"?", np.uint8)[:-1]
    cuts = [0]
    while cuts[-1] < len(data):
        cuts.append(bpe.pretoken_end(data, cuts[-1], len(data), classes()))
    return [bytes(data[a:b]).decode() for a, b in pairwise(cuts)]


CHARACTERS = st.sampled_from("aZ\u0301é日9½७ \t\n\r\u00a0\u2028.'!sStlLvVeErR\x00\x85👩_") | st.characters(exclude_categories=["Cs"])


@settings(deadline=None)
@given(text=st.text(CHARACTERS))
def test_pretokens_are_the_patterns(twin, text):
    assert kernel_split(text) == twin.findall(text)


@settings(deadline=None)
@given(raw=st.binary(max_size=40))
def test_any_bytes_are_cut_into_parts_that_join_to_them(raw):
    data = np.frombuffer(raw + b"?", np.uint8)[:-1]
    at = 0
    while at < len(raw):
        after = bpe.pretoken_end(data, at, len(raw), classes())
        assert at < after <= len(raw)
        at = after


def plain_merge(word: bytes, merges: list[tuple[int, int]]) -> list[int]:
    ids = list(word)
    while True:
        ranked = [(merges.index(pair), i) for i, pair in enumerate(pairwise(ids)) if pair in merges]
        if not ranked:
            return ids
        rank, i = min(ranked)
        ids[i : i + 2] = [256 + rank]


@settings(deadline=None)
@given(data=st.data(), word=st.binary(min_size=1, max_size=60).map(lambda raw: bytes(b % 3 for b in raw)))
def test_merging_equals_scanning_for_the_best_pair(data, word):
    merges: list[tuple[int, int]] = []
    for _ in range(data.draw(st.integers(0, 12))):
        known = st.sampled_from([0, 1, 2, *range(256, 256 + len(merges))])
        pair = (data.draw(known), data.draw(known))
        if pair not in merges:
            merges.append(pair)
    left, right = (np.array([pair[side] for pair in merges], np.uint32) for side in (0, 1))
    keys, values = bpe.pair_table(left, right, np.arange(256, 256 + len(merges), dtype=np.uint32))
    out, scratch = np.zeros(len(word), np.uint32), np.zeros(len(word) + 1, np.uint64)
    bytes_of = np.frombuffer(word, np.uint8)
    count = bpe.merge_short(bytes_of, BYTES, keys, values, out, scratch)
    assert out[:count].tolist() == plain_merge(word, merges)
    count = bpe.merge_long(bytes_of, BYTES, keys, values, out)
    assert out[:count].tolist() == plain_merge(word, merges)


@settings(deadline=None)
@given(texts=st.lists(st.text(st.sampled_from("abc "), max_size=20), max_size=20))
def test_what_is_remembered_changes_nothing_even_where_it_does_not_fit(texts):
    merges = [(97, 98), (256, 99), (97, 97)]
    left, right = (np.array([pair[side] for pair in merges], np.uint32) for side in (0, 1))
    keys, values = bpe.pair_table(left, right, np.arange(256, 259, dtype=np.uint32))
    raw = [text.encode() for text in texts]
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in raw], dtype=np.int64)])
    data = np.frombuffer(b"".join(raw) + b"?", np.uint8)[:-1]
    results = []
    for slots, pool in ((4, 64), (1 << 10, 1 << 12)):
        memory = np.zeros((slots, 5), np.int64), np.zeros(pool, np.uint8), np.zeros(pool, np.uint32), np.zeros(3, np.int64)
        out, ends = np.zeros(len(data), np.uint32), np.zeros(len(texts), np.int64)
        n = bpe.encode(offsets, data, classes(), BYTES, keys, values, *memory, out, ends)
        results.append((out[:n].tolist(), ends.tolist()))
    assert results[0] == results[1]


def test_a_long_word_takes_time_in_proportion():
    n = 1 << 20
    keys, values = bpe.pair_table(np.array([97, 256], np.uint32), np.array([97, 256], np.uint32), np.array([256, 257], np.uint32))
    out = np.zeros(n, np.uint32)
    assert bpe.merge_long(np.full(n, 97, np.uint8), BYTES, keys, values, out) == n // 4
    assert (out[: n // 4] == 257).all()
