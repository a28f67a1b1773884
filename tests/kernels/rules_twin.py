"""What the rules of Gopher, C4 and FineWeb count, in plain Python over `spacy_twin`'s words: the twin of `text_counts`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kernels import spacy_twin

PHRASES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


def repeats(items: Sequence[str]) -> list[int]:
    """How many there are, how many came before, and the code points of those."""
    seen: set[str] = set()
    again = []
    for item in items:
        if item in seen:
            again.append(item)
        seen.add(item)
    return [len(items), len(again), sum(map(len, again))]


def grams(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def top(words: Sequence[str], n: int) -> int:
    counted = Counter(grams(words, n)).most_common(1)
    return sum(len(" ".join(gram)) * copies for gram, copies in counted)


def duplicate(words: Sequence[str], n: int) -> int:
    seen: set[tuple[str, ...]] = set()
    chars = i = 0
    while i + n <= len(words):
        gram = tuple(words[i : i + n])
        chars += len("".join(gram)) if gram in seen else 0
        i += n if gram in seen else 1
        seen.add(gram)
    return chars


def repetition(text: str) -> list[int]:
    words = spacy_twin.words(text)
    lines, paragraphs = re.split(r"\n+", text), re.split(r"\n{2,}", text.strip())
    return [*repeats(lines), *repeats(paragraphs), *(top(words, n) for n in range(2, 5)), *(duplicate(words, n) for n in range(5, 11))]


def quality(text: str, stop_words: Sequence[str]) -> list[int]:
    words, lines = spacy_twin.words(text), text.splitlines()
    proper = [word for word in words if any(c not in spacy_twin.marks("symbol") for c in word)]
    bullets = sum(line.lstrip().startswith(("•", "-")) for line in lines)
    dotted = sum(line.rstrip().endswith(("...", "…")) for line in lines)
    return [
        len(words), len(proper), sum(map(len, proper)), sum(any(map(str.isalpha, word)) for word in words), text.count("#"),
        text.count("...") + text.count("…"), bullets, dotted, len(set(stop_words) & set(words)),
    ]


def c4(
    text: str, citations: bool, marks: bool, fewest: int, longest: int, lorem: bool, javascript: bool, curly: bool, policy: bool
) -> tuple[list[int], str]:
    """Sentences, page dropped for "lorem ipsum", for "{", lines kept, words left; and the text, untouched if the page is dropped."""
    kept, sentences, dropped = [], 0, ""
    for line in (line.strip() for line in text.splitlines()):
        words = line.split()
        if longest >= 0 and any(len(word) > longest for word in words):
            continue
        line = re.sub(r"\[\d*]|\[edit]|\[citation needed]", "", line) if citations else line
        if marks and (not line.endswith((".", "?", "!", '"', "'")) or line.endswith("...")):
            continue
        if len(words) < fewest:
            continue
        dropped = dropped or ("lorem" if lorem and "lorem ipsum" in line.lower() else "")
        if javascript and "javascript" in line.lower():
            continue
        dropped = dropped or ("curly" if curly and "{" in line else "")
        if policy and any(phrase in line.lower() for phrase in PHRASES):
            continue
        sentences += spacy_twin.sentences(line)
        kept.append(line)
    left = text if dropped else "\n".join(kept).strip()
    return [sentences, dropped == "lorem", dropped == "curly", len(kept), len(spacy_twin.words(left))], left


def fineweb(text: str, short: int) -> list[int]:
    lines = [line for line in text.split("\n") if line.strip()]
    ends = sum(line[-1] in spacy_twin.marks("terminal") for line in lines)
    chars = len(text.replace("\n", ""))
    short_lines = sum(len(line) <= short for line in lines)
    return [len(lines), ends, short_lines, repeats(lines)[2], chars, text.count("\n"), len(spacy_twin.words(text))]
