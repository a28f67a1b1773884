"""One spelling for each address, and links out of any bytes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.read.crawl_links import LONGEST, canonical, escaped, links


@pytest.mark.parametrize(
    "url, base, want",
    [
        ("HTTP://Example.ORG", "", "http://example.org/"),
        ("https://example.org:443/a", "", "https://example.org/a"),
        ("http://example.org:8080/a", "", "http://example.org:8080/a"),
        ("http://example.org./a", "", "http://example.org/a"),
        ("http://example.org/a/./b/../c/", "", "http://example.org/a/c/"),
        ("http://example.org/a/..", "", "http://example.org/"),
        ("http://example.org/../../a", "", "http://example.org/a"),
        ("http://example.org/%2e%2E/a", "", "http://example.org/a"),
        ("http://example.org//a", "", "http://example.org//a"),
        ("http://example.org/%7ea%2fb%zz", "", "http://example.org/~a%2Fb%25zz"),
        ("http://example.org/a b\tc", "", "http://example.org/a%20bc"),
        ("http://example.org/?q=ä&r=%e4", "", "http://example.org/?q=%C3%A4&r=%E4"),
        ("http://example.org/#top", "", "http://example.org/"),
        ("http://bücher.example/", "", "http://xn--bcher-kva.example/"),
        ("http://[::1]:8000/", "", "http://[::1]:8000/"),
        ("b", "http://example.org/a/c", "http://example.org/a/b"),
        ("?q", "http://example.org/a/c", "http://example.org/a/c?q"),
        ("//other.example/x", "https://example.org/", "https://other.example/x"),
        ("", "http://example.org/a#b", "http://example.org/a"),
        ("b", "", None),
        ("mailto:a@example.org", "", None),
        ("javascript:void(0)", "http://example.org/", None),
        ("file:///etc/passwd", "http://example.org/", None),
        ("http://user:word@example.org/", "", None),
        ("http://example.org:99999/", "", None),
        ("http://[::1/", "", None),
        ("http://exa mple.org/", "", None),
        ("http://ex*mple.org/", "", None),
        ("http://" + "a" * 70 + "é.example/", "", None),
        ("http://example.org/\udce4", "", "http://example.org/%E4"),
        ("http://example.org/\ud800", "", None),
        ("http://example.org/" + "a" * LONGEST, "", None),
    ],
)
def test_canonical(url, base, want):
    assert canonical(url, base) == want


words = ["..", "%2e", "%2F", "%zz", "é", "\ud800", "http://", "example.org", ":80", "a", "B", "xn--", "٣"]
pieces = st.sampled_from([*"/.%?#:@[]& \t\n", *words])


@given(st.lists(pieces | st.text(max_size=5), max_size=12).map("".join), st.sampled_from(["", "http://example.org/a/b?c"]))
def test_canonical_is_its_own_canonical(url, base):
    once = canonical(url, base)
    if once is not None:
        assert canonical(once) == once == canonical(once, "http://other.example/")
        assert once.isascii()
        assert "#" not in once
        assert once.startswith(("http://", "https://"))


@given(st.text())
def test_escaping_twice_changes_nothing(text):
    try:
        once = escaped(text)
    except UnicodeEncodeError:
        return
    assert escaped(once) == once


@pytest.mark.parametrize(
    "body, want",
    [
        ('<a href="/a">', ["/a"]),
        ("<A CLASS=x HREF=/a>", ["/a"]),
        ("<a\nhref = '/a'\n>", ["/a"]),
        ('<a data-href="/no" href="/a">', ["/a"]),
        ('<a data-href="/no">', []),
        ('<abbr href="/no"><link href="/no.css"><img src="/no.png">', []),
        ('<a href="/a?x=1&amp;y=2">', ["/a?x=1&y=2"]),
        ('<a href="/a"><a href="/b"><a href="/a#x">', ["/a", "/b"]),
        ('<area href="/a"><frame src="/b"><iframe src="/c">', ["/a", "/b", "/c"]),
        ('<a href="b"><base href="/dir/"><a href="b">', ["/b", "/dir/b"]),
        ('<!-- <a href="/no"> --><a href="/a">', ["/a"]),
        ("<script>'<a href=\"/no\">'</script><a href=\"/a\">", ["/a"]),
        ('<style><a href="/no"></style  ><a href="/a">', ["/a"]),
        ('<script><a href="/no">', []),
        ('<a href="/a', []),
        ("<a href=>", []),
        ("", []),
    ],
)
def test_links(body, want):
    assert links(body.encode(), "http://x.org/") == ["http://x.org" + path for path in want]


tokens = [b"<a ", b"href=", b'"', b"'", b">", b"<", b"<!--", b"-->", b"<script>", b"</script>", b"/a", b"\xff", b"&#0;"]


@given(st.lists(st.sampled_from(tokens)))
def test_links_of_anything(parts):
    for url in links(b"".join(parts), "http://x.org/"):
        assert canonical(url) == url


@pytest.mark.parametrize("part", [b"<a ", b"<a href=", b'<a href="', b"<!--", b"<script>", b"<a " + b"x=1 " * 50, b"<", b"a href='"])
def test_time_grows_in_proportion(part):
    body = part * (4_000_000 // len(part))
    began = time.process_time()
    links(body, "http://x.org/")
    assert time.process_time() - began < 5
