"""Patterns of users: found where Python finds them, refused where RE2 refuses them, and never slow."""

import re
import time

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.filters import Matches
from tilth.testing import check

PATTERNS = ["a+", "[^a]b", "(?i)AB|é", r"a\s", "(?m)^a", r"(?m)b$", "(?m)^a.b"]


@given(st.lists(st.none() | st.text(alphabet="ab\né. ", max_size=12), max_size=5), st.sampled_from(PATTERNS))
def test_it_matches_where_python_does(texts: list[str | None], pattern: str) -> None:
    found = Matches(pattern).apply(pa.record_batch({"text": pa.array(texts, pa.large_string())}))["matches"].to_pylist()
    assert found == [None if text is None else re.search(pattern, text) is not None for text in texts]


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?<=a)b", "(", "a{2000}", "((a{50}){50}){50}", ""])
def test_what_cannot_run_in_linear_time_is_refused(pattern: str) -> None:
    with pytest.raises(RecipeError, match="pattern"):
        Matches(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*c", "(.*)*x", "(a|ab|b)*$c", r"(\w+\s?)*!$"])
def test_hostile_patterns_cannot_hang(pattern: str) -> None:
    batch = pa.record_batch({"text": pa.array(["a" * 1_000_000 + "b"], pa.large_string())})
    start = time.process_time()
    Matches(pattern).apply(batch)
    assert time.process_time() - start < 20


def test_it_may_read_another_column_and_name_its_own() -> None:
    step = Matches("(?i)shop", name="shops", column="url")
    assert step.reads == ("url",)
    assert step.apply(pa.record_batch({"url": ["a.SHOP"]})).to_pylist() == [{"url": "a.SHOP", "shops": True}]


def test_laws() -> None:
    check(Matches(r"(?i)\bline\b"))
