"""The twin here is plain Python: split, strip, join."""

import re

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.arrow import strings, utf8
from tilth.kernels.whitespace import tidy

TEXTS = st.text(st.sampled_from("ab \t\r\n\x0b\xa0é"), max_size=30)


def twin(text: str, blank_lines: int) -> str:
    lines = [line.rstrip(" \t") for line in re.split("\r\n|\r|\n", text.replace("\xa0", " "))]
    return re.sub("\n" * (blank_lines + 2) + "+", "\n" * (blank_lines + 1), "\n".join(lines)).strip("\n")


@given(st.lists(TEXTS, max_size=5), st.integers(0, 3))
def test_it_equals_its_twin(texts: list[str], blank_lines: int) -> None:
    column = pa.array(["pad", *texts], pa.large_string()).slice(1)
    assert strings(*tidy(*utf8(column), blank_lines)).to_pylist() == [twin(text, blank_lines) for text in texts]


def test_no_rows() -> None:
    offsets, data = tidy(np.zeros(1, np.int64), np.zeros(0, np.uint8), 2)
    assert offsets.tolist() == [0] and len(data) == 0
