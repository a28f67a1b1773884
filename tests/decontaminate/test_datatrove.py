"""The verdicts of datatrove's filter; bench/decontaminate.py holds them against the tool itself, on real sets."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth.decontaminate import DatatroveOverlap, NGrams
from tilth.decontaminate.items import pack
from tilth.dedup.datatrove import simplified
from tilth.errors import RecipeError
from tilth.testing import check, examples


def found(items, texts, question: str, answer: str, text: str, n: int, part: str) -> str | None:  # type: ignore[no-untyped-def]
    step = DatatroveOverlap(pack(NGrams(answer="answer").observe(items([question], answers=[answer]))), n, part)
    hit = step.apply(texts([text]))["contamination"].to_pylist()[0]
    return hit and hit[0]["text"]


@pytest.mark.parametrize(("part", "expected"), [
    ("answer", {"f g h i"}), ("touching", {"f g h i", "c d e f", "e f g h"}), ("all", {"f g h i", "c d e f", "e f g h", "a b c d"}),
])  # fmt: skip
def test_which_ngrams_count(items, texts, part: str, expected: set[str]) -> None:
    """The example in the docstring of the tool's configuration: A B C D E asked, F G H I J answered, n-grams of 4."""
    tried = ["a b c d", "c d e f", "e f g h", "f g h i", "b c e f"]
    assert {gram for gram in tried if found(items, texts, "A B C D E", "F G H I J", f"x {gram.upper()} y", 4, part)} == expected


def test_the_ngram_is_named_as_the_tool_names_it(items, texts) -> None:
    named = found(items, texts, "Why cannot it rain?", "At 12.5 km it's ice.", "But, why CANNOT it rain: at 7 km", 5, "all")
    assert named == "why can not it rain"


def test_ngrams_are_those_of_a_loop(items, texts) -> None:
    """Tokens split by spaces where nothing else parts them."""
    offsets, data = simplified(pa.array(["the old dog sat by the red barn all day"], pa.large_string()))
    words = data[offsets[0] : offsets[1]].tobytes().decode().split()
    for n in (2, 3, 6):
        for start in range(len(words) - n + 1):
            gram = " ".join(words[start : start + n])
            assert found(items, texts, " ".join(words), "", f"zz {gram} yy", n, "all") == gram
            assert found(items, texts, " ".join(words), "", f"zz {gram.rpartition(' ')[0]} yy", n, "all") is None


def test_laws(items) -> None:
    rows = items(examples()["text"].to_pylist()[:20], answers=["a answer"] * 20)
    check(DatatroveOverlap(pack(NGrams(answer="answer").observe(rows)), 3, "all"))


def test_what_cannot_be() -> None:
    with pytest.raises(RecipeError, match="datatrove"):
        DatatroveOverlap(b"", n=1)
