"""Lines of a text dropped and phrases cut out of them, by a list of rules that each see what the one before left.

Every rule is a function that edits out[first:last] in place and returns where the text ends then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.kernels import letter_case
from tilth.kernels.arrow import Bytes, Offsets, strings, utf8
from tilth.kernels.c4_paper import stripped
from tilth.kernels.gopher_dclm import line_end
from tilth.kernels.jit import kernel
from tilth.kernels.letter_case import DIGIT, UPPER, Flags, Letters
from tilth.kernels.line_phrases import ANY_CHARACTER, ANYWHERE, BIT, ELLIPSES, KIND, LAST, MOST, WHERE, cut, find, has_words
from tilth.kernels.text_bytes import code_point, copy_bytes, last_code_point, width
from tilth.kernels.text_c4 import citation_size
from tilth.kernels.text_classes import DECIMAL, SPACE, WORD, Classes, classes

Integers = np.ndarray[tuple[int], np.dtype[np.int64]]
Rules = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Limits = np.ndarray[tuple[int], np.dtype[np.float64]]

# what a rule does; MARK only looks for its phrase and sets its bit
LONG_WORDS, CITATIONS, END_MARKS, CAPITALS, DIGITS, COUNTERS, WORDS, PHRASE, CUT, MARK = range(10)


@dataclass(frozen=True)
class Rule:
    """What to do to lines of `fewest` to `most` words (-1: any number): drop those above the share `limit`, or with the phrase."""

    kind: int
    fewest: int = 0
    most: int = -1
    limit: float = 0.0
    phrase: str = ""
    where: int = ANYWHERE
    match_case: bool = False


def run(texts: pa.Array, rules: Sequence[Rule]) -> tuple[Integers, pa.LargeStringArray]:
    """Return of every text the bits of the MARK phrases that were found, int64[n], and the edited texts.

    >>> run(pa.array(["MENU\\nA line."]), [Rule(CAPITALS, limit=0.5)])[1].to_pylist()
    ['A line.']
    """
    table, phrases = np.zeros((len(rules), 7), np.int64), np.concatenate([np.zeros(0, np.int32), *map(_letters, rules)])
    for i, rule in enumerate(rules):
        last = table[i - 1, LAST] + len(rule.phrase) if i else len(rule.phrase)
        table[i] = rule.kind, rule.fewest, rule.most, last - len(rule.phrase), last, rule.where, rule.match_case
    found, ends, data = edit(
        *utf8(texts), classes(), letter_case.flags(), letter_case.lower(), letter_case.same(), table,
        np.array([rule.limit for rule in rules], np.float64), phrases,
    )
    return found, strings(ends, data)


def _letters(rule: Rule) -> Letters:
    """Return the code points of the phrase as the rule compares them, int32[*]; a full stop is any character."""
    codes = np.array([ord(character) for character in rule.phrase], np.int32)
    folded = codes if rule.match_case else (letter_case.lower() if rule.kind == MARK else letter_case.same())[codes]
    return np.where(codes == ord("."), np.int32(ANY_CHARACTER), folded)

_COUNTED = np.frombuffer(b"likes shares comments retweets reposts quotes bookmarks upvotes downvotes downloads views followers ", np.uint8)


@kernel
def edit(
    offsets: Offsets, data: Bytes, classes: Classes, case: Flags, small: Letters, same: Letters, rules: Rules, limits: Limits,
    phrases: Letters
) -> tuple[Integers, Offsets, Bytes]:
    """Return of every text the bits of the phrases found by MARK, int64[n], and the edited texts.

    `rules` int64[k, 7] with `limits` float64[k] of shares; their phrases lie in `phrases`, folded by `same` or not, as MATCH_CASE has it.
    """
    rows = len(offsets) - 1
    found, ends = np.zeros(rows, np.int64), np.zeros(rows + 1, np.int64)
    out = np.empty(offsets[-1] - offsets[0], np.uint8)
    for row in range(rows):
        first = ends[row]
        last = copy_bytes(data, offsets[row], offsets[row + 1] - offsets[row], out, first)
        for i in range(len(rules)):
            if first == last:
                break
            rule = rules[i]
            if rule[KIND] == MARK:
                found[row] |= rule[BIT] * (find(out, first, last, rule, small, phrases, classes)[0] >= 0)
            elif rule[KIND] == CITATIONS:
                last = _without_citations(out, first, last, classes)
            elif rule[KIND] == PHRASE and find(out, first, last, rule, same, phrases, classes)[0] < 0 and rule[WHERE] == ANYWHERE:
                last = _trim(out, first, last, classes)
            else:
                last = _lines(out, first, last, classes, case, small, same, rule, limits[i], phrases)
                if rule[KIND] in (CAPITALS, DIGITS, COUNTERS, PHRASE, CUT):
                    last = _trim(out, first, last, classes)
        ends[row + 1] = last
    return found, ends, out[: ends[rows]].copy()


@kernel(allocates=False)
def _lines(
    out: Bytes, first: int, last: int, classes: Classes, case: Flags, small: Letters, same: Letters, rule: np.ndarray, limit: float,
    phrases: Letters
) -> int:
    """Keep the lines that pass, with phrases cut out of them; return where the last one ends."""
    to, at, kept = first, first, 0
    while at <= last:
        stop = line_end(out, at, last)
        start = to + (kept > 0)  # after the newline that joins it to the line before
        if at == stop or rule[KIND] == CUT:
            end = start if at == stop else cut(out, at, stop, start, rule, same, phrases, classes)
        elif _stays(out, at, stop, classes, case, small, same, rule, limit, phrases):
            end = start + stop - at if start == at else copy_bytes(out, at, stop - at, out, start)
        else:
            end = -1
        if end >= 0:
            if kept:
                out[start - 1] = 10
            kept += 1
            to = end
        at = stop + 1
    return to


@kernel(allocates=False)
def _stays(
    out: Bytes, at: int, stop: int, classes: Classes, case: Flags, small: Letters, same: Letters, rule: np.ndarray, limit: float,
    phrases: Letters
) -> bool:
    """Return whether a rule that drops lines keeps this one, which is not empty."""
    kind = rule[KIND]
    if kind in (CAPITALS, DIGITS):
        return _has_few(out, at, stop, case, UPPER if kind == CAPITALS else DIGIT, limit)
    if kind == LONG_WORDS:
        return stop - at <= rule[MOST] or _longest_word(out, at, stop, classes) <= rule[MOST]
    if kind == WORDS:
        return has_words(out, at, stop, classes, rule)
    if kind == COUNTERS:
        return not _is_counter(out, at, stop, classes, small)
    if kind == END_MARKS:
        return _ends_well(out, at, stop, classes, rule[ELLIPSES] > 0)
    return find(out, at, stop, rule, same, phrases, classes)[0] < 0 or not has_words(out, at, stop, classes, rule)


@kernel(allocates=False)
def _longest_word(out: Bytes, at: int, stop: int, classes: Classes) -> int:
    longest = size = 0
    while at < stop:
        size = 0 if classes[code_point(out, at)] & SPACE else size + 1
        longest = max(longest, size)
        at += width(out[at])
    return longest


@kernel(allocates=False)
def _has_few(out: Bytes, at: int, stop: int, case: Flags, flag: int, limit: float) -> bool:
    """Return whether at most the share `limit` of characters have the flag; it is not read further than that takes."""
    have = others = 0
    enough = (1 - limit) * (stop - at) + 1  # a line has no more characters than bytes
    while at < stop:
        flagged = case[code_point(out, at)] & flag != 0
        have += flagged
        others += not flagged
        if others > enough:
            return True
        at += width(out[at])
    return have / (have + others) <= limit


@kernel(allocates=False)
def _ends_well(out: Bytes, at: int, stop: int, classes: Classes, ellipses: bool) -> bool:
    """Return whether the last character but white space is one of . ! ? " … and if `ellipses` may not be, is not in three dots."""
    at, stop = stripped(out, at, stop, classes)
    if at == stop:
        return False
    code = code_point(out, last_code_point(out, at, stop))
    if not ellipses and (code == 0x2026 or (stop - at >= 3 and out[stop - 3] == 0x2E and out[stop - 2] == 0x2E and code == 0x2E)):
        return False
    return code in (0x2E, 0x21, 0x3F, 0x22, 0x2026)


