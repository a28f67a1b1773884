"""Against a dictionary of every window, on any shards and partitions; and what must not go wrong on real and on hostile texts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.dedup import CutSpans, RepeatedSubstrings
from tilth.errors import RecipeError
from tilth.memory import evaluate
from tilth.testing import check

UNSPACED = [(0x0E00, 0x0F00), (0x3040, 0x3100), (0x4E00, 0xA000)]
Units = list[tuple[object, int]]  # (what is compared, first byte)


def units_of(text: str, unit: str) -> Units:
    """A text's units, the slow way."""
    data = text.encode()
    if unit == "byte":
        return list(zip(data, range(len(data)), strict=True))
    at, found, before = 0, [], "space"
    for letter in text:
        category = unicodedata.category(letter)
        alone = any(a <= ord(letter) < b for a, b in UNSPACED) and category[0] == "L"
        kind = "letter" if category[0] in "LN" or category == "Pc" else "joins" if category[0] == "M" or category == "Cf" else "mark"
        kind = "mark" if alone or unit == "character" else "space" if letter.isspace() or category == "Cc" else kind
        if (kind == "joins" and before != "space") or (kind == "letter" and before == "letter"):
            found[-1] = (found[-1][0] + letter, found[-1][1])
        elif kind != "space":
            found.append((letter, at))
            before = "mark" if kind == "joins" else kind
        else:
            before = "space"
        at += len(letter.encode())
    return found


def twin(texts: list[str], length: int, unit: str, keep: str) -> list[list[tuple[int, int]]]:
    """The spans of each text in bytes, from all windows in order."""
    documents = [units_of(text, unit) for text in texts]
    seen: dict[tuple, list[tuple[int, int]]] = {}
    for d, units in enumerate(documents):
        for p in range(len(units) - length + 1):
            seen.setdefault(tuple(value for value, _ in units[p : p + length]), []).append((d, p))
    inside = [[False] * len(units) for units in documents]
    for places in seen.values():
        for d, p in places[1:] if keep == "first" else places if len(places) > 1 else []:
            inside[d][p : p + length] = [True] * length
    return [spans_in_bytes(text, units, flags) for text, units, flags in zip(texts, documents, inside, strict=True)]


def spans_in_bytes(text: str, units: Units, inside: list[bool]) -> list[tuple[int, int]]:
    data, starts = text.encode(), [start for _, start in units] + [len(text.encode())]
    begins = [i for i, flag in enumerate(inside) if flag and not (i and inside[i - 1])]
    found = []
    for i in begins:
        j = i
        while j < len(inside) and inside[j]:
            j += 1
        start, end = starts[i], starts[j]
        while start < end and data[start] & 0xC0 == 0x80:
            start += 1
        while start < end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        found += [(start, end)] if start < end else []
    return found


def spans(texts: list[str], shards, sizes: list[int], partitions: int, **how: object) -> list[list[tuple[int, int]]]:
    found = evaluate([RepeatedSubstrings(**how)], shards(texts, sizes), partitions).table["repeated_spans"].to_pylist()
    return [[(span["start"], span["end"]) for span in row or []] for row in found]


ALPHABETS = st.sampled_from(["ab", "aaab", "a b", "aé字", "ab \n\r", "字我\U0001f469\u200d", "हि न्", "\0a ."])
TEXTS = ALPHABETS.flatmap(lambda letters: st.lists(st.text(st.sampled_from(letters), max_size=60), min_size=1, max_size=8))


@settings(max_examples=300)
@given(TEXTS, st.sampled_from(["byte", "character", "word"]), st.sampled_from(["first", "none"]), st.integers(2, 12), st.data())
def test_equals_a_dictionary_of_all_windows_on_any_shards_and_partitions(shards, texts, unit, keep, length, data):
    cut, partitions = data.draw(st.integers(0, len(texts))), data.draw(st.integers(1, 4))
    found = spans(texts, shards, [cut, len(texts) - cut], partitions, length=length, unit=unit, keep=keep)
    assert found == twin(texts, length, unit, keep)


def test_laws():
    check(RepeatedSubstrings(length=3))
    check(RepeatedSubstrings(length=8, unit="byte", keep="none"))
    check(RepeatedSubstrings(length=4, unit="character"))


def test_what_cannot_be():
    for how in ({"unit": "token"}, {"length": 1}, {"keep": "longest"}):
        with pytest.raises(RecipeError, match="a length is at least 2"):
            RepeatedSubstrings(**how)
    with pytest.raises(RecipeError, match="character, word, line"):
        CutSpans("page")
