import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.dedup import DuplicateUrls, UrlForm, urls
from tilth.dedup.urls import EXACT
from tilth.errors import CorpusError, RecipeError
from tilth.memory import evaluate
from tilth.testing import check, examples

SAME = [
    ["http://a.org", "https://a.org/", "HTTPS://WWW.A.ORG:443", "//a.org", "a.org", "a.org.", "http://a.org:80/?", "a.org#top"],
    ["a.org/b?x=1&y=2", "a.org/b/?y=2&x=1&", "http://a.org/b?fbclid=z&y=2&UTM_Source=q&x=1#c", "a.org/%62?%79=2&x=1"],
    ["a.org/#!b", "http://www.a.org#!b"], ["a.org/%2F", "a.org/%2f/"], ["http://u@a.org", "u@A.org"], ["www.com", "http://www.com/"],
    ["ftp://a.org/", "FTP://a.org?utm_id=1"], ["a.org/B"], ["a.org/b"], ["a.org:8080"],
    ["http://U@a.org"], ["a.org/b?x=1"], ["a.org/b?x="], ["%zz"],
    ["日本.jp/道", "https://日本.jp/道/"], ["a\nb", "a\nb#c\nd"],
]  # fmt: skip


def test_forms_of_one_address_are_one(shards):
    compared = [set(UrlForm()(pa.array(group, pa.large_string())).to_pylist()) for group in SAME]
    assert [len(forms) for forms in compared] == [1] * len(SAME)
    assert len(set.union(*compared)) == len(SAME)


@settings(max_examples=60)
@given(st.lists(st.text(st.sampled_from("aAw.:/?#&=%7e1!@~\n é"), max_size=14), max_size=6), st.builds(UrlForm, *[st.booleans()] * 8))
def test_any_string_has_a_form_and_exact_is_the_string(found, form):
    values = pa.array(found, pa.large_string())
    assert EXACT(values).to_pylist() == found
    assert all(isinstance(url, str) for url in form(values).to_pylist())


def test_each_difference_can_count():
    a = pa.array(["HTTP://www.A.org:80/b/?z=1&a=%7e&gclid=1#c"])
    kept = {"scheme": "http://", "host": "A.org", "www": "www.", "escapes": "%7e", "tracking": "gclid=1", "sort": "z=1&a"}
    kept |= {"slash": "b/", "fragment": "#c"}
    for name, part in kept.items():
        assert part in UrlForm(**{name: False})(a)[0].as_py() and part not in UrlForm()(a)[0].as_py()


ODD = ["http://a.org/", "https://www.a.org?utm_x=1", "a.org?ref=3", "http://b.org/?q=http://www.c.org", "b.org/?q=c.org", "", "x?feed/"]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(ODD), max_size=12))
def test_c4_compares_as_its_code_does(shards, gone, found):
    def normalised(url: str) -> str:
        return re.sub(r"\?(utm_|ref|feed).*", "", re.sub(r"https?:\/\/(www\.)?", "", url)).rstrip("/")

    first: dict[str, int] = {}
    expected = {i: first[key] for i, key in enumerate(map(normalised, found)) if key and first.setdefault(key, i) != i}
    if found:
        assert gone(urls(variant="c4"), shards([""] * len(found), url=found)) == expected


def test_published_cases_of_datatrove(shards, gone):
    """Its tests/pipeline/dedup/test_exact_deduplication.py: who stays of five documents, by number of document, up or down."""
    found = ["https://example.com", "https://example.com", "https://new-site.com", "https://example.com", "https://example2.com"]
    rows = shards([""] * 5, [2, 3], url=found, up=[1, 2, 3, 4, 5], down=[5, 4, 3, 2, 1])
    first, second = 0, 1 << 32
    assert gone(urls(EXACT), rows) == {first + 1: first, second + 1: first}
    assert gone(urls(EXACT, keep="up"), rows, 3) == {first: second + 1, first + 1: second + 1}
    assert gone(urls(EXACT, keep="down"), rows) == {first + 1: first, second + 1: first}
    merged = shards([""] * 5, [2, 3], url=[url.replace("2", "") for url in found])
    assert len(gone(urls(EXACT), merged)) == 3


def test_laws_and_reasons(shards):
    table = examples().append_column("url", pa.array([f"http://a.org/{i % 7}" if i % 5 else None for i in range(len(examples()))]))
    check(DuplicateUrls(), table)
    check(urls(keep="longest", variant="datatrove")[0], table)
    assert set(evaluate(urls(), shards(["x", "y"], url=["a.org", "A.org"])).audit["reason"].to_pylist()) == {"duplicate URL"}


def test_what_cannot_be_is_refused(shards):
    with pytest.raises(CorpusError, match="column"):
        evaluate(urls(), shards(["x"]))
    with pytest.raises(RecipeError, match="variant"):
        urls(variant="google")
