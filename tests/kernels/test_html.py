"""The look at a page's bytes equals a plain count, and lets no page pass that `bomb` would refuse."""

from __future__ import annotations

import re
from itertools import accumulate

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.clean.html import bomb
from tilth.kernels.arrow import utf8
from tilth.kernels.html import DEEP, LONG, suspects

PAGES = st.lists(st.lists(st.sampled_from([b"<d", b"<div>", b"</div>", b"x", b">", b"aaaaaaa"])).map(b"".join), max_size=5)


def twin(page: bytes, depth: int, block: int) -> int:
    steps = (-1 if tag.startswith(b"</") else 1 for tag in re.findall(rb"</?div", page))
    deep = max(accumulate(steps), default=0) > depth
    return deep * DEEP + any(b">" not in page[at : at + block] for at in range(0, len(page), block)) * LONG


@given(PAGES, st.integers(0, 4), st.integers(1, 9))
def test_equals_its_twin(pages: list[bytes], depth: int, block: int) -> None:
    found = suspects(*utf8(pa.array(pages, pa.large_binary())), depth, block)
    assert found.tolist() == [twin(page, depth, block) for page in pages]


def test_what_a_bomb_needs_is_suspect() -> None:
    bombs = [b"<div>" * 4_000, b"<p " + b" a=1" * 20_000 + b">", b"x" * 9_000 + b"<p " + b" a" * 20_000]
    assert all(map(bomb, bombs))
    assert np.all(suspects(*utf8(pa.array(bombs, pa.large_binary())), 3_000, 10_000))
