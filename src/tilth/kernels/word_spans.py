"""Places of words: by UAX #29 with stretches of one script left whole for a dictionary, and by the tokenizer of spaCy.

Places are bytes of `data`: starts and stops int64[words]; ends int64[n + 1] counts the words before each text.
What only parts words, as white space does, is none.
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_affixes import CHUNK_COLUMNS
from tilth.kernels.spacy_rules import Language
from tilth.kernels.spacy_words import ALL_WORDS, LINE_COLUMNS, SIZE, START, TOTALS, WORD_COLUMNS, ZERO, scan
from tilth.kernels.text_bytes import code_point, copy_bytes, last_code_point, peek, width
from tilth.kernels.text_classes import SPACE, Classes
from tilth.kernels.uax29 import Breaks, word_end

Spans = tuple[Offsets, Offsets, Offsets, np.ndarray]

EXTEND, ZWJ, KIND = 4, 6, 31  # classes and mask of `uax29.word_breaks`
_SARA_AM, _LAO_AM = 0xE33, 0xEB3  # vowels that stand on the consonant before them
_COENG, _VIRAMA, _SAKOT = 0x17D2, 0x1039, 0x1A60  # put the next consonant below: Khmer, Burmese, Tai Tham


@kernel
def uax29_spans(offsets: Offsets, data: Bytes, breaks: Breaks, classes: Classes, whole: np.ndarray) -> Spans:
    """Return (starts, stops, ends, is a stretch bool[words]) of the words; `whole` bool[0x110000] says whose stretches stay uncut."""
    most = offsets[-1] - offsets[0]
    starts, stops, stretch = np.empty(most, np.int64), np.empty(most, np.int64), np.zeros(most, np.bool_)
    ends, count = np.zeros(len(offsets), np.int64), 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        while at < end:
            start, inside = at, whole[code_point(data, at)]
            cut = run_end(data, at, end, breaks, whole, inside)
            while at < cut:
                at = cut if inside else character_end(data, at, cut, breaks)
                if not is_gap(data, start, at, classes):
                    starts[count], stops[count], stretch[count] = start, at, inside
                    count += 1
                start = at
        ends[row + 1] = count
    return starts[:count].copy(), stops[:count].copy(), ends, stretch[:count].copy()


@kernel
def cut_stretches(
    starts: Offsets, stops: Offsets, ends: Offsets, whole: np.ndarray, which: Offsets, first: Offsets, offsets: Offsets, words: Bytes,
    breaks: Breaks,
) -> tuple[Offsets, Offsets, Offsets]:
    """Return (starts, stops, ends) with each piece that is `whole` cut into words; a mark is not cut off from what it stands on.

    which[i] is the number of the i-th of them among all different stretches, first[number] the first of its words; `offsets` and `words`
    are the words of all, end to end.
    """
    most, met = np.int64(len(starts)), 0
    for i in range(len(which)):
        most += first[which[i] + 1] - first[which[i]]
    new_starts, new_stops, new_ends, count = np.empty(most, np.int64), np.empty(most, np.int64), np.zeros(len(ends), np.int64), 0
    for row in range(len(ends) - 1):
        for piece in range(ends[row], ends[row + 1]):
            if not whole[piece]:
                new_starts[count], new_stops[count] = starts[piece], stops[piece]
                count += 1
                continue
            number = which[met]
            shift = starts[piece] - offsets[first[number]]
            met += 1
            for word in range(first[number], first[number + 1]):
                if word == first[number] or not extends(breaks, code_point(words, offsets[word])):
                    new_starts[count] = offsets[word] + shift
                    count += 1
                new_stops[count - 1] = offsets[word + 1] + shift
        new_ends[row + 1] = count
    return new_starts[:count].copy(), new_stops[:count].copy(), new_ends


@kernel(allocates=False)
def run_end(data: Bytes, at: int, end: int, breaks: Breaks, whole: np.ndarray, inside: bool) -> int:
    """Return where the characters end that are like the one at `at`, in `whole` or not; marks go with what they stand on."""
    while at < end:
        code = code_point(data, at)
        if whole[code] != inside and not (inside and extends(breaks, code)):
            return at
        at += width(peek(data, at))
    return at


@kernel(allocates=False)
def extends(breaks: Breaks, code: int) -> bool:
    """Return whether a character belongs to the one before it."""
    return EXTEND <= breaks[code] & KIND <= ZWJ


@kernel(allocates=False)
def character_end(data: Bytes, at: int, end: int, breaks: Breaks) -> int:
    """Return where the word ends that starts at `at`; scripts without spaces, which UAX #29 cuts at every letter, at characters only."""
    start, at = at, word_end(data, at, end, breaks)
    while at < end and peek(data, at) >= 0xE0:
        code, before = code_point(data, at), code_point(data, last_code_point(data, start, at))
        if code in (_SARA_AM, _LAO_AM):
            at += 3
            while at < end and extends(breaks, code_point(data, at)):
                at += width(peek(data, at))
        elif before in (_COENG, _VIRAMA, _SAKOT) and breaks[code] & KIND == 0:
            at = word_end(data, at, end, breaks)
        else:
            return at
    return at


@kernel(allocates=False)
def is_gap(data: Bytes, at: int, end: int, classes: Classes) -> bool:
    """Return whether data[at:end] only parts words: white space, Thai's and Khmer's U+200B, Tibet's tsheg, the word space of Ethiopic."""
    while at < end:
        code = code_point(data, at)
        if not classes[code] & SPACE and code != 0x200B and code != 0xF0B and code != 0xF0C and code != 0x1361:
            return False
        at += width(peek(data, at))
    return True


@kernel
def spacy_spans(offsets: Offsets, data: Bytes, language: Language) -> tuple[Offsets, Offsets, Offsets]:
    """Return (starts, stops, ends) of the words of spaCy's tokenizer for `language`."""
    longest = ZERO
    for row in range(len(offsets) - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    page, chunk = np.empty(longest + 16, np.uint8), np.empty((longest + 2, CHUNK_COLUMNS), np.int64)
    hashes, words = np.empty(2 * longest + 1, np.uint64), np.empty((2 * longest + 1, WORD_COLUMNS), np.int32)
    lines, totals = np.empty((longest + 2, LINE_COLUMNS), np.int64), np.zeros(TOTALS, np.int64)
    most = offsets[-1] - offsets[0]
    starts, stops, ends, count = np.empty(most, np.int64), np.empty(most, np.int64), np.zeros(len(offsets), np.int64), 0
    for row in range(len(offsets) - 1):
        begin, end = offsets[row], offsets[row + 1] - offsets[row]
        copy_bytes(data, begin, end, page, ZERO)
        scan(page, ZERO, end, language, hashes, words, ZERO, lines, ZERO, chunk, totals)
        for word in range(totals[ALL_WORDS]):
            starts[count] = begin + words[word, START]
            stops[count] = starts[count] + words[word, SIZE]
            count += 1
        ends[row + 1] = count
    return starts[:count].copy(), stops[:count].copy(), ends
