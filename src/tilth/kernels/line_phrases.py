"""Phrases in lines: found, and cut out with a space beside them."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.c4_paper import stripped
from tilth.kernels.jit import kernel
from tilth.kernels.letter_case import Letters
from tilth.kernels.text_bytes import code_point, copy_bytes, last_code_point, width
from tilth.kernels.text_classes import SPACE, Classes

ANYWHERE, START, END = range(3)
# places in a rule as the kernel has it; of END_MARKS the fewest is whether ellipses may stay, of MARK it is the bit
KIND, FEWEST, MOST, FIRST, LAST, WHERE, MATCH_CASE = range(7)
ELLIPSES, BIT = FEWEST, FEWEST
ANY_CHARACTER = -1  # in a phrase


@kernel(allocates=False)
def find(out: Bytes, at: int, stop: int, rule: np.ndarray, fold: Letters, phrases: Letters, classes: Classes) -> tuple[int, int]:
    """Return where the phrase of the rule starts and ends, with a space beside it; -1, -1 if it is not where it has to be."""
    begin = at
    if rule[WHERE] == START:
        end = _fits(out, at, stop, rule, fold, phrases)
        if 0 <= end < stop and classes[code_point(out, end)] & SPACE:
            end += width(out[end])
        return (at, end) if end >= 0 else (-1, -1)
    if rule[WHERE] == END:
        at = _back(out, at, stop, rule[LAST] - rule[FIRST])
    letter = fold[max(0, phrases[rule[FIRST]])] if rule[WHERE] == ANYWHERE else 0
    while 0 <= at < stop:
        if 0 < letter < 0x80:
            while at < stop and out[at] < 0x80 and fold[out[at]] != letter:
                at += 1
            if at == stop:
                break
        end = _fits(out, at, stop, rule, fold, phrases)
        if end >= 0:
            space = last_code_point(out, begin, at) if at > begin else at
            return (space if space < at and classes[code_point(out, space)] & SPACE else at), end
        if rule[WHERE] == END:
            break
        at += width(out[at])
    return -1, -1


@kernel(allocates=False)
def _fits(out: Bytes, at: int, stop: int, rule: np.ndarray, fold: Letters, phrases: Letters) -> int:
    """Return where the phrase of the rule ends if it starts at `at`, else -1."""
    for i in range(rule[FIRST], rule[LAST]):
        if at >= stop:
            return -1
        code = code_point(out, at)
        if phrases[i] != (code if rule[MATCH_CASE] else fold[code]) and phrases[i] != ANY_CHARACTER:
            return -1
        at += width(out[at])
    return at


@kernel(allocates=False)
def _back(out: Bytes, at: int, stop: int, characters: int) -> int:
    """Return where the last so many characters of out[at:stop] start, -1 if there are fewer."""
    for _ in range(characters):
        if stop == at:
            return -1
        stop = last_code_point(out, at, stop)
    return stop


@kernel(allocates=False)
def cut(out: Bytes, at: int, stop: int, to: int, rule: np.ndarray, same: Letters, phrases: Letters, classes: Classes) -> int:
    """Copy a line to `to` without the phrase of the rule; return where the copy ends, -1 if nothing but white space is left."""
    found, end = find(out, at, stop, rule, same, phrases, classes)
    if found >= 0 and not has_words(out, at, stop, classes, rule):
        found = -1
    if found < 0:
        return -1 if stripped(out, at, stop, classes)[0] == stop else copy_bytes(out, at, stop - at, out, to)
    begin = to
    while found >= 0:
        to = copy_bytes(out, at, found - at, out, to)
        at = end
        found, end = find(out, at, stop, rule, same, phrases, classes) if rule[WHERE] == ANYWHERE else (-1, -1)
    to = copy_bytes(out, at, stop - at, out, to)
    return -1 if stripped(out, begin, to, classes)[0] == to else to


@kernel(allocates=False)
def has_words(out: Bytes, at: int, stop: int, classes: Classes, rule: np.ndarray) -> bool:
    """Return whether a line has as many words as the rule wants; it is not read further than that takes."""
    count, between = 0, True
    while at < stop and (count <= rule[MOST] or (rule[MOST] < 0 and count < rule[FEWEST])):
        space = classes[code_point(out, at)] & SPACE != 0
        count += between and not space
        between = space
        at += width(out[at])
    return rule[FEWEST] <= count and (count <= rule[MOST] or rule[MOST] < 0)
