"""Small corpora in which spans repeat: whole, in part, overlapping, in many scripts, and text that is one phrase over and over."""

from __future__ import annotations

import random
from collections.abc import Callable

_SYLLABLES = ["ba", "con", "dri", "el", "fur", "gan", "hol", "im", "jas", "kel", "lor", "mun", "nes", "op", "pra", "quil", "rud", "sta"]
_HAN = "天地人水火山石田土木金日月星云雨风雪花草鸟鱼虫马牛羊门心手口目耳足言食衣"
_MIXED = ["na\u0303o", "\U0001f469\u200d\U0001f467", "हिन्दी", "ไทย", "عرب", "\r\n", "é", "straße", "\u2028", "😀", "кот", "𝒳"]


def _latin(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randrange(1, 5))) + " "


def _han(chance: random.Random) -> str:
    return chance.choice(_HAN)


def _mixed(chance: random.Random) -> str:
    return chance.choice(_MIXED) + chance.choice(" .")


def _sharing(word: Callable[[random.Random], str], seed: int, words: int, texts: int = 60) -> list[str]:
    """Texts of own words around parts of passages that others have too."""
    chance = random.Random(seed)
    passages = [[word(chance) for _ in range(words)] for _ in range(12)]
    found = []
    for _ in range(texts):
        parts = [word(chance) for _ in range(chance.randrange(words))]
        for _ in range(chance.randrange(4)):
            passage = chance.choice(passages)
            begin = chance.randrange(words)
            parts += passage[begin : begin + chance.randrange(words)] + [word(chance) for _ in range(chance.randrange(9))]
        found.append("".join(parts))
    return [*found, *found[:7]]


def corpora() -> dict[str, tuple[int, list[str]]]:
    """Return {name: (length in bytes, texts)}."""
    chance, digits = random.Random(5), "0123456789"
    letters = ["".join(chance.choices("ab", k=chance.randrange(900))) for _ in range(25)]
    phrases = ["x" * 400, "xy" * 200, "é" * 90, "abcdefg" * 60, "z" + "abcdefg" * 20, "字" * 70, "x" * 29, "x" * 30, "", "é" * 15]
    edges = [digits * 2, digits * 2 + "!", "?" + digits * 2, digits + digits[:9], "9" + digits * 2]
    return {
        "latin": (100, _sharing(_latin, 1, 60)),
        "latin, long": (400, _sharing(_latin, 2, 150)),
        "han": (100, _sharing(_han, 3, 90)),
        "mixed": (50, _sharing(_mixed, 4, 40)),
        "two letters": (14, letters),
        "one phrase": (30, phrases),
        "at the edges": (20, edges),
    }
