import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.clean.splice import splice
from tilth.kernels.arrow import utf8


def array(texts: list[str | None]) -> pa.Array:
    return pa.array(texts, pa.large_string())


def no_spans() -> np.ndarray:
    return np.empty((0, 3), np.int64)


def test_nothing_replaced_is_the_same_array() -> None:
    texts = array(["abc", None])
    assert splice(texts, no_spans(), []) is texts
    assert splice(texts, np.array([[0, 1, 2]]), ["b"]) is texts


def test_an_empty_column() -> None:
    assert len(splice(array([]), no_spans(), [])) == 0


@given(st.lists(st.none() | st.text(max_size=12), max_size=6), st.randoms())
def test_it_equals_slicing_each_text(texts: list[str | None], chance: object) -> None:
    column = array(["pad", *texts]).slice(1)
    offsets, _ = utf8(column)
    spans, new, expected = [], [], []
    for row, text in enumerate(texts):
        if not text:
            expected.append(text)
            continue
        cuts = sorted(chance.sample(range(len(text) + 1), min(len(text) + 1, 4)))  # type: ignore[attr-defined]
        pieces, at = [], 0
        for start, end in zip(cuts[::2], cuts[1::2], strict=False):
            before = offsets[row] + len(text[:start].encode())
            spans.append([row, before, before + len(text[start:end].encode())])
            new.append(chance.choice(["", "é", text[start:end]]))  # type: ignore[attr-defined]
            pieces += [text[at:start], new[-1]]
            at = end
        expected.append("".join([*pieces, text[at:]]))
    assert splice(column, np.array(spans, np.int64).reshape(-1, 3), new).to_pylist() == expected