@kernel(allocates=False)
def _is_counter(out: Bytes, at: int, stop: int, classes: Classes, small: Letters) -> bool:
    """Return whether a line is a number and what it counts, as in "3.1K likes", with nothing else but marks and spaces around."""
    at = _past_marks(out, at, stop, classes)
    if at == stop or not classes[code_point(out, at)] & DECIMAL:
        return False
    while at < stop and (out[at] == 0x2C or out[at] == 0x2E or classes[code_point(out, at)] & DECIMAL):
        at += width(out[at])
    if at < stop and small[code_point(out, at)] in (0x6B, 0x6D, 0x62):  # k, m, b
        at += width(out[at])
    gap = at
    while at < stop and classes[code_point(out, at)] & SPACE:
        at += width(out[at])
    return at > gap and _past_marks(out, _past_counted(out, at, stop, small), stop, classes) == stop


@kernel(allocates=False)
def _past_marks(out: Bytes, at: int, stop: int, classes: Classes) -> int:
    """Return where the first character of a word stands, `stop` if nowhere; -1 stays -1."""
    while 0 <= at < stop and not classes[code_point(out, at)] & WORD:
        at += width(out[at])
    return at


@kernel(allocates=False)
def _past_counted(out: Bytes, at: int, stop: int, small: Letters) -> int:
    """Return where what is counted ends, -1 if it is nothing known."""
    letter = 0
    while letter < len(_COUNTED):
        end = at
        while _COUNTED[letter] != 0x20 and end < stop and small[code_point(out, end)] == _COUNTED[letter]:
            letter += 1
            end += width(out[end])
        if _COUNTED[letter] == 0x20:
            return end
        while _COUNTED[letter] != 0x20:
            letter += 1
        letter += 1
    return -1


@kernel(allocates=False)
def _without_citations(out: Bytes, first: int, last: int, classes: Classes) -> int:
    to = at = first
    while at < last:
        size = citation_size(out, at, last, classes) if out[at] == 0x5B else 0
        if size == 0:
            out[to] = out[at]
            at, to = at + 1, to + 1
        at += size
    return to


@kernel(allocates=False)
def _trim(out: Bytes, first: int, last: int, classes: Classes) -> int:
    """Move a text so that no white space leads it; return its end without white space behind it."""
    start, last = stripped(out, first, last, classes)
    if start > first:
        copy_bytes(out, start, last - start, out, first)
    return first + last - start
