"""What repeats in a page: lines, paragraphs, and n-grams of words.

Source of the measures: Rae et al. 2021 (Gopher, arXiv 2112.11446), appendix A1.1, as datatrove's GopherRepetitionFilter (Apache-2.0)
counts them: a repeat is a second or later copy; lines are cut at runs of newlines, paragraphs at two or more. N-grams are found by
induction: one can only repeat where both (n-1)-grams in it do, so after the pairs little is left to look at. Two n-grams are the same if
their words are; datatrove compares 5- to 10-grams glued together, which differs only where the same letters are cut into as many words
at other places (one document in some thousands, by a few code points).
"""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_table import ALL_CHARS, ALL_LINES, ALL_WORDS, CHARS, ZERO, Hashes, Totals, Words
from tilth.kernels.spacy_words import CHARS_END, CHUNKS, FIRST, LAST, LINE_END, LINE_FLAGS, NEWLINE, NEXT, Lines
from tilth.kernels.text_bytes import MULTIPLIER, SHIFT, code_points, hash_bytes, pair

Table = np.ndarray[tuple[int, int], np.dtype[np.int64]]

# columns of `pieces`, the parts of a page between newlines: first byte, end, code points, 1 if white space only, hash
P_START, P_END, P_CHARS, P_BLANK, P_HASH = range(5)
PIECE_COLUMNS = 5

# columns of `table` (open addressing): a key, and the number it was given; numbers only grow, so that one below `base` marks an empty slot
KEY, NUMBER = range(2)
# columns of `grams`: where an n-gram that repeats stands, which it is; columns of `tally`, a row an n-gram: copies, its first place
PLACE, GRAM = range(2)
COPIES, FIRST_PLACE = range(2)

ONE = np.int64(1)
TOP_LOW, TOP_HIGH, DUPLICATE_HIGH = 2, 4, 10  # the most frequent 2- to 4-grams, then repeated 5- to 10-grams


@kernel(allocates=False)
def number_of(table: Table, mask: int, key: int, base: int, fresh: int) -> int:
    """Return the number that `key` has in `table`, and give it the number `fresh` if it has none; mask + 1 slots are used."""
    slot = np.int64(np.uint64(key) * MULTIPLIER >> SHIFT) & mask
    while table[slot, NUMBER] >= base:
        if table[slot, KEY] == key:
            return table[slot, NUMBER]
        slot = (slot + 1) & mask
    table[slot, KEY], table[slot, NUMBER] = key, fresh
    return fresh


@kernel(allocates=False)
def slots_for(items: int) -> int:
    """Return the power of two that leaves at least half of a table for `items` empty."""
    slots = 16
    while slots < 2 * items:
        slots *= 2
    return slots


@kernel(allocates=False)
def cut_at_newlines(end: int, lines: Lines, totals: Totals, pieces: Table, at: int) -> int:
    """Write the parts between newlines of a scanned page, `end` bytes, into `pieces`, as if it stood at `at`; return how many."""
    count, start, chars_start, blank = ZERO, ZERO, ZERO, ONE
    for line in range(totals[ALL_LINES]):
        if lines[line, CHUNKS]:
            blank = ZERO
        if lines[line, LINE_FLAGS] & NEWLINE:
            stop = lines[line, NEXT] - 1
            chars = lines[line, CHARS_END] + stop - lines[line, LINE_END]  # the "\r" of "\r\n" is part of the piece
            write_piece(pieces, count, at + start, at + stop, chars - chars_start, blank)
            count, start, chars_start, blank = count + 1, stop + 1, chars + 1, ONE
    write_piece(pieces, count, at + start, at + end, totals[ALL_CHARS] - chars_start, blank)
    return count + 1


@kernel(allocates=False)
def write_piece(pieces: Table, row: int, start: int, end: int, chars: int, blank: int) -> None:
    """Write a row of `pieces`, its hash left for later."""
    pieces[row, P_START], pieces[row, P_END], pieces[row, P_CHARS], pieces[row, P_BLANK] = start, end, chars, blank


