"""Bytes, code points and hashes against Python's own."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import text_bytes as kernel

characters = st.characters(codec="utf-8")


def page(text: str) -> np.ndarray:
    return np.frombuffer(bytearray(text.encode() + bytes(8)), np.uint8)


@given(characters)
def test_one_code_point(c: str) -> None:
    data = page("x" + c)
    assert kernel.code_point(data, 1) == ord(c)
    assert kernel.width(int(data[1])) == len(c.encode())
    assert kernel.last_code_point(data, 0, 1 + len(c.encode())) == 1


@given(st.text(characters))
def test_code_points_are_counted(text: str) -> None:
    assert kernel.code_points(page(text), 0, len(text.encode())) == len(text)


@given(st.text(characters, max_size=40), st.text(characters, max_size=3))
def test_the_hash_is_of_these_bytes_and_no_others(text: str, after: str) -> None:
    size = len(text.encode())
    assert kernel.hash_bytes(page(text), 0, size) == kernel.hash_bytes(page(text + after), 0, size)
    moved = page("x" + text)
    assert kernel.hash_bytes(moved, 1, 1 + size) == kernel.hash_bytes(page(text), 0, size)


def test_hashes_do_not_collide_where_texts_are_alike() -> None:
    texts = ["\x00" * n for n in range(40)] + [str(n) for n in range(20_000)]
    texts += ["a" * n + b + "a" * (20 - n) for n in range(20) for b in "bc\x00"]
    hashes = {int(kernel.hash_bytes(page(text), 0, len(text))) for text in texts}
    assert len(hashes) == len(texts)
    assert len({key & 0xFFFF for key in hashes}) > 15_000  # low bits are as good: tables use them


@given(st.binary(min_size=1, max_size=60), st.data())
def test_copying_may_overlap(content: bytes, data: st.DataObject) -> None:
    start, size = sorted([data.draw(st.integers(0, len(content))), data.draw(st.integers(0, len(content)))])
    size -= start
    to = data.draw(st.integers(0, len(content) - size))
    array, wanted = np.frombuffer(bytearray(content), np.uint8), bytearray(content)
    wanted[to : to + size] = content[start : start + size]
    assert _copy(array, start, size, to) == to + size
    assert array.tobytes() == bytes(wanted)


def _copy(array: np.ndarray, start: int, size: int, to: int) -> int:
    """Numba's intrinsics are called from compiled code only."""
    from numba import njit

    return int(njit(lambda a, s, n, t: kernel.copy_bytes(a, s, n, a, t))(array, start, size, to))
