"""robots.txt: the examples of RFC 9309, and wildcards against regular expressions."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.read.crawl_robots import Robots, matches, parse

EXAMPLE = b"""\xef\xbb\xbf# groups, as RFC 9309 has them
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""


@pytest.mark.parametrize(
    "agent, path, want",
    [
        ("other", "/x.gif", False),
        ("other", "/x.gif?y", True),
        ("other", "/example/a", False),
        ("other", "/publications/a", True),
        ("foobot", "/a", False),
        ("FooBot", "/example/page.html", True),
        ("foobot", "/example/allowed.gif", True),
        ("barbot", "/example/page.html", False),
        ("bazbot", "/example/page.html", False),
        ("bazbot", "/x.gif", True),
        ("quxbot", "/example/", True),
    ],
)
def test_the_groups_of_rfc_9309(agent, path, want):
    assert parse(EXAMPLE, agent).allow("http://x.org" + path) is want


@pytest.mark.parametrize(
    "rules, path, want",
    [
        ("Disallow: /a\nAllow: /a", "/a", True),  # equals: the least restrictive
        ("Allow: /a/b\nDisallow: /a", "/a/b/c", True),
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),  # the longest, not the first
        ("Disallow:", "/a", True),
        ("Disallow: /", "/", False),
        ("Disallow: /%7Ejoe", "/~joe/", False),
        ("Disallow: /a b", "/a%20b", False),
        ("Disallow: /?q", "/?q=1", False),
        ("disallow : /a # why", "/a", False),
        ("Disallow: /a\nSitemap: http://x.org/map\nDisallow: /b", "/b", False),
    ],
)
def test_rules(rules, path, want):
    assert parse(f"User-agent: *\n{rules}".encode(), "bot").allow("http://x.org" + path) is want


@pytest.mark.parametrize("body", [b"", b"Disallow: /", b"<p>Not found: sorry", b"\xff\xfe\0", b"User-agent: other\nDisallow: /"])
def test_what_says_nothing_forbids_nothing(body):
    assert parse(body, "bot") == Robots()


@pytest.mark.parametrize("value, want", [("2", 2.0), ("0.5", 0.5), ("-1", 0.0), ("nan", 0.0), ("inf", 0.0), ("soon", 0.0), ("²", 0.0)])
def test_crawl_delay(value, want):
    assert parse(f"User-agent: *\nCrawl-delay: {value}".encode(), "bot").delay == want


@given(st.text("/ab*$", max_size=8), st.text("/ab$", max_size=12))
def test_patterns_match_as_regular_expressions_do(pattern, path):
    regex = re.escape(pattern.removesuffix("$")).replace(r"\*", ".*") + ("$" if pattern.endswith("$") else "")
    assert matches(pattern, path) is bool(re.match(regex, path, re.DOTALL))


def test_hostile_patterns_take_linear_time():
    began = time.process_time()
    assert not matches("/" + "*a" * 1000 + "*b", "/" + "a" * 100_000)
    assert time.process_time() - began < 5
