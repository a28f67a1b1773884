"""Byte-level BPE: cut UTF-8 text into pre-tokens, merge each by rank, and remember what a pre-token came to.

`encode` is exactly what the `tokenizers` library does with the pattern of `tilth.tokenize.pattern`, without an object a token:
the library made 2-3 MB/s a core and took 200 bytes of memory for each byte of text.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.hash import xxh64
from tilth.kernels.jit import kernel

Int = Any  # int64 here: a position, a count, a class

OTHER, LETTER, NUMBER, SPACE, NEWLINE = 0, 1, 2, 3, 4  # classes of code points; a newline is "\r" or "\n"
REMEMBERED = 64  # longest pre-token (bytes) that is remembered
ABSENT = np.uint64(0xFFFFFFFFFFFFFFFF)
HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
SPREAD = np.uint64(0x9E3779B97F4A7C15)


@kernel(allocates=False)
def char_at(data: Bytes, at: Int, end: Int, classes: Bytes) -> Int:
    """Return `bytes << 3 | class` of the character at `at`; bytes that are not UTF-8 count as one character of class OTHER each."""
    lead = np.int64(data[at])
    if lead < 0x80:
        return np.int64(8) | np.int64(classes[lead])
    size = np.int64(1) + (lead >= 0xC0) + (lead >= 0xE0) + (lead >= 0xF0)
    if size == 1 or at + size > end:
        return np.int64(8)
    code = lead & (0x7F >> size)
    for i in range(1, size):
        code = code << 6 | (np.int64(data[at + i]) & 0x3F)
    return size << 3 | (np.int64(classes[code]) if code < len(classes) else 0)


@kernel(allocates=False)
def run_end(data: Bytes, at: Int, end: Int, classes: Bytes, kind: Int) -> Int:
    """Return where the run of characters of class `kind` that begins at `at` ends."""
    while at < end:
        char = char_at(data, at, end, classes)
        if char & 7 != kind:
            break
        at += char >> 3
    return at


@kernel(allocates=False)
def contraction_end(data: Bytes, at: Int, end: Int) -> Int:
    """Return where 's 't 'm 'd 'll 've 're (either case) ends whose apostrophe is at `at`; `at` if there is none."""
    if at + 1 >= end:
        return at
    a = data[at + 1] | 0x20
    if a == 0x73 or a == 0x74 or a == 0x6D or a == 0x64:
        return at + 2
    if at + 2 >= end:
        return at
    b = data[at + 2] | 0x20
    return at + 3 if (a == 0x6C and b == 0x6C) or (b == 0x65 and (a == 0x76 or a == 0x72)) else at


@kernel(allocates=False)
def space_end(data: Bytes, at: Int, end: Int, classes: Bytes) -> Int:
    """White space ends after its last newline; without one, before its last character, which leads the next word."""
    start = last = at
    newline: Int = np.int64(-1)
    while at < end:
        char = char_at(data, at, end, classes)
        if char & 7 < SPACE:
            break
        last = at
        at += char >> 3
        if char & 7 == NEWLINE:
            newline = at
    if newline >= 0:
        return newline
    return at if at == end or last == start else last


@kernel(allocates=False)
def pretoken_end(data: Bytes, at: Int, end: Int, classes: Bytes) -> Int:
    """Return where the pre-token that begins at `at` < `end` ends."""
    if data[at] == 0x27:
        after = contraction_end(data, at, end)
        if after > at:
            return after
    char = char_at(data, at, end, classes)
    kind, after = char & 7, at + (char >> 3)
    if kind == LETTER:
        return run_end(data, after, end, classes, LETTER)
    if kind == NUMBER:
        for _ in range(2):
            char = char_at(data, after, end, classes) if after < end else np.int64(0)
            after += char >> 3 if char & 7 == NUMBER else 0
        return after
    following = char_at(data, after, end, classes) & 7 if after < end else np.int64(-1)
    if kind != NEWLINE and following == LETTER:
        return run_end(data, after, end, classes, LETTER)
    if kind == OTHER or (data[at] == 0x20 and following == OTHER):
        return run_end(data, run_end(data, after, end, classes, OTHER), end, classes, NEWLINE)
    return space_end(data, at, end, classes)


