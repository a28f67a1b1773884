"""Addresses cut out of text against the same patterns of Python's `re`."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import letter_case
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.text_classes import classes, data_file
from tilth.kernels.text_urls import remove, top_level_domains

NAMES = sorted(data_file("top_level_domains.json")["names"].split(), key=len, reverse=True)
DOMAINS = "|".join(map(re.escape, NAMES))
REST = r"[-a-zA-Z0-9()@:%_+.~#?&/=]*"
NAME = re.compile(rf"\s{{0,10}}(?:(?:https?|ftp)://)?[-a-zA-Z0-9@:%._+~#=]{{1,256}}\.(?:{DOMAINS})\b{REST}")
NUMBER = re.compile(rf"\s{{0,10}}\b(?:(?:https?|ftp)://)?(?:[0-2]?[0-9]{{1,2}}\.){{3}}[0-2]?[0-9]{{1,2}}{REST}")
OPENING = re.compile(DOMAINS, re.IGNORECASE)
PARTS = ["http", "https", "ftp", "x", "://", ":", "/", ".", "..", "com", "co", "community", "org", "COM", "orgs", "测试", "कॉम", "भारतम्",
    "é", "_", "-", "@", "(", " ", " " * 9, "\n", "\u2003", "1", "12", "255", "300", "1.2.3.4", "10.0.0", "a" * 300,
    "b" * 250, "?q=1&r#s", ",", "The "]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=14).map("".join) | st.text(max_size=12)


def plain(text: str, everywhere: bool) -> str:
    text = NAME.sub("", text) if everywhere or OPENING.match(text) else text
    return NUMBER.sub("", text)


def ours(texts: pa.Array, everywhere: bool) -> list[str]:
    (known, longest), (opening, _) = top_level_domains(folded=False), top_level_domains(folded=True)
    return list(strings(*remove(*utf8(texts), classes(), letter_case.same(), known, opening, longest, everywhere)).to_pylist())


@pytest.mark.parametrize("everywhere", [True, False])
@given(texts=st.lists(TEXTS, max_size=4))
def test_equals_patterns(everywhere: bool, texts: list[str]) -> None:
    assert ours(pa.array(texts, pa.large_string()), everywhere) == [plain(text, everywhere) for text in texts]


@pytest.mark.parametrize("text", [
    "a" * 256 + ".com x", "a" * 257 + ".com x", "a." * 200 + "com.zz x", "." + "com.com", "http://" + "a" * 256 + ".com",
    "see 1.2.3.4.5.6.7.8",
    "v1.2.3.4", "5.1.2.3.4x", "xhttp://1.2.3.4/ y", "300.1.2.3.4", "1.2.3.", "a.भारतx a.भारतम् a.भारतम्x", "ſh", "a.b.com.测试.x",
])
def test_known_texts(text: str) -> None:
    assert ours(pa.array([text], pa.large_string()), True) == [plain(text, True)]


def test_every_top_level_domain_is_known() -> None:
    texts = [f"see a.{name}/x" for name in NAMES]
    assert ours(pa.array(texts, pa.large_string()), True) == [plain(text, True) for text in texts]


def test_a_slice_reads_its_own_texts() -> None:
    texts = pa.array(["a.com", "b c.org", None], pa.large_string())
    assert ours(texts[1:], True) == ["b", ""]
