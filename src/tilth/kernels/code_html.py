"""The text of an HTML page that a reader would see, in characters: what Beautiful Soup's `get_text` has without scripts and styles.

White space between two tags counts for one character except in <pre> and <textarea>; text in <template>, <rt> and <rp> for none. A script
or style that does not end hides the rest of the page. Source: behaviour of beautifulsoup4 4.15.0 (MIT) over Python 3.11's html.parser.
"""

from __future__ import annotations

import functools
import re
from html.entities import html5

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel

Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]
NO_SEED = np.uint64(0)
_EMPTY = """area base br col embed hr img input keygen link menuitem meta param source track wbr
    basefont bgsound command frame image isindex nextid spacer"""


def hashes(names: str) -> Hashes:
    """Return the sorted hashes of elements' names, as `_name` has them."""
    data = np.frombuffer((names + ">").encode(), np.uint8)
    return np.sort(np.array([_name(data, found.start(), len(data)) for found in re.finditer(r"\w+", names)], np.uint64))


@functools.cache
def tables() -> tuple[Hashes, Hashes, Hashes, Hashes, Numbers]:
    """Return sorted hashes of the names of elements that hold nothing, that hide text, that keep white space; of the entities, with sizes.

    >>> [len(table) for table in tables()][:3]
    [24, 3, 2]
    """
    entities = sorted(
        (int(xxh64(np.frombuffer(name[:-1].encode(), np.uint8), 0, len(name) - 1, NO_SEED)), len(text))
        for name, text in html5.items() if name.endswith(";")
    )
    codes, sizes = zip(*entities, strict=True)
    return hashes(_EMPTY), hashes("template rt rp"), hashes("pre textarea"), np.array(codes, np.uint64), np.array(sizes, np.int64)


# places in a page's state: characters counted; those of the run of text now, and whether it is white space alone; open elements, those of
# them that hide text and that keep white space; which markup has no end from here on, so that it is not looked for again
_TOTAL, _RUN, _BLANK, _DEPTH, _HIDDEN, _KEPT, _ENDLESS = range(7)
_NO_TAG_END, _NO_COMMENT_END, _NO_SECTION_END = 1, 2, 4
_DEEPEST = 512  # open elements among which an end tag looks for its own, as browsers have it


@kernel
def visible(
    offsets: Offsets, data: Bytes, empty: Hashes, hiding: Hashes, keeping: Hashes, entities: Hashes, sizes: Numbers, wanted: np.ndarray
) -> Numbers:
    """Return the characters of visible text of every page that is `wanted` (bool[n]), int64[n]; the tables are `tables()`."""
    out = np.zeros(len(offsets) - 1, np.int64)
    for row in range(len(offsets) - 1):
        if wanted[row]:
            state, open_tags = np.zeros(7, np.int64), np.empty(64, np.uint64)
            state[_BLANK] = 1
            at, end = offsets[row], offsets[row + 1]
            while at < end:
                if state[_DEPTH] == len(open_tags):
                    open_tags = np.concatenate((open_tags, open_tags))
                if data[at] == 0x3C:
                    at = _markup(data, at, end, state, open_tags, empty, hiding, keeping)
                elif data[at] == 0x26:
                    at = _reference(data, at, end, state, entities, sizes)
                else:
                    at = _character(data, at, state)
            _flush(state)
            out[row] = state[_TOTAL]
    return out


@kernel(allocates=False)
def _character(data: Bytes, at: int, state: Numbers) -> int:
    byte = data[at]
    state[_RUN] += byte & 0xC0 != 0x80
    if not (byte == 0x20 or 9 <= byte <= 10 or 12 <= byte <= 13):
        state[_BLANK] = 0
    return at + 1


@kernel(allocates=False)
def _flush(state: Numbers) -> None:
    """End a run of text: count it, white space alone as one character."""
    if not state[_HIDDEN]:
        state[_TOTAL] += min(state[_RUN], 1) if state[_BLANK] and not state[_KEPT] else state[_RUN]
    state[_RUN], state[_BLANK] = 0, 1


