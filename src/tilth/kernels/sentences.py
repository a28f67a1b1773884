"""Where sentences end: the rules of UAX #29 with what they leave to languages, each exception named where it is made.

Source: Unicode Standard Annex #29, Unicode Text Segmentation, section 5 (Unicode 16): SB4 to SB11. Ours beside them: abbreviations,
initials, acronyms and ordinals do not end a sentence; an ellipsis ends one only before a capital; speech whose closing quote is followed
by a letter goes on; « French ! » closes after a space; a number may start a sentence; [12] belongs to what it stands behind; a line break
always ends one.
"""

from __future__ import annotations

import functools

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_rules import text_hash
from tilth.kernels.text_bytes import code_point, copy_bytes, hash_bytes, last_code_point, peek, width
from tilth.kernels.text_classes import data_file
from tilth.kernels.text_quality import stop_table
from tilth.kernels.text_repeats import Table

Kinds = np.ndarray[tuple[int], np.dtype[np.uint8]]
Spans = tuple[Offsets, Offsets, Offsets]

_NAMES = (
    "other", "cr", "lf", "sep", "extend", "format", "sp", "lower", "upper", "oletter", "numeric", "scontinue", "aterm", "sterm", "ellipsis",
    "close", "opening", "initial",
)
_OTHER, _CR, _LF, _SEP, _EXTEND, _FORMAT, _SPACE, _LOWER, _UPPER, _LETTER, _NUMERIC, _CONTINUES = range(12)
_DOT, _MARK, _ELLIPSIS, _CLOSE, _OPEN, _INITIAL = range(12, 18)
_SKIN_TONES = "".join(map(chr, range(0x1F3FB, 0x1F400)))
_ALSO = {  # Tibetan ends; dots; the Burmese comma, which Unicode takes for an end; what else a grapheme cluster goes on with
    _MARK: "།༎༏༐༑༔", _ELLIPSIS: "…‥", _CONTINUES: "၊", _EXTEND: _SKIN_TONES + "\u0e33\u0eb3",
}  # fmt: skip
_ALWAYS, _NUMBERED = 1, 2  # where an abbreviation stands: before anything, before a number
_CITATION = 6  # bytes of the longest, [1234]


@functools.cache
def sentence_kinds(marks: str = "") -> Kinds:
    """Return of every code point its class, uint8[0x110000]; `marks` end sentences too, as the Greek question mark ; does.

    >>> bool(sentence_kinds()[ord("!")] == sentence_kinds()[ord("。")]), bool(sentence_kinds(";")[ord(";")] == sentence_kinds()[ord("!")])
    (True, True)
    """
    named = data_file("sentences.json")["classes"]
    table = np.zeros(0x110000, np.uint8)
    for kind, name in enumerate(_NAMES):  # openings and initials are among the closing marks: they come after them
        for first, last in named.get(name, ()):
            table[first : last + 1] = kind
    for kind, characters in (*_ALSO.items(), (_MARK, marks)):
        table[[ord(c) for c in characters]] = kind
    table.flags.writeable = False
    return table


def abbreviation_table(always: tuple[str, ...], numbered: tuple[str, ...]) -> Table:
    """Return an open addressing table of the hashes of abbreviations, beside each whether it stands before anything or before numbers.

    >>> bool((abbreviation_table(("Dr",), ("No",))[:, 1] == 2).sum() == 1)
    True
    """
    table = stop_table((*always, *numbered))
    for words, use in ((numbered, _NUMBERED), (always, _ALWAYS)):
        for word in words:
            table[table[:, 0] == text_hash(word).astype(np.int64), 1] = use
    table.flags.writeable = False
    return table


