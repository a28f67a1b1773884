"""URLs, hosts and addresses against regular expressions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kernels import spacy_twin

from tilth.kernels.spacy_affixes import CHUNK_COLUMNS, CODE, KIND
from tilth.kernels.spacy_url import is_url
from tilth.kernels.text_classes import classes

PARTS = [
    *"+-._:/?#@aB1é中ß١0", "http", "https", "..", "://", "foo", "Com", "com", "org", "10", "127", "169.254", "172.16", "172.32", "192.168",
    "192.16", "223", "224", "255", "254", "256", "01", "99999", "8080", "a" * 63, "b" * 64, "c.",
]
OCTETS = ["0", "1", "9", "10", "99", "100", "127", "169", "172", "192", "168", "254", "16", "31", "32", "223", "224", "255", "٣"]


def found(text: str) -> bool:
    chunk = np.zeros((len(text) + 1, CHUNK_COLUMNS), np.int64)
    chunk[:-1, CODE] = [ord(c) for c in text]
    chunk[:-1, KIND] = classes()[chunk[:-1, CODE]]
    return bool(is_url(chunk, 0, len(text)))


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=10).map("".join))
@settings(max_examples=2000)
@example("ftp://user:pass@foo.com:8080/path?x#y")
@example("a@b@c.de")
@example("1.2.3.4:80/x")
def test_like_the_twin(text: str) -> None:
    assert found(text) == spacy_twin.is_url(text)


@given(st.lists(st.sampled_from(OCTETS), min_size=4, max_size=4))
@settings(max_examples=1000)
def test_addresses_like_the_twin(octets: list[str]) -> None:
    assert found(".".join(octets)) == spacy_twin.is_url(".".join(octets))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("foo.com", True), ("foo.Com", False), ("foo.c", False), ("http://foo", False), ("mailto:a@b.org", True), ("10.1.2.3", False),
        ("8.8.8.8", True), ("172.15.0.1", True), ("172.16.0.1", False), ("1.2.3", False), ("foo.com:1", False), ("foo.com:80", True),
        ("-foo.com", False), ("foo-.com", False), ("f-o.com", True), ("foo..com", False), ("foo.com/", True), ("", False),
    ],
)
def test_plain_cases(text: str, wanted: bool) -> None:
    assert found(text) is wanted
