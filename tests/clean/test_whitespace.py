import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.clean import Whitespace
from tilth.testing import check

TEXTS = st.text(st.sampled_from("ab \t\r\n\x0b\xa0é"), max_size=30)


def twin(text: str, blank_lines: int) -> str:
    lines = [line.rstrip(" \t") for line in re.split("\r\n|\r|\n", text)]
    tidy = re.sub("\n" * (blank_lines + 2) + "+", "\n" * (blank_lines + 1), "\n".join(lines))
    return tidy.strip("\n")


def apply(texts: list[str | None], blank_lines: int = 2) -> list[str | None]:
    return Whitespace(blank_lines).apply(pa.record_batch({"text": pa.array(texts, pa.large_string())}))["text"].to_pylist()


@given(st.lists(st.none() | TEXTS, max_size=5), st.integers(0, 3))
def test_it_equals_its_twin(texts: list[str | None], blank_lines: int) -> None:
    assert apply(texts, blank_lines) == [text if text is None else twin(text, blank_lines) for text in texts]


@given(TEXTS)
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert apply(apply([text])) == apply([text])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\r\n\treturn  1  \r\n", "def f():\n\treturn  1"), ("a\rb", "a\nb"), ("a\n \t\n\n\n\nb", "a\n\n\nb"), (" \r\n ", ""),
        ("  a", "  a"),
    ],
)
def test_examples(before: str, after: str) -> None:
    assert apply([before]) == [after]


def test_tidy_text_is_not_written_again() -> None:
    batch = pa.record_batch({"text": pa.array(["x", "a\n\n\nb", None], pa.large_string())}).slice(1)
    assert Whitespace().apply(batch) is batch


def test_laws() -> None:
    check(Whitespace())
