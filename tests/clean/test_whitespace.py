import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.clean import Whitespace
from tilth.testing import check

TEXTS = st.text(st.sampled_from("ab \t\r\n\x0b\xa0é"), max_size=30)


def apply(texts: list[str | None], blank_lines: int = 2) -> list[str | None]:
    return Whitespace(blank_lines).apply(pa.record_batch({"text": pa.array(texts, pa.large_string())}))["text"].to_pylist()


@given(TEXTS)
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert apply(apply([text])) == apply([text])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\r\n\treturn  1  \r\n", "def f():\n\treturn  1"), ("a\rb", "a\nb"), ("a\n \t\n\n\n\nb", "a\n\n\nb"), (" \r\n ", ""),
        ("  a", "  a"), ("a\xa0b\xa0", "a b"), ("\xa0\n", ""), ("é\xc2", "é\xc2"),
    ],
)
def test_examples(before: str, after: str) -> None:
    assert apply([before]) == [after]


def test_null_stays_null() -> None:
    assert apply([None, " ", "a "]) == [None, "", "a"]


def test_tidy_text_is_not_written_again() -> None:
    batch = pa.record_batch({"text": pa.array(["x", "a\n\n\nb", None], pa.large_string())}).slice(1)
    assert Whitespace().apply(batch) is batch


def test_laws() -> None:
    check(Whitespace())