@kernel(allocates=False)
def hash_pieces(page: Bytes, pieces: Table, first: int, last: int) -> None:
    """Fill in the hashes of these rows."""
    for row in range(first, last):
        pieces[row, P_HASH] = np.int64(hash_bytes(page, pieces[row, P_START], pieces[row, P_END]))


@kernel(allocates=False)
def repeated_lines(pieces: Table, count: int, table: Table, base: int, found: Totals) -> int:
    """Write into `found` the number of lines, of repeats, and their code points; return the next free number for `table`."""
    mask, fresh = slots_for(count) - 1, base
    found[:3] = 0
    for row in range(count):
        if 0 < row < count - 1 and pieces[row, P_START] == pieces[row, P_END]:
            continue
        found[0] += 1
        if number_of(table, mask, pieces[row, P_HASH], base, fresh) == fresh:
            fresh += 1
        else:
            found[1] += 1
            found[2] += pieces[row, P_CHARS]
    return fresh


@kernel(allocates=False)
def repeated_paragraphs(
    page: Bytes, begin: int, end: int, pieces: Table, count: int, table: Table, base: int, found: Totals, at: int
) -> int:
    """The same for the paragraphs of the stripped page, page[begin:end], from found[at] on."""
    mask, fresh = slots_for(count) - 1, base
    found[at : at + 3] = 0
    key, chars, size = np.uint64(0), ZERO, ZERO
    for row in range(count + 1):
        if row < count and (pieces[row, P_END] <= begin or pieces[row, P_START] >= end):
            continue
        if row < count and pieces[row, P_START] < pieces[row, P_END]:
            start, stop = max(pieces[row, P_START], begin), min(pieces[row, P_END], end)
            whole = start == pieces[row, P_START] and stop == pieces[row, P_END]
            key = pair(key, np.uint64(pieces[row, P_HASH]) if whole else hash_bytes(page, start, stop))
            chars += (pieces[row, P_CHARS] if whole else code_points(page, start, stop)) + (1 if size else 0)
            size += 1
        elif size:
            found[at] += 1
            if number_of(table, mask, np.int64(key), base, fresh) == fresh:
                fresh += 1
            else:
                found[at + 1] += 1
                found[at + 2] += chars
            key, chars, size = np.uint64(0), ZERO, ZERO
    found[at] = max(1, found[at])
    return fresh


@kernel(allocates=False)
def repeated_grams(
    hashes: Hashes, words: Words, count: int, table: Table, base: int, before: Totals, grams: Table, tally: Table, found: Totals, at: int
) -> int:
    """Write, from found[at] on, the code points of the most frequent 2-, 3- and 4-gram and of repeated 5- to 10-grams.

    The most frequent: its length with one space between words, times its copies; the first one counts if none repeats. Repeated: from the
    left, skipping n words at each repeat, lengths without spaces. Returns the next free number for `table`.
    """
    before[0] = 0
    for word in range(count):
        before[word + 1] = before[word] + words[word, CHARS]
    found[at : at + 9] = 0
    size = max(0, count - 1)
    for n in range(TOP_LOW, DUPLICATE_HIGH + 1):
        if n > count:
            break
        if n == TOP_LOW:
            fresh = number_pairs(hashes, size, table, base, grams, tally)
        else:
            size, fresh = number_longer(size, table, base, grams, tally)
        size = keep_repeated(size, grams, tally)
        if n <= TOP_HIGH:
            found[at + n - TOP_LOW] = top_chars(n, fresh - base, before, tally)
        else:
            found[at + n - TOP_LOW] = duplicate_chars(n, size, before, grams, tally)
        base = fresh
    return base


