from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.anchors import DOCUMENT, FIRST, KEY, LAST, anchors, may_repeat
from tilth.kernels.units import BYTE, kinds

TEXTS = st.lists(st.text(st.sampled_from("ab"), max_size=50).map(str.encode), min_size=1, max_size=5)


def placed(texts: list[bytes], length: int, size: int) -> dict[tuple[int, int], int]:
    """Return {(text, place): hash} of every anchor, rows of several taken apart."""
    offsets = np.cumsum([0, *map(len, texts)])
    found = {}
    for row in anchors(offsets, np.frombuffer(b"".join(texts), np.uint8), BYTE, kinds(), length, size).tolist():
        held = texts[row[DOCUMENT]][row[FIRST] : row[FIRST] + size]
        for place in range(row[FIRST], row[LAST] + 1):
            if texts[row[DOCUMENT]][place : place + size] == held:
                found[row[DOCUMENT], place] = row[KEY]
    return found


@given(TEXTS, st.integers(2, 12), st.data())
def test_equal_spans_have_an_anchor_at_the_same_place(texts: list[bytes], length: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, length))
    found = placed(texts, length, size)
    same: dict[bytes, set[frozenset[tuple[int, int]]]] = {}
    for number, text in enumerate(texts):
        for at in range(len(text) - length + 1):
            inside = frozenset((at_ - at, found[number, at_]) for at_ in range(at, at + length - size + 1) if (number, at_) in found)
            assert inside
            same.setdefault(text[at : at + length], set()).add(inside)
    assert all(frozenset.intersection(*insides) for insides in same.values())
    assert len(set(found.values())) == len({texts[number][place : place + size] for number, place in found})


@given(st.lists(st.integers(0, 200), max_size=60))
def test_no_repeated_key_is_missed(keys: list[int]) -> None:
    found = may_repeat(np.array(keys, np.uint64))
    counts = Counter(keys)
    assert all(may for key, may in zip(keys, found.tolist(), strict=True) if counts[key] > 1)
    assert not may_repeat(np.arange(100, dtype=np.uint64)).any()