@kernel(allocates=False)
def _markup(
    data: Bytes, at: int, end: int, state: Numbers, open_tags: Hashes, empty: Hashes, hiding: Hashes, keeping: Hashes
) -> int:
    """Read what begins with < and return where it ends."""
    then = data[at + 1] if at + 1 < end and not state[_ENDLESS] & _NO_TAG_END else 0
    if _is_letter(then):
        stop, closed = _tag_end(data, at, end)
        if stop < 0:
            return _unfinished(data, at, end, state)
        return _open(data, at, stop, end, closed, state, open_tags, empty, hiding, keeping)
    if then == 0x2F:
        return _close(data, at, end, state, open_tags, hiding, keeping)
    if then == 0x21 or then == 0x3F:
        stop = _comment_end(data, at, end, state)
        if stop < 0:
            return _unfinished(data, at, end, state)
        _flush(state)
        if stop - at > 12 and then == 0x21 and data[at + 2] == 0x5B and data[at + 3] | 0x20 == 0x63:  # <![CDATA[ is text
            for i in range(at + 9, stop - 3):
                _character(data, i, state)
            _flush(state)
        return stop
    return _character(data, at, state)


@kernel(allocates=False)
def _unfinished(data: Bytes, at: int, end: int, state: Numbers) -> int:
    """Take markup that the page's end cuts off for text, up to the next >, or all there is."""
    stop = at + 1
    while stop < end and data[stop] != 0x3E:
        stop += 1
    if stop == end:
        state[_ENDLESS] |= _NO_TAG_END
        return _character(data, at, state)
    stop += 1
    while at < stop:
        at = _character(data, at, state)
    return stop


@kernel(allocates=False)
def _is_letter(byte: int) -> bool:
    return 0x61 <= byte | 0x20 <= 0x7A


@kernel(allocates=False)
def _is_blank(byte: int) -> bool:
    return byte == 0x20 or 9 <= byte <= 13


@kernel(allocates=False)
def _tag_end(data: Bytes, at: int, end: int) -> tuple[int, bool]:
    """Return where the tag that starts at `at` ends, -1 if it does not, and whether with />; a quoted value may hold >."""
    value = False  # whether a value may start here
    while at < end:
        byte = data[at]
        if value and (byte == 0x22 or byte == 0x27):
            at += 1
            while at < end and data[at] != byte:
                at += 1
            value = False
        elif byte == 0x3E:
            return at + 1, data[at - 1] == 0x2F
        elif not _is_blank(byte):
            value = byte == 0x3D
        at += 1
    return -1, False


@kernel(allocates=False)
def _name(data: Bytes, at: int, end: int) -> np.uint64:
    """Return the hash of the name that starts at `at`, in small letters."""
    spare = np.uint64(0xCBF29CE484222325)
    while at < end:
        byte = data[at]
        if _is_blank(byte) or byte == 0x2F or byte == 0x3E or byte == 0:
            break
        small = byte | 0x20 if 0x41 <= byte <= 0x5A else byte
        spare = (spare ^ np.uint64(small)) * np.uint64(0x100000001B3)
        at += 1
    return spare


SCRIPT, STYLE = hashes("script")[0], hashes("style")[0]


@kernel(allocates=False)
def _among(value: np.uint64, values: Hashes) -> bool:
    at = np.searchsorted(values, value)
    return at < len(values) and values[at] == value


@kernel(allocates=False)
def _open(
    data: Bytes, at: int, stop: int, end: int, closed: bool, state: Numbers, open_tags: Hashes, empty: Hashes, hiding: Hashes,
    keeping: Hashes,
) -> int:
    _flush(state)
    name = _name(data, at + 1, stop)
    if closed or _among(name, empty):
        return stop
    if name in (SCRIPT, STYLE):
        return _raw_end(data, stop, end, name)
    open_tags[state[_DEPTH]] = name
    state[_DEPTH] += 1
    state[_HIDDEN] += _among(name, hiding)
    state[_KEPT] += _among(name, keeping)
    return stop


