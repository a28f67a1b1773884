"""Pieces of about a sentence: they make up the text, and no character is cut."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tilth.kernels.arrow import utf8
from tilth.kernels.language_pieces import pieces

TEXT = st.text(st.sampled_from("ab 田é👩.。?\n\t!"), max_size=80) | st.text(max_size=40)


def cut(texts: list[str], least: int = 3, most: int = 12) -> list[tuple[str, int, int]]:
    offsets, data = utf8(pa.array(texts, pa.large_string()))
    starts, owners, sizes = pieces(offsets, data, least, most)
    raw = bytes(data)
    return [(raw[a:b].decode(), o, s) for a, b, o, s in zip(starts[:-1], starts[1:], owners.tolist(), sizes.tolist(), strict=True)]


@given(st.lists(TEXT, max_size=5), st.integers(1, 9), st.integers(0, 20))
@example(["", "", "a", ""], 1, 0)
def test_pieces_make_up_each_text(texts: list[str], least: int, more: int) -> None:
    found = cut(texts, least, least + more)
    for i, text in enumerate(texts):
        mine = [piece for piece, owner, _ in found if owner == i]
        assert "".join(mine) == text and all(mine)
    for piece, _, size in found:
        assert size == sum(ord(char) > 32 for char in piece) <= 2 * (least + more)


@pytest.mark.parametrize(("text", "wanted"), [
    ("One two. Three four.", ["One two.", " Three four."]), ("3.14 is pi", ["3.14 is pi"]), ("Hi. You there.", ["Hi.", " You there."]),
    ("ab\ncd\nefgh", ["ab\ncd\n", "efgh"]), ("这是一个。那是两个！", ["这是一个。", "那是两个！"]), ("यह है। वह था।", ["यह है।", " वह था।"]),
    ("aaaaaaaaaaaaaaa bbb", ["aaaaaaaaaaaaaaa ", "bbb"]), ("x" * 30, ["x" * 24, "x" * 6]),
])  # fmt: skip
def test_where_a_piece_ends(text: str, wanted: list[str]) -> None:
    assert [piece for piece, _, _ in cut([text])] == wanted
