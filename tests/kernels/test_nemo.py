"""The kernels of NeMo Curator's other filters against plain Python."""

from __future__ import annotations

import re

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import nemo
from tilth.kernels.arrow import utf8
from tilth.kernels.letters import letters

URL = re.compile(r"https?://(?:[A-Za-z0-9$\-_@.&+/:=?#~!*(),]|%[0-9A-Fa-f]{2})+")
PARTS = ["http://", "https://", "x.org/a%2F", "%", "é", "⟨", "⟩", "(", "}", "\b", "\t", "\n", "\n\n", "lorem", "ipsum"]
PARTS += ["Use of Coo\u212aies", " ", "7", "end.", "really?'", "\u2003", "privacy & cookies policy", "Lorem Ipsum"]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=30).map("".join)
PHRASES = ("use of cookies", "privacy & cookies policy")


def plain_pages(text: str) -> list[int]:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    paragraphs = [paragraph.lower() for paragraph in text.split("\n\n")]
    return [
        len(paragraphs), sum(any(phrase in paragraph for phrase in PHRASES) for paragraph in paragraphs),
        any("lorem ipsum" in paragraph for paragraph in paragraphs), len(lines),
        sum(not line.endswith((".", "?", "!", '"', "'")) for line in lines), max(map(len, text.split()), default=0),
    ]


@given(st.lists(TEXTS, max_size=4))
def test_pages_equal_plain_python(texts: list[str]) -> None:
    assert nemo.pages(*utf8(pa.array(texts, pa.large_string())), letters()).tolist() == [plain_pages(text) for text in texts]


@given(st.lists(TEXTS, max_size=4))
def test_characters_equal_plain_python(texts: list[str]) -> None:
    wanted = [
        [
            len(text), len(re.findall(r"[a-zA-Z0-9\n?!,.]", text)), len(re.findall("[0-9]", text)), len(re.findall("[\t\n\r\b ]", text)),
            len(re.findall(r"[{}⟨⟩\[\]()]", text)), sum(map(len, URL.findall(text))),
        ]
        for text in texts
    ]
    assert nemo.characters(*utf8(pa.array(texts, pa.large_string()))).tolist() == wanted