@kernel(allocates=False)
def _raw_end(data: Bytes, at: int, end: int, name: np.uint64) -> int:
    """Return where a script or style ends, its end tag included: at the page's end if it has none."""
    while at + 2 < end:
        if data[at] == 0x3C and data[at + 1] == 0x2F:
            first = at + 2
            while first < end and _is_blank(data[first]):
                first += 1
            stop = first
            while stop < end and _is_letter(data[stop]):
                stop += 1
            last = stop
            while last < end and _is_blank(data[last]):
                last += 1
            if last < end and data[last] == 0x3E and _name(data, first, stop) == name:
                return last + 1
        at += 1
    return end


@kernel(allocates=False)
def _close(data: Bytes, at: int, end: int, state: Numbers, open_tags: Hashes, hiding: Hashes, keeping: Hashes) -> int:
    """Read an end tag: all elements that are open inside the one it names end with it."""
    stop = at + 2
    while stop < end and data[stop] != 0x3E:
        stop += 1
    if stop == end:
        return _unfinished(data, at, end, state)
    if stop == at + 2:
        return stop + 1
    _flush(state)
    first = at + 2
    while first < stop and _is_blank(data[first]):
        first += 1
    name, depth, last = _name(data, first, stop), state[_DEPTH], max(state[_DEPTH] - _DEEPEST, 0)
    while depth > last and open_tags[depth - 1] != name:
        depth -= 1
    while depth > last and state[_DEPTH] >= depth:
        state[_DEPTH] -= 1
        state[_HIDDEN] -= _among(open_tags[state[_DEPTH]], hiding)
        state[_KEPT] -= _among(open_tags[state[_DEPTH]], keeping)
    return stop + 1


@kernel(allocates=False)
def _comment_end(data: Bytes, at: int, end: int, state: Numbers) -> int:
    """Return where a comment, declaration or instruction ends, -1 if it does not."""
    dashes = at + 3 < end and data[at + 1] == 0x21 and data[at + 2] == 0x2D and data[at + 3] == 0x2D
    section = at + 2 < end and data[at + 1] == 0x21 and data[at + 2] == 0x5B
    if (dashes and state[_ENDLESS] & _NO_COMMENT_END) or (section and state[_ENDLESS] & _NO_SECTION_END):
        return -1
    i = at + 4 if dashes else at + 2
    while i < end:
        if data[i] == 0x3E:
            if dashes:
                back = i - 1
                while back > at + 4 and _is_blank(data[back]):
                    back -= 1
                if back >= at + 5 and data[back] == 0x2D and data[back - 1] == 0x2D:
                    return i + 1
            elif not section or data[i - 1] == 0x5D:
                return i + 1
        i += 1
    state[_ENDLESS] |= _NO_COMMENT_END if dashes else _NO_SECTION_END if section else _NO_TAG_END
    return -1


@kernel(allocates=False)
def _reference(data: Bytes, at: int, end: int, state: Numbers, entities: Hashes, sizes: Numbers) -> int:
    """Read what begins with &: a reference to a character, whose name is not text, or just a sign."""
    stop = at + 1
    number = stop < end and data[stop] == 0x23
    if number:
        stop += 1
        stop += stop < end and data[stop] | 0x20 == 0x78
        first = stop
        while stop < end and (0x30 <= data[stop] <= 0x39 or (first > at + 2 and 0x61 <= data[stop] | 0x20 <= 0x66)):
            stop += 1
    else:
        first = stop
        while stop < end and (_is_letter(data[stop]) or (stop > first and (0x30 <= data[stop] <= 0x39 or 0x2D <= data[stop] <= 0x2E))):
            stop += 1
    if stop in (first, end):
        return _character(data, at, state)
    then = stop + (data[stop] == 0x3B)
    state[_BLANK] = 0
    if number:
        state[_RUN] += 1
        return then
    name = xxh64(data, first, stop, NO_SEED)
    place = np.searchsorted(entities, name)
    known = place < len(entities) and entities[place] == name
    state[_RUN] += sizes[place] if known else stop - at
    return then
