import numpy as np
import pyarrow as pa
from dedup import passages_twin as twin
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels.texts import pages

from tilth.kernels import passages as kernels
from tilth.kernels.arrow import utf8
from tilth.kernels.text_classes import classes

SPLIT = {kernels.LINE: twin.lines, kernels.NEWLINE: twin.newlines, kernels.PARAGRAPH: twin.paragraphs}


@settings(max_examples=300)
@given(st.lists(pages, max_size=3), st.sampled_from(list(SPLIT)))
def test_passages_are_those_of_the_twin(texts, unit):
    offsets, data = utf8(pa.array(texts, pa.large_string()))
    first, counts, cuts, bodies = kernels.passages(offsets, data, classes(), unit)
    whole = data.tobytes()
    found = [(whole[a:b].decode(), whole[b:c].decode()) for a, b, c in zip(cuts[:-1], bodies, cuts[1:], strict=True)]
    for row, text in enumerate(texts):
        parts, tail = SPLIT[unit](text)
        mine = found[first[row] : first[row + 1]]
        assert mine[: counts[row]] == parts
        assert "".join(gap + body for gap, body in mine) == text and "".join(map("".join, mine[counts[row] :])) == tail


@settings(max_examples=200)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=12), max_size=4))
def test_the_first_equal_one_of_each_row(rows):
    flat = np.array([row for row, letters in enumerate(rows) for _ in letters], np.int64)
    letters = [letter for row in rows for letter in row]
    hashes = np.array([ord(letter) for letter in letters], np.uint64)
    expected = [next(j for j in range(i + 1) if flat[j] == flat[i] and letters[j] == letters[i]) for i in range(len(flat))]
    assert kernels.repeats(flat, hashes, hashes).tolist() == expected
    assert kernels.repeats(flat, hashes, hashes * np.uint64(8)).tolist() == expected  # all in one slot


def test_two_of_one_key_stay_apart_by_the_second_hash():
    rows, key = np.zeros(3, np.int64), np.full(3, 7, np.uint64)
    assert kernels.repeats(rows, key, np.array([1, 2, 1], np.uint64)).tolist() == [0, 1, 0]


def test_contents_are_stripped_of_every_white_space():
    offsets, data = utf8(pa.array([" \u2028a b\xa0\n", "", "\t", "é"], pa.large_string()))
    ends, found = kernels.contents(offsets[:-1], offsets[1:], data, classes(), True)
    assert found.tobytes().decode() == "a b   é " and ends.tolist() == [0, 4, 5, 6, 9]
    assert kernels.contents(offsets[:-1], offsets[1:], data, classes(), False)[1].tobytes().decode() == " \u2028a b\xa0\n  \t é "
