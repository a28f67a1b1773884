"""Many strings looked for at once: the automaton of Aho and Corasick (CACM 18(6), 1975), every failure link folded into one table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tilth.errors import RecipeError
from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import code_point, last_code_point
from tilth.kernels.text_classes import SPACE, WORD, Classes

MOST_CELLS = 1 << 28  # of the table of moves: 1 GiB

# what may stand beside a match: anything; no \w or the end of the text; \b; not a-z and not the end of the line; white space or the end
ANYTHING, NO_WORD, BOUNDARY, NO_ASCII_LETTER, BLANK = range(5)


class Automaton(NamedTuple):
    """`columns` uint8[256]: a byte's column, 0 for one that is in no pattern; `moves` int32[states, columns], the root is 0; `ends`
    int32[states]: the longest pattern that ends there, or -1; `shorter` int32[states]: the next state with such a pattern down the
    failure links, or 0; `depths` int32[states]; `sizes` int32[patterns], in bytes.
    """

    columns: np.ndarray
    moves: np.ndarray
    ends: np.ndarray
    shorter: np.ndarray
    depths: np.ndarray
    sizes: np.ndarray


def automaton(patterns: list[bytes]) -> Automaton:
    """Return the automaton that finds these strings, none of them empty, by their place in the list.

    >>> found = automaton([b"he", b"she", b"hers"])
    >>> found.moves.shape, found.ends.tolist().count(-1)
    ((8, 5), 5)

    Raises RecipeError where its table would take more than a gigabyte.
    """
    bounds = np.cumsum([0, *map(len, patterns)])
    data = np.frombuffer(b"".join(patterns), np.uint8)
    columns = np.zeros(256, np.uint8)
    letters = np.unique(data)
    columns[letters] = np.arange(1, len(letters) + 1)
    if (len(data) + 1) * (len(letters) + 1) > MOST_CELLS:
        why = f"{len(data):,} bytes of {len(letters)} kinds make a table of more than {MOST_CELLS >> 28} GiB"
        raise RecipeError("There are too many strings to look for at once.", why=why, fix="list whole domains or words, which are hashed")
    moves, ends, shorter, depths = _build(bounds, data, columns, len(letters) + 1)
    return Automaton(columns, moves, ends, shorter, depths, np.diff(bounds).astype(np.int32))


@kernel
def _build(bounds: np.ndarray, data: Bytes, columns: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    moves = np.zeros((len(data) + 1, width), np.int32)
    ends = np.full(len(data) + 1, -1, np.int32)
    depths = np.zeros(len(data) + 1, np.int32)
    size = 1
    for pattern in range(len(bounds) - 1):
        state = 0
        for at in range(bounds[pattern], bounds[pattern + 1]):
            column = columns[data[at]]
            if moves[state, column] == 0:
                depths[size] = depths[state] + 1
                moves[state, column] = size
                size += 1
            state = moves[state, column]
        if state and ends[state] < 0:
            ends[state] = pattern
    moves, ends, depths = moves[:size].copy(), ends[:size].copy(), depths[:size].copy()
    return moves, ends, _link(moves, ends, width), depths


@kernel
def _link(moves: np.ndarray, ends: np.ndarray, width: int) -> np.ndarray:
    """Fold the failure links into `moves`, breadth first; returns for each state the next one with a pattern down its links."""
    shorter = np.zeros(len(moves), np.int32)
    fails = np.zeros(len(moves), np.int32)
    queue = np.empty(len(moves), np.int32)
    first, last = 0, 0
    for column in range(1, width):
        if moves[0, column]:
            queue[last] = moves[0, column]
            last += 1
    while first < last:
        state = queue[first]
        first += 1
        fail = fails[state]
        shorter[state] = fail if ends[fail] >= 0 else shorter[fail]
        for column in range(1, width):
            after = moves[state, column]
            if after:
                fails[after] = moves[fail, column]
                queue[last] = after
                last += 1
            else:
                moves[state, column] = moves[fail, column]
    return shorter


@kernel(allocates=False)
def stands_free(data: Bytes, begin: int, start: int, stop: int, end: int, flank: int, classes: Classes) -> bool:
    """Return whether what stands on either side of data[start:stop], within data[begin:end], is what `flank` asks for."""
    if flank == ANYTHING:
        return True
    before = -1 if start == begin else code_point(data, last_code_point(data, begin, start))
    after = -1 if stop == end else code_point(data, stop)
    if flank == NO_ASCII_LETTER:
        return _is_other(before) and _is_other(after)
    if flank == BLANK:
        return (before < 0 or classes[before] & SPACE != 0) and (after < 0 or classes[after] & SPACE != 0)
    word_before, word_after = before >= 0 and classes[before] & WORD != 0, after >= 0 and classes[after] & WORD != 0
    if flank == NO_WORD:
        return not word_before and not word_after
    first = classes[code_point(data, start)] & WORD != 0
    last = classes[code_point(data, last_code_point(data, start, stop))] & WORD != 0
    return word_before != first and word_after != last


@kernel(allocates=False)
def _is_other(point: int) -> bool:
    return point >= 0 and point != 10 and not 97 <= point <= 122


@kernel(allocates=False)
def _count(
    data: Bytes, begin: int, end: int, columns: np.ndarray, moves: np.ndarray, ends: np.ndarray, shorter: np.ndarray, sizes: np.ndarray,
    flanks: np.ndarray, classes: Classes, met: np.ndarray, row: int, found: np.ndarray,
) -> None:
    """Write matches, different patterns and bytes of data[begin:end] into `found`, int64[3]; of overlapping matches the first to end."""
    state, free = np.int32(0), begin
    for at in range(begin, end):
        state = moves[state, columns[data[at]]]
        place = state if ends[state] >= 0 else shorter[state]
        while place:
            pattern = ends[place]
            start = at + 1 - sizes[pattern]
            if start >= free and stands_free(data, begin, start, at + 1, end, flanks[pattern], classes):
                found[0] += 1
                found[1] += met[pattern] != row
                found[2] += sizes[pattern]
                met[pattern], free = row, at + 1
                break
            place = shorter[place]


@kernel
def count(
    offsets: Offsets, data: Bytes, columns: np.ndarray, moves: np.ndarray, ends: np.ndarray, shorter: np.ndarray, sizes: np.ndarray,
    flanks: np.ndarray, classes: Classes,
) -> np.ndarray:
    """Return int64[n, 3]: matches that do not overlap and stand as `flanks` (int64[patterns]) asks, different patterns, bytes matched."""
    found = np.zeros((len(offsets) - 1, 3), np.int64)
    met = np.full(len(sizes), -1, np.int64)
    for row in range(len(found)):
        _count(data, offsets[row], offsets[row + 1], columns, moves, ends, shorter, sizes, flanks, classes, met, row, found[row])
    return found


@kernel
def count_longest(
    offsets: Offsets, data: Bytes, columns: np.ndarray, moves: np.ndarray, ends: np.ndarray, depths: np.ndarray, sizes: np.ndarray,
    flanks: np.ndarray, classes: Classes,
) -> np.ndarray:
    """Return int64[n]: different patterns of each text, taken from the left, the longest at each place: what a pattern of `re` finds.

    For short texts: time grows with the longest pattern too.
    """
    found = np.zeros(len(offsets) - 1, np.int64)
    met = np.full(len(sizes), -1, np.int64)
    for row in range(len(found)):
        at, end = offsets[row], offsets[row + 1]
        while at < end:
            pattern = _longest(data, offsets[row], at, end, columns, moves, ends, depths, flanks, classes)
            if pattern >= 0:
                found[row] += met[pattern] != row
                met[pattern] = row
            at += sizes[pattern] if pattern >= 0 else 1
    return found


@kernel(allocates=False)
def _longest(
    data: Bytes, begin: int, start: int, end: int, columns: np.ndarray, moves: np.ndarray, ends: np.ndarray, depths: np.ndarray,
    flanks: np.ndarray, classes: Classes,
) -> int:
    """Return the longest pattern that begins at `start` and stands free, or -1."""
    best, state, at = np.int64(-1), np.int32(0), start
    while at < end:
        state = moves[state, columns[data[at]]]
        at += 1
        if depths[state] != at - start:  # off the tree: a failure link was taken
            return best
        if ends[state] >= 0 and stands_free(data, begin, start, at, end, flanks[ends[state]], classes):
            best = ends[state]
    return best
