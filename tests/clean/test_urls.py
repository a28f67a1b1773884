"""URLs cut out of pages: which pages, which characters."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth.clean import RemoveUrls
from tilth.errors import RecipeError


def cut(text: str | None, variant: str = "paper") -> str | None:
    texts = RemoveUrls(variant).apply(pa.record_batch({"text": pa.array([text], pa.large_string())}))["text"].to_pylist()
    return texts[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(("text", "left"), [
    ("See https://a.org/b?c=d#e, then go.", "See, then go."),
    ("Mail me@example.com now", "Mail now"), ("Ping 10.0.0.1:80/x now", "Ping now"),
    ("3.5 of 1.2.3 and e.g. this", "3.5 of 1.2.3 and e.g. this"), ("the end.Then more", "the end.Then more"), ("a.com", ""), ("", ""),
    ("中文 https://例子.测试/路径 后", "中文 https://例子.测试/路径 后"), ("see b.测试 c", "see c"), (None, None),
])
def test_what_goes(text: str | None, left: str | None) -> None:
    assert cut(text) == left


def test_dclm_cuts_names_only_where_the_page_begins_like_one() -> None:
    assert cut("The a.com", "dclm") == "The" and cut("12 a.com 1.2.3.4", "dclm") == "12 a.com" and cut("12 a.com", "paper") == "12"


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(RecipeError, match="no variant 'nemo'"):
        RemoveUrls("nemo")


def test_a_batch_without_addresses_is_handed_on() -> None:
    batch = pa.record_batch({"text": pa.array(["plain", None], pa.large_string())})
    assert RemoveUrls().apply(batch) is batch


def test_a_page_of_dots_and_one_of_a_single_long_word() -> None:
    dots = "." * 1_000_000
    assert cut(dots) == dots
    long = "a" * 1_000_000 + ".com"
    assert cut(long) == "a" * 999_744
