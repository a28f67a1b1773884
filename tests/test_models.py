"""The models that ship are those of their cards, and do what the cards say."""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from tilth.filters.fasttext import read

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("languages", "quality", "toxicity")
MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def cards() -> ModuleType:
    sys.path.insert(0, str(ROOT / "models"))
    try:
        import cards
    finally:
        sys.path.remove(str(ROOT / "models"))
    return cards


def text(name: str) -> str:
    return (ROOT / "docs" / "models" / f"{name}.md").read_text()


def data(name: str) -> bytes:
    return (ROOT / "src" / "tilth" / "models" / f"{name}-1.ftz").read_bytes()


def test_every_model_has_a_card() -> None:
    files = {path.stem.removesuffix("-1") for path in (ROOT / "src" / "tilth" / "models").glob("*.ftz")}
    assert files == set(NAMES) == {path.stem for path in (ROOT / "docs" / "models").glob("*.md")}


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_the_one_of_the_card(name: str) -> None:
    said = re.search(r"digest\*\*: BLAKE2b-160 `(\w+)`", text(name))
    assert said and said[1] == hashlib.blake2b(data(name), digest_size=20).hexdigest()
    assert f"{len(data(name)):,} bytes" in text(name) and len(data(name)) <= MOST_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_the_card_is_as_measured_now(name: str, cards: ModuleType, shared: Path) -> None:
    assert cards.card(name, shared) == text(name), f"python models/train.py ../shared/data {name} --cards"


@pytest.mark.parametrize("name", NAMES)
def test_the_file_has_no_words_but_those_of_the_card(name: str, cards: ModuleType) -> None:
    least = cards.SUBJECTS[name].LEARN.min_count
    assert (len(words(name)) == 1) == (least == 0) and words(name)[0] == b"</s>"


def test_words_in_the_file_are_frequent_ones(cards: ModuleType, shared: Path) -> None:
    about = cards.SUBJECTS["quality"]
    counts = Counter(word for text, _ in about.training(shared) for word in text.encode().split())
    assert min(counts[word] for word in words("quality")[1:]) >= about.LEARN.min_count >= 50


def words(name: str) -> list[bytes]:
    source = read(data(name)).source
    return [bytes(source.word_bytes[a:b]) for a, b in pairwise(source.word_ends[: source.words + 1])]
