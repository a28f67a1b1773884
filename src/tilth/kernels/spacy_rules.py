"""All that the tokenizer looks up, in one flat array `language`: flags of code points, exceptions, runs of tokens, endings.

One array, because each array that a kernel takes costs on every call. The sections are found by the constants below.
Source of the data: spaCy (MIT), blank English and xx; the data files say which release, `bench/language_tables.py` writes them.
"""

from __future__ import annotations

import functools

import numpy as np

from tilth.kernels.jit import kernel
from tilth.kernels.text_bytes import hash_bytes, pair, peek
from tilth.kernels.text_classes import ALPHA, BEFORE_HYPHEN, classes, data_file

Language = np.ndarray[tuple[int], np.dtype[np.int64]]

SEEN_BITS, SLOTS = 1 << 16, 1 << 12
KNOWN_COLUMNS, RUN_COLUMNS, ENDING_COLUMNS = 8, 16, 2
MOST_KNOWN, MOST_RUNS, MOST_ENDINGS = 2048, 512, 128
LONGEST_RUN = RUN_COLUMNS - 3

# Sections. The code points' flags come first, so that language[code point] are its flags.
SEEN = 0x110000  # one bit a hash: clear, and no known text or pair has it
KNOWN_SLOTS = SEEN + SEEN_BITS // 64  # by hash, linear probing: number of the known text + 1, or 0
PAIR_SLOTS = KNOWN_SLOTS + SLOTS  # by hash of the first two tokens: number of the first run + 1, or 0
KNOWN = PAIR_SLOTS + SLOTS  # rows of: place and size in TEXTS, 1 if it comes second in some run, number of tokens, their sizes
RUNS = KNOWN + MOST_KNOWN * KNOWN_COLUMNS  # rows of: number of tokens, known text that they become, 1 if the next run starts alike, sizes
ENDINGS = RUNS + MOST_RUNS * RUN_COLUMNS  # rows of: place and size in TEXTS, of suffixes that are cut off after a digit; size 0 ends them
TEXTS = ENDINGS + MOST_ENDINGS * ENDING_COLUMNS  # bytes, one an entry

_BIT, _WORD, _BITS_IN_WORD = np.uint64(63), np.uint64(6), np.uint64(SEEN_BITS // 64 - 1)
_SLOT = np.uint64(SLOTS - 1)


@kernel(allocates=False)
def is_seen(language: Language, key: np.uint64) -> bool:
    """Return False where no known text or pair has the hash `key`."""
    return peek(language, SEEN + np.int64(key >> _WORD & _BITS_IN_WORD)) >> np.int64(key & _BIT) & 1 != 0


@kernel(allocates=False)
def spells(language: Language, place: int, page: np.ndarray, start: int, size: int) -> bool:
    """Return whether page[start:start + size] is what stands at `place` in the texts."""
    for i in range(size):  # noqa: SIM110
        if peek(language, TEXTS + place + i) != peek(page, start + i):
            return False
    return True


@kernel(allocates=False)
def find_known(language: Language, page: np.ndarray, start: int, end: int, key: np.uint64) -> int:
    """Return where the row of the known text page[start:end] is, whose hash is `key`; 0 if there is none."""
    if not is_seen(language, key):
        return 0
    slot = key & _SLOT
    while language[KNOWN_SLOTS + np.int64(slot)]:
        row = KNOWN + (language[KNOWN_SLOTS + np.int64(slot)] - 1) * KNOWN_COLUMNS
        if language[row + 1] == end - start and spells(language, language[row], page, start, end - start):
            return row
        slot = (slot + np.uint64(1)) & _SLOT
    return 0


@functools.cache
def language(code: str = "en") -> Language:
    """Return the array for spaCy's blank pipeline "en", or "xx" or "tn": both have the exceptions of all languages, "xx" cuts no 5-a.

    >>> bool(language("xx")[ord("5")] == language("tn")[ord("5")])
    False
    """
    content = data_file("spacy_words.json")
    rules = content["rules"]
    if code != "en":
        base = data_file("spacy_base.json")["rules"]
        shared = {rule["text"] for rule in base}
        rules = base if code == "xx" else [rule for rule in rules if rule["text"] in shared]
    exceptions = {rule["text"]: rule["tokens"] for rule in rules}
    runs = sorted((rule["pieces"], rule["text"]) for rule in rules if rule["pieces"])
    second = {piece for pieces, _ in runs for piece in pieces[1:]}
    known = list(exceptions) + sorted(second - exceptions.keys())
    every = known + content["endings_after_digit"]
    table = np.zeros(TEXTS + sum(len(text.encode()) for text in every), np.int64)
    table[: len(classes())] = classes()
    if code == "xx":
        table[: len(classes())][classes() & ALPHA == 0] &= ~BEFORE_HYPHEN
    table[TEXTS:] = np.frombuffer("".join(every).encode(), np.uint8)
    places = np.cumsum([0] + [len(text.encode()) for text in every])
    for number, text in enumerate(known):
        tokens = exceptions.get(text, [])
        _write(table, KNOWN + number * KNOWN_COLUMNS, [places[number], _size(text), text in second, len(tokens), *map(_size, tokens)])
        _insert(table, KNOWN_SLOTS, text_hash(text), number)
    for number, (pieces, text) in enumerate(runs):
        alike = number + 1 < len(runs) and runs[number + 1][0][:2] == pieces[:2]
        _write(table, RUNS + number * RUN_COLUMNS, [len(pieces), known.index(text), alike, *map(_size, pieces)])
        if number == 0 or runs[number - 1][0][:2] != pieces[:2]:
            _insert(table, PAIR_SLOTS, pair(text_hash(pieces[0]), text_hash(pieces[1])), number)
    for number, text in enumerate(content["endings_after_digit"]):
        _write(table, ENDINGS + number * ENDING_COLUMNS, [places[len(known) + number], _size(text)])
    table.flags.writeable = False
    return table


def text_hash(text: str) -> np.uint64:
    """Return the hash by which kernels know this text.

    >>> bool(text_hash("the") == text_hash("the") != text_hash("eht"))
    True
    """
    data = np.frombuffer(bytearray(text.encode() + bytes(8)), np.uint8)
    return np.uint64(hash_bytes(data, 0, len(data) - 8))


def _size(text: str) -> int:
    return len(text.encode())


def _write(table: Language, row: int, values: list[int]) -> None:
    table[row : row + len(values)] = values


def _insert(table: Language, slots: int, key: np.uint64, number: int) -> None:
    table[SEEN + int(key) // 64 % (SEEN_BITS // 64)] |= np.array(1 << int(key) % 64, np.uint64).astype(np.int64)
    slot = int(key) % SLOTS
    while table[slots + slot]:
        slot = (slot + 1) % SLOTS
    table[slots + slot] = number + 1
