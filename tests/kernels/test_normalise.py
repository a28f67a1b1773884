import re
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tilth.dedup.normalise import _UNSPACED, Normalise


def twin(text: str, n: Normalise) -> str:
    """The steps of `Normalise` one after the other, on a str."""
    kind = unicodedata.category
    text = "".join(c.lower() for c in text) if n.lower else text
    if n.numbers:
        digit = "[" + "".join(sorted({c for c in text if kind(c) == "Nd"} | {"0"})) + "]"
        text = re.sub(f"{digit}+([.,\u060c\u066b\u2396\u2397\u2398]{digit}+)?", "0", text)
    text = "".join(
        " " if kind(c) in ("Cc", "Zs", "Zl", "Zp") or (n.punctuation and kind(c)[0] in "PS") else "" if kind(c) == "Cf" else c for c in text
    )
    text = "".join(f" {c} " if is_unspaced(c) else c for c in text)
    if n.marks:
        bare = ("".join(m for m in unicodedata.normalize("NFD", c) if kind(m) != "Mn") for c in text)
        text = "".join(unicodedata.normalize("NFC", c) for c in bare)
    return " ".join(word for word in text.split(" ") if word)


def is_unspaced(c: str) -> bool:
    return any(ord(c) in part for part in _UNSPACED) and (unicodedata.category(c)[0] == "L" or ord(c) >= 0x20000)


ALL = [Normalise(), Normalise(numbers=False), Normalise(punctuation=False), Normalise(False, False, False, False), Normalise(marks=False)]
CHARACTERS = st.one_of(st.characters(codec="utf-8"), st.sampled_from("aB1.,١٫ é漢ก\u00ad\u0301\u200b\x00\n-"))


@given(st.lists(st.text(CHARACTERS), max_size=4), st.sampled_from(ALL))
@example(["1.2.3", "12,5 km", "1.", ".5", "3.x", "١٢٫٥", "a1b22c"], Normalise())
@example(["Déjà vu", "e\u0301", "\u0301", "İstanbul", "각", "がぎ"], Normalise())
@example(["x" * 100_000 + " y", ""], Normalise())
def test_equals_its_twin(texts, normalise):
    assert normalise(pa.array(texts, pa.large_string())).to_pylist() == [twin(text, normalise) for text in texts]


@pytest.mark.parametrize("normalise", ALL)
def test_every_code_point_alone_and_between_letters(normalise):
    codes = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    codes = codes[: 0x3400] + codes[0x3400 :: 97]
    texts = codes + [f"x{code}y" for code in codes]
    ours = normalise(pa.array(texts, pa.large_string())).to_pylist()
    assert [(text, a) for text, a, b in zip(texts, ours, (twin(t, normalise) for t in texts), strict=True) if a != b] == []


def test_slices_and_nulls():
    texts = pa.array(["Skip", "One, TWO", None, "3"], pa.large_string()).slice(1)
    assert Normalise()(texts).to_pylist() == ["one two", "", "0"]
