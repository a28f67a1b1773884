"""English-like text out of nothing: words drawn by a small generator, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator

Cases = Iterator[tuple[str, str]]

WORDS = (
    "the", "river", "of", "a", "small", "town", "and", "that", "old", "mill", "be", "there", "to", "turn", "with", "water", "have", "run",
    "over", "stone", "for", "many", "years", "until", "winter", "came", "slowly", "across", "green", "hills", "where", "people", "keep",
    "sheep", "under", "open", "sky", "near", "quiet", "roads", "between", "fields", "full", "corn", "while", "children", "walk", "home",
    "from", "school", "carrying", "books", "about", "stars", "ships", "bread", "weather", "numbers", "music", "glass", "copper", "salt",
    "honey", "maps", "clocks", "letters", "rain",
)
STOP = ("the", "be", "to", "of", "and", "that", "have", "with")
PLAIN = tuple(word for word in WORDS if word not in STOP)


def draw(count: int, seed: int = 1, pool: tuple[str, ...] | list[str] = WORDS) -> list[str]:
    """Return `count` words of `pool` from a small linear congruential generator."""
    state, words = seed * 2654435761 % 2**32, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        words.append(pool[(state >> 8) % len(pool)])
    return words


def sentence(count: int, seed: int, end: str = ".") -> str:
    """Return one sentence of `count` words."""
    words = draw(count, seed)
    return " ".join([words[0].capitalize(), *words[1:]]) + end


def lines(count: int, seed: int = 1, words: int = 12, end: str = ".") -> list[str]:
    """Return `count` different sentences."""
    return [sentence(words, seed * 1000 + at, end) for at in range(count)]


def prose(count: int, seed: int = 1) -> str:
    """Return good prose of about `count` words: sentences of 8 to 17 words, four to a paragraph."""
    out: list[str] = []
    used = at = 0
    while used < count:
        length = 8 + (seed + at) * 7 % 10
        out.append(sentence(length, seed * 7919 + at))
        used, at = used + length, at + 1
    return "\n\n".join(" ".join(out[start : start + 4]) for start in range(0, len(out), 4))
