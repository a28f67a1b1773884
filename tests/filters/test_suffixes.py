"""The public suffix list's own kinds of rules, and the whole of it against tldextract."""

import numpy as np
import pyarrow as pa
import pytest

from tilth.filters.suffixes import nodes, packaged
from tilth.kernels.arrow import utf8
from tilth.kernels.url import host, registered

RULES = "com\nuk\nco.uk\n*.ck\n!www.ck\njp\n*.kawasaki.jp\n!city.kawasaki.jp\nрф".encode()


def domain(url: str, rules: bytes) -> str:
    offsets, data = utf8(pa.array([url], pa.large_string()))
    first, last = host(data, offsets[0], offsets[1])
    start = registered(data, first, last, *nodes(rules), np.empty(len(data), np.uint8))
    return data[start:last].tobytes().decode()


@pytest.mark.parametrize(("url", "expected"), [
    ("https://a.b.com/x", "b.com"), ("b.com", "b.com"), ("com", ""), ("a.b.co.uk", "b.co.uk"), ("co.uk", ""), ("b.uk", "b.uk"),
    ("a.b.ck", "a.b.ck"), ("b.ck", ""), ("x.a.b.ck", "a.b.ck"), ("www.ck", "www.ck"), ("a.www.ck", "www.ck"), ("ck", ""),
    ("a.x.kawasaki.jp", "a.x.kawasaki.jp"), ("x.kawasaki.jp", ""), ("city.kawasaki.jp", "city.kawasaki.jp"), ("b.kawasaki.jp", ""),
    ("пример.рф", "пример.рф"), ("a.XN--e1afmkfd.xn--P1AI", "XN--e1afmkfd.xn--P1AI"), ("a.B.COM.", "B.COM"), ("192.0.2.1", ""),
    ("[2001:db8::1]", ""),
    ("http://user:pw@a.b.com:80/", "b.com"), ("a..com", ""), ("", ""), ("localhost", ""),
])  # fmt: skip
def test_the_registered_domain(url: str, expected: str) -> None:
    assert domain(url, RULES) == expected


def test_no_rules_know_no_domain() -> None:
    assert domain("a.b.com", b"") == ""


def test_every_rule_of_the_list_as_tldextract_has_it() -> None:
    tldextract = pytest.importorskip("tldextract", reason="the extra 'web' is not installed")
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    rules = packaged()
    for rule in rules.decode().split("\n")[::7]:
        name = rule.removeprefix("!").replace("*", "any")
        for url in (name, f"b.{name}", f"a.b.{name}"):
            assert domain(url, rules) == extract(url).top_domain_under_public_suffix, url