@kernel(allocates=False)
def slot_of(key: np.uint64, keys: np.ndarray) -> Any:
    """Return the slot of `keys` that holds this pair, or the free slot for it."""
    mask = np.uint64(len(keys) - 1)
    slot = (key * SPREAD) >> HALF & mask
    while keys[slot] != key and keys[slot] != ABSENT:
        slot = (slot + np.uint64(1)) & mask
    return slot


@kernel(allocates=False)
def pair_of(a: np.uint32, b: np.uint32, keys: np.ndarray, values: np.ndarray) -> Any:
    """Return `rank << 32 | id` of the merge of tokens `a` and `b`, or ABSENT."""
    key = np.uint64(a) << HALF | np.uint64(b)
    slot = slot_of(key, keys)
    return values[slot] if keys[slot] == key else ABSENT


@kernel
def pair_table(left: np.ndarray, right: np.ndarray, merged: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (keys, values), uint64[power of two], of the merges given as token ids (uint32[n]) in order of rank."""
    size = 16
    while size < 2 * len(left):
        size *= 2
    keys, values = np.full(size, ABSENT), np.zeros(size, np.uint64)
    for rank in range(len(left)):
        key = np.uint64(left[rank]) << HALF | np.uint64(right[rank])
        slot = slot_of(key, keys)
        keys[slot], values[slot] = key, np.uint64(rank) << HALF | np.uint64(merged[rank])
    return keys, values


@kernel
def offer(heap: list[np.uint64], ids: np.ndarray, a: Int, b: Int, keys: np.ndarray, values: np.ndarray) -> None:
    """Put the merge of the tokens at `a` and `b`, if there is one, on the heap as `rank << 32 | a`."""
    found = pair_of(ids[a], ids[b], keys, values)
    if found != ABSENT:
        heapq.heappush(heap, found >> HALF << HALF | np.uint64(a))


@kernel(allocates=False)
def merge_short(word: Bytes, byte_ids: np.ndarray, keys: np.ndarray, values: np.ndarray, ids: np.ndarray, found: np.ndarray) -> Int:
    """Write the tokens of one pre-token (uint8[n], n > 0) to `ids`; return how many: best rank first, then leftmost.

    Looking at every pair again after each merge, O(n^2), is faster than a heap while the word is short. `found` (uint64[n + 1]) is scratch.
    """
    n = np.int64(len(word))
    for i in range(n):
        ids[i] = byte_ids[word[i]]
    for i in range(n - 1):
        found[i] = pair_of(ids[i], ids[i + 1], keys, values)
    while True:
        at, best = np.int64(0), ABSENT
        for i in range(n - 1):
            if found[i] < best:
                at, best = i, found[i]
        if best == ABSENT:
            return n
        n -= 1
        ids[at] = np.uint32(best & LOW)
        for i in range(at + 1, n):
            ids[i], found[i] = ids[i + 1], found[i + 1]
        if at > 0:
            found[at - 1] = pair_of(ids[at - 1], ids[at], keys, values)
        if at < n - 1:
            found[at] = pair_of(ids[at], ids[at + 1], keys, values)


@kernel
def merge_long(word: Bytes, byte_ids: np.ndarray, keys: np.ndarray, values: np.ndarray, out: np.ndarray) -> Int:
    """As `merge_short`, in O(n log n): a heap of the pairs that can merge, over a linked list of tokens."""
    n = len(word)
    ids = np.empty(n, np.uint32)
    right, left = np.arange(1, n + 1), np.arange(-1, n - 1)  # neighbours; right is -1 where a token went into its left neighbour
    for i in range(n):
        ids[i] = byte_ids[word[i]]
    heap = [ABSENT]  # last of all, so it is never popped
    for i in range(n - 1):
        offer(heap, ids, i, i + 1, keys, values)
    while len(heap) > 1:
        best = heapq.heappop(heap)
        at = np.int64(best & LOW)
        gone = right[at]
        if gone < 0 or gone >= n:
            continue
        found = pair_of(ids[at], ids[gone], keys, values)
        if found == ABSENT or found >> HALF != best >> HALF:  # one of the two has changed since
            continue
        ids[at], right[at], right[gone] = np.uint32(found & LOW), right[gone], -1
        if right[at] < n:
            left[right[at]] = at
            offer(heap, ids, at, right[at], keys, values)
        if left[at] >= 0:
            offer(heap, ids, left[at], at, keys, values)
    count, at = np.int64(0), np.int64(0)
    while at < n:
        out[count] = ids[at]
        count, at = count + 1, right[at]
    return count


@kernel(allocates=False)
def same(data: Bytes, at: Int, words: Bytes, start: Int, size: Int) -> bool:
    """Tell whether `size` bytes are equal: two pre-tokens may have one hash."""
    for i in range(size):  # noqa: SIM110, a generator would allocate
        if data[at + i] != words[start + i]:
            return False
    return True


@kernel(allocates=False)
def find(data: Bytes, at: Int, size: Int, code: np.uint64, slots: np.ndarray, words: Bytes) -> Int:
    """Return the slot that remembers these bytes, or the free slot for them."""
    mask = len(slots) - 1
    slot = np.int64(code) & mask
    while slots[slot, 4] and not (
        np.uint64(slots[slot, 0]) == code and slots[slot, 2] == size and same(data, at, words, slots[slot, 1], size)
    ):
        slot = (slot + 1) & mask
    return slot


@kernel
def remember(
    word: Bytes, ids: np.ndarray, code: np.uint64, slot: Int, slots: np.ndarray, words: Bytes, tokens: np.ndarray, used: np.ndarray
) -> None:
    """Put the tokens of `word` into the free `slot`; where there is no room, forget everything first."""
    if 2 * used[0] >= len(slots) or used[1] + len(word) > len(words) or used[2] + len(ids) > len(tokens):
        slots[:, 4] = 0
        used[:] = 0
        slot = np.int64(code) & (len(slots) - 1)
    slots[slot, 0], slots[slot, 1], slots[slot, 2], slots[slot, 3], slots[slot, 4] = np.int64(code), used[1], len(word), used[2], len(ids)
    words[used[1] : used[1] + len(word)] = word
    tokens[used[2] : used[2] + len(ids)] = ids
    used[0], used[1], used[2] = used[0] + 1, used[1] + len(word), used[2] + len(ids)


@kernel
def encode(
    offsets: Offsets, data: Bytes, classes: Bytes, byte_ids: np.ndarray, keys: np.ndarray, values: np.ndarray,
    slots: np.ndarray, words: Bytes, tokens: np.ndarray, used: np.ndarray, out: np.ndarray, ends: np.ndarray,
) -> int:
    """Write the tokens of every text to `out` (uint32, as long as the texts' bytes) and where each text's end to `ends`; return how many.

    `slots` (int64[power of two, 5]: hash, word at, word bytes, tokens at, tokens), `words` (uint8), `tokens` (uint32) and
    `used` (int64[3]: slots, bytes, tokens) remember pre-tokens from call to call; they start as zeros, and never change a result.
    """
    n, scratch = 0, np.empty(REMEMBERED + 1, np.uint64)
    for text in range(len(offsets) - 1):
        at, end = offsets[text], offsets[text + 1]
        while at < end:
            after = pretoken_end(data, at, end, classes)
            size = after - at
            if size > REMEMBERED:
                n += merge_long(data[at:after], byte_ids, keys, values, out[n:])
            else:
                code = xxh64(data, at, after, np.uint64(0))
                slot = find(data, at, size, code, slots, words)
                count, first = slots[slot, 4], slots[slot, 3]
                if count == 0:
                    count = merge_short(data[at:after], byte_ids, keys, values, out[n:], scratch)
                    remember(data[at:after], out[n : n + count], code, slot, slots, words, tokens, used)
                else:
                    for i in range(count):
                        out[n + i] = tokens[first + i]
                n += count
            at = after
        ends[text] = n
    return n