@kernel(allocates=False)
def number_pairs(hashes: Hashes, size: int, table: Table, base: int, grams: Table, tally: Table) -> int:
    """Number the pairs of words; returns the next free number for `table`."""
    mask, fresh = slots_for(size) - 1, base
    for place in range(size):
        fresh = count_gram(table, mask, np.int64(pair(hashes[place], hashes[place + 1])), base, fresh, place, grams, place, tally)
    return fresh


@kernel(allocates=False)
def number_longer(size: int, table: Table, base: int, grams: Table, tally: Table) -> tuple[int, int]:
    """Number the n-grams made of two (n-1)-grams side by side that both repeat; returns how many there are, and the next free number."""
    mask, fresh, kept = slots_for(size) - 1, base, ZERO
    for row in range(size - 1):
        place = grams[row, PLACE]
        if grams[row + 1, PLACE] == place + 1:
            key = grams[row, GRAM] << 32 | grams[row + 1, GRAM]
            fresh = count_gram(table, mask, key, base, fresh, place, grams, kept, tally)
            kept += 1
    return kept, fresh


@kernel(allocates=False)
def count_gram(table: Table, mask: int, key: int, base: int, fresh: int, place: int, grams: Table, row: int, tally: Table) -> int:
    """Write which n-gram stands at `place` into `grams`, and count it."""
    gram = number_of(table, mask, key, base, fresh) - base
    if gram == fresh - base:
        tally[gram, COPIES], tally[gram, FIRST_PLACE] = 0, place
        fresh += 1
    tally[gram, COPIES] += 1
    grams[row, PLACE], grams[row, GRAM] = place, gram
    return fresh


@kernel(allocates=False)
def keep_repeated(size: int, grams: Table, tally: Table) -> int:
    """Keep the n-grams that stand in more than one place; returns how many."""
    kept = 0
    for row in range(size):
        gram = grams[row, GRAM]
        if tally[gram, COPIES] > 1:
            grams[kept, PLACE], grams[kept, GRAM] = grams[row, PLACE], gram
            kept += 1
    return kept


@kernel(allocates=False)
def top_chars(n: int, kinds: int, before: Totals, tally: Table) -> int:
    """The most frequent n-gram's code points with spaces between, times its copies; of several the first, as Counter.most_common has it."""
    best, place = 1, 0
    for gram in range(kinds):
        if tally[gram, COPIES] > best:
            best, place = tally[gram, COPIES], tally[gram, FIRST_PLACE]
    return (before[place + n] - before[place] + n - 1) * best


@kernel(allocates=False)
def duplicate_chars(n: int, size: int, before: Totals, grams: Table, tally: Table) -> int:
    """Code points in n-grams that were met before, from the left, without overlap."""
    chars, free = 0, 0
    for row in range(size):
        place, gram = grams[row, PLACE], grams[row, GRAM]
        if place < free:
            continue
        if tally[gram, FIRST_PLACE] < 0:
            chars += before[place + n] - before[place]
            free = place + n
        else:
            tally[gram, FIRST_PLACE] = -1  # met
    return chars


@kernel(allocates=False)
def fold_repetition(
    page: Bytes, hashes: Hashes, words: Words, lines: Lines, totals: Totals, pieces: Table, size: int, table: Table, base: int,
    before: Totals, grams: Table, tally: Table, found: Totals,
) -> int:
    """Write the counts of repeated lines, paragraphs and n-grams; returns the next free number for `table`."""
    hash_pieces(page, pieces, ZERO, size)
    base = repeated_lines(pieces, size, table, base, found)
    start, stop = ZERO, ZERO
    for line in range(totals[ALL_LINES]):
        if lines[line, CHUNKS]:
            start = lines[line, FIRST] if stop == 0 else start
            stop = lines[line, LAST]
    base = repeated_paragraphs(page, start, stop, pieces, size, table, base, found, 3)
    return repeated_grams(hashes, words, totals[ALL_WORDS], table, base, before, grams, tally, found, 6)
