"""Sentences in plain Python, rule by rule as the head of `tilth.kernels.sentences` says them."""

from __future__ import annotations

import functools
import itertools
import re

from tilth.kernels.text_classes import data_file

ALSO = {"sterm": "།༎༏༐༑༔", "ellipsis": "…‥", "scontinue": "၊", "extend": "".join(map(chr, range(0x1F3FB, 0x1F400))) + "\u0e33\u0eb3"}
LETTERS = ("lower", "upper", "oletter")
ENDS = ("aterm", "sterm", "ellipsis")
BREAKS = ("cr", "lf", "sep")
MARKS = ("extend", "format")


@functools.cache
def kinds() -> dict[int, str]:
    named = data_file("sentences.json")["classes"]
    table = {code: name for name in (*(n for n in named if n not in ("opening", "initial")), "opening", "initial")
             for first, last in named[name] for code in range(first, last + 1)}  # fmt: skip
    return table | {ord(c): name for name, characters in ALSO.items() for c in characters}


class Text:
    """A text, its characters' classes, and the questions that the rules ask."""

    def __init__(self, text: str, marks: str = "") -> None:
        self.text = text
        self.kind = ["sterm" if c in marks else kinds().get(ord(c), "other") for c in text]

    def run(self, at: int, *names: str) -> int:
        """The end of the characters of these classes from `at` on."""
        return at + len(list(itertools.takewhile(lambda kind: kind in names, self.kind[at:])))

    def then(self, at: int) -> str:
        at = self.run(at, *MARKS)
        return self.kind[at] if at < len(self.kind) else "lf"

    def closers(self, at: int) -> int:
        while at < len(self.text):
            cited = re.compile(r"\[[0-9]{1,4}\]").match(self.text, at)
            if cited and self.kind[at] == "opening":
                at = cited.end()
            elif self.kind[at] in ("close", *MARKS) or (self.kind[at] == "initial" and self.then(at + 1) not in (*LETTERS, "numeric")):
                at += 1
            else:
                break
        return at

    def goes_on_small(self, at: int) -> bool:
        for kind in self.kind[at:]:
            if kind == "lower":
                return True
            if kind in (*BREAKS, "upper", "oletter", "numeric", *ENDS):
                return False
        return False


def judge(text: Text, start: int, at: int, before: str, always: set[str], numbered: set[str], ordinals: bool) -> tuple[int, bool]:
    after = text.run(at, *ENDS, *MARKS)
    run = [kind for kind in text.kind[at:after] if kind in ENDS]
    dots = sum({"aterm": 1, "ellipsis": 2, "sterm": 0}[kind] for kind in run)
    closed = text.closers(after)
    spaced = text.run(closed, "sp")
    late = spaced > closed and text.kind[spaced : spaced + 1] == ["close"] and text.text[spaced] >= "\x80"
    if late and text.then(spaced + 1) not in (*LETTERS, "numeric"):
        closed = text.closers(spaced)
        spaced = text.run(closed, "sp")
    then = text.then(spaced)
    if then in BREAKS:
        return closed, True
    if "sterm" in run:
        return closed, hard(text, at, after, closed, spaced, then)
    if spaced == closed:
        return closed, dots == 1 and closed == after and before == then == "oletter"
    if then in ("scontinue", *ENDS) or text.goes_on_small(spaced):
        return closed, False
    return closed, dots > 1 or not short_form(text, start, at, then, always, numbered, ordinals)


def hard(text: Text, at: int, after: int, closed: int, spaced: int, then: str) -> bool:
    if then in ("scontinue", *ENDS):
        return False
    if spaced > closed:
        return closed == after or not text.goes_on_small(spaced)
    if closed > after:
        return then not in (*LETTERS, "numeric")
    if text.text[at] >= "\x80" or then == "oletter":
        return True
    return then not in ("lower", "upper", "numeric") and (then != "other" or text.text[spaced] >= "\x80")


def short_form(text: Text, start: int, dot: int, then: str, always: set[str], numbered: set[str], ordinals: bool) -> bool:
    at = dot
    while at > start and text.kind[at - 1] in (*MARKS, *LETTERS, "numeric", "aterm"):
        at -= 1
    word, parts = text.text[at:dot], text.kind[at:dot]
    letters, dots, digits = sum(kind in LETTERS for kind in parts), parts.count("aterm"), parts.count("numeric")
    if digits:
        return ordinals and digits <= 2 and letters == dots == 0
    if letters and set(parts) <= {"upper", "aterm"} and letters == dots + 1 and (dots or word[0] != "I") and then == "upper":
        return True
    number = next((kind for kind in reversed(text.kind[start:at]) if kind != "sp"), "") == "numeric"
    return (word in always and not number) or (word in numbered - always and then == "numeric")


def sentences(whole: str, always: set[str], numbered: set[str], ordinals: bool, marks: str = "") -> list[str]:
    text, found = Text(whole, marks), []
    at = text.run(0, "sp", *BREAKS)
    while at < len(whole):
        start, before, ends = at, "other", False
        while at < len(whole) and text.kind[at] not in BREAKS and not ends:
            kind = text.kind[at]
            if kind in ENDS:
                at, ends = judge(text, start, at, before, always, numbered, ordinals)
            else:
                at += 1
            before = kind if kind not in MARKS else before
        stop = at
        while stop > start and text.kind[stop - 1] == "sp":
            stop -= 1
        found.append(whole[start:stop])
        at = text.run(at, "sp", *BREAKS)
    return found