@kernel
def sentence_spans(offsets: Offsets, data: Bytes, kinds: Kinds, abbreviations: Table, ordinals: bool) -> Spans:
    """Return (starts, stops int64[sentences] in bytes of `data`, ends int64[n + 1]: how many sentences before each text).

    `abbreviations` is an `abbreviation_table`; `ordinals`: a number of one or two digits and a dot is an ordinal.
    """
    longest, most = np.int64(0), offsets[-1] - offsets[0]
    for row in range(len(offsets) - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    page, starts, stops = np.empty(longest + 16, np.uint8), np.empty(most, np.int64), np.empty(most, np.int64)
    ends, count = np.zeros(len(offsets), np.int64), 0
    for row in range(len(offsets) - 1):
        end = copy_bytes(data, offsets[row], offsets[row + 1] - offsets[row], page, np.int64(0))
        at = skip_space(page, np.int64(0), end, kinds, True)
        while at < end:
            stop = sentence_end(page, at, end, kinds, abbreviations, ordinals)
            starts[count], stops[count] = offsets[row] + at, offsets[row] + without_space(page, at, stop, kinds)
            count += 1
            at = skip_space(page, stop, end, kinds, True)
        ends[row + 1] = count
    return starts[:count].copy(), stops[:count].copy(), ends


@kernel(allocates=False)
def sentence_end(page: Bytes, start: int, end: int, kinds: Kinds, abbreviations: Table, ordinals: bool) -> int:
    """Return where the sentence that starts at `start` ends."""
    at, before = start, np.int64(_OTHER)
    while at < end:
        kind = kind_at(page, at, kinds)
        if _CR <= kind <= _SEP:
            return at
        if _DOT <= kind <= _ELLIPSIS:
            at, ends = judge(page, start, at, end, before, kinds, abbreviations, ordinals)
            if ends:
                return at
        else:
            at += width(peek(page, at))
        if kind != _EXTEND and kind != _FORMAT:
            before = kind
    return end


@kernel(allocates=False)
def judge(
    page: Bytes, start: int, at: int, end: int, before: int, kinds: Kinds, abbreviations: Table, ordinals: bool
) -> tuple[int, bool]:
    """Return where the marks at `at` and what they close end, and whether the sentence does."""
    after, dots, hard = marks_end(page, at, end, kinds)
    closed = closers_end(page, after, end, kinds)
    spaced = skip_space(page, closed, end, kinds, False)
    if spaced > closed and closes(page, spaced, end, kinds):
        closed = closers_end(page, spaced, end, kinds)
        spaced = skip_space(page, closed, end, kinds, False)
    then = next_kind(page, spaced, end, kinds)
    if _CR <= then <= _SEP:
        return closed, True
    if hard:
        return closed, hard_end(page, at, after, closed, spaced, end, then, kinds)
    if spaced == closed:
        return closed, dots == 1 and closed == after and before == _LETTER and then == _LETTER
    if _CONTINUES <= then <= _ELLIPSIS or goes_on_small(page, spaced, end, kinds):
        return closed, False
    return closed, dots > 1 or not is_short_form(page, start, at, then, kinds, abbreviations, ordinals)


@kernel(allocates=False)
def hard_end(page: Bytes, at: int, after: int, closed: int, spaced: int, end: int, then: int, kinds: Kinds) -> bool:
    """Return whether a sentence ends after marks with a ! or ? or the like among them."""
    if _CONTINUES <= then <= _ELLIPSIS:
        return False
    if spaced > closed:
        return closed == after or not goes_on_small(page, spaced, end, kinds)
    if closed > after:
        return not _LOWER <= then <= _NUMERIC
    if peek(page, at) >= 0x80:
        return True
    if _LOWER <= then <= _NUMERIC:
        return then == _LETTER
    return then != _OTHER or peek(page, spaced) >= 0x80


@kernel(allocates=False)
def kind_at(page: Bytes, at: int, kinds: Kinds) -> int:
    """Return the class of the character at `at`."""
    return np.int64(kinds[code_point(page, at)])


@kernel(allocates=False)
def next_kind(page: Bytes, at: int, end: int, kinds: Kinds) -> int:
    """Return the class of the first character from `at` on that extends no other; at the end, that of a line break."""
    while at < end:
        kind = kind_at(page, at, kinds)
        if kind != _EXTEND and kind != _FORMAT:
            return kind
        at += width(peek(page, at))
    return np.int64(_LF)


@kernel(allocates=False)
def marks_end(page: Bytes, at: int, end: int, kinds: Kinds) -> tuple[int, int, bool]:
    """Return where a run of end marks ends, how many dots it has (an ellipsis is two), and whether others are among them."""
    dots, hard = 0, False
    while at < end:
        kind = kind_at(page, at, kinds)
        if not (_DOT <= kind <= _ELLIPSIS or _EXTEND <= kind <= _FORMAT):
            break
        dots += 1 if kind == _DOT else 2 if kind == _ELLIPSIS else 0
        hard = hard or kind == _MARK
        at += width(peek(page, at))
    return at, dots, hard


@kernel(allocates=False)
def closers_end(page: Bytes, at: int, end: int, kinds: Kinds) -> int:
    """Return the end of the closing quotes, brackets and citations at `at`; an initial quote closes unless a letter or number follows."""
    while at < end:
        kind = kind_at(page, at, kinds)
        then = at + width(peek(page, at))
        if kind == _OPEN:
            then = citation_end(page, at, end)
            if then == at:
                return at
        elif kind == _INITIAL:
            if _LOWER <= next_kind(page, then, end, kinds) <= _NUMERIC:
                return at
        elif kind != _CLOSE and kind != _EXTEND and kind != _FORMAT:
            return at
        at = then
    return at


@kernel(allocates=False)
def citation_end(page: Bytes, at: int, end: int) -> int:
    """Return the end of a number in brackets, as in [12]; `at` if there is none."""
    i = at + 1
    while i < end and 48 <= peek(page, i) <= 57:
        i += 1
    return i + 1 if at + 1 < i < min(end, at + _CITATION) and peek(page, at) == 91 and peek(page, i) == 93 else at


@kernel(allocates=False)
def closes(page: Bytes, at: int, end: int, kinds: Kinds) -> bool:
    """Return whether the mark after a space closes rather than opens: a closing one, not straight, that no letter or number follows."""
    if kind_at(page, at, kinds) != _CLOSE or peek(page, at) < 0x80:
        return False
    return not _LOWER <= next_kind(page, at + width(peek(page, at)), end, kinds) <= _NUMERIC


@kernel(allocates=False)
def skip_space(page: Bytes, at: int, end: int, kinds: Kinds, breaks: bool) -> int:
    """Return the end of the white space at `at`, line breaks included if `breaks`."""
    while at < end:
        kind = kind_at(page, at, kinds)
        if kind != _SPACE and not (breaks and _CR <= kind <= _SEP):
            return at
        at += width(peek(page, at))
    return at


@kernel(allocates=False)
def without_space(page: Bytes, start: int, end: int, kinds: Kinds) -> int:
    """Return the end of page[start:end] without the white space at its end."""
    while end > start:
        last = last_code_point(page, start, end)
        if kind_at(page, last, kinds) != _SPACE:
            return end
        end = last
    return end


@kernel(allocates=False)
def goes_on_small(page: Bytes, at: int, end: int, kinds: Kinds) -> bool:
    """Return whether the next letter, with only marks and spaces before it, is a small one (SB8)."""
    while at < end:
        kind = kind_at(page, at, kinds)
        if kind == _LOWER:
            return True
        if _CR <= kind <= _SEP or _UPPER <= kind <= _NUMERIC or _DOT <= kind <= _ELLIPSIS:
            return False
        at += width(peek(page, at))
    return False


@kernel(allocates=False)
def is_short_form(page: Bytes, start: int, dot: int, then: int, kinds: Kinds, abbreviations: Table, ordinals: bool) -> bool:
    """Return whether what stands before `dot` is an ordinal, an initial, an acronym with dots, or one of the abbreviations."""
    at, digits, letters, small, dots = dot, 0, 0, False, 0
    while at > start:
        place = last_code_point(page, start, at)
        kind = kind_at(page, place, kinds)
        if not (_EXTEND <= kind <= _FORMAT or _LOWER <= kind <= _NUMERIC or kind == _DOT):
            break
        digits, letters, dots = digits + (kind == _NUMERIC), letters + (_LOWER <= kind <= _LETTER), dots + (kind == _DOT)
        small = small or (kind != _UPPER and kind != _DOT)
        at = place
    if digits:
        return ordinals and digits <= 2 and letters == dots == 0
    if letters and not small and letters == dots + 1 and (dots or peek(page, at) != 73) and then == _UPPER:  # I ends sentences
        return True
    use = use_of(page, at, dot, abbreviations)
    return (use == _ALWAYS and not follows_number(page, start, at, kinds)) or (use == _NUMBERED and then == _NUMERIC)


@kernel(allocates=False)
def use_of(page: Bytes, start: int, end: int, table: Table) -> int:
    """Return which abbreviation page[start:end] is: one before anything, one before numbers, or 0 for none."""
    key = hash_bytes(page, start, end)
    slot = np.int64(key & np.uint64(len(table) - 1))
    while table[slot, 0]:
        if table[slot, 0] == np.int64(key):
            return table[slot, 1]
        slot = (slot + 1) & (len(table) - 1)
    return np.int64(0)


@kernel(allocates=False)
def follows_number(page: Bytes, start: int, at: int, kinds: Kinds) -> bool:
    """Return whether a number stands before `at`: what looks like an abbreviation is a unit then, and may end a sentence."""
    end = without_space(page, start, at, kinds)
    return end > start and kind_at(page, last_code_point(page, start, end), kinds) == _NUMERIC
