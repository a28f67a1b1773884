"""MD5 of slices of text (RFC 1321), for tools whose hashes are made of it."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.hash import load64
from tilth.kernels.jit import kernel

_SINES = np.array([int(abs(np.sin(i + 1)) * 2**32) for i in range(64)], np.uint32)
_TURNS = np.repeat(np.array([[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]], np.uint32), 4, axis=0).ravel()
_WORDS = np.array([[i, (5 * i + 1) % 16, (3 * i + 5) % 16, (7 * i) % 16] for i in range(16)], np.int64).T.ravel()


@kernel(allocates=False)
def _block(state: np.ndarray, words: np.ndarray) -> None:
    """Take a block of 16 words (uint32) into the state."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    for i in range(64):
        if i < 16:
            mixed = (b & c) | (~b & d)
        elif i < 32:
            mixed = (d & b) | (~d & c)
        elif i < 48:
            mixed = b ^ c ^ d
        else:
            mixed = c ^ (b | ~d)
        total = np.uint32(np.uint32(a + mixed) + np.uint32(_SINES[i] + words[_WORDS[i]]))
        turned = np.uint32(total << _TURNS[i]) | np.uint32(total >> np.uint32(np.uint32(32) - _TURNS[i]))
        a, d, c, b = d, c, b, np.uint32(b + turned)
    state[0] = np.uint32(state[0] + a)
    state[1] = np.uint32(state[1] + b)
    state[2] = np.uint32(state[2] + c)
    state[3] = np.uint32(state[3] + d)


@kernel(allocates=False)
def _load(words: np.ndarray, data: Bytes, start: int, end: int) -> None:
    """Read up to 64 bytes as words, little-endian, zeros after the end."""
    for i in range(16):
        words[i] = 0
    for i in range(end - start):
        words[i >> 2] |= np.uint32(data[start + i]) << np.uint32(8 * (i & 3))


@kernel(allocates=False)
def md5_head(data: Bytes, start: int, end: int, state: np.ndarray, words: np.ndarray) -> np.uint64:
    """Return the first 8 bytes of the MD5 of `data[start:end]`, big-endian; `state` (uint32[4]) and `words` (uint32[16]) are scratch."""
    state[0], state[1], state[2], state[3] = 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476
    at = start
    while end - at >= 64:
        for i in range(8):
            both = load64(data, at + 8 * i)
            words[2 * i], words[2 * i + 1] = np.uint32(both & np.uint64(0xFFFFFFFF)), np.uint32(both >> np.uint64(32))
        _block(state, words)
        at += 64
    left = end - at
    _load(words, data, at, end)
    words[left >> 2] |= np.uint32(0x80) << np.uint32(8 * (left & 3))
    if left >= 56:
        _block(state, words)
        for i in range(16):
            words[i] = 0
    bits = np.uint64(end - start) << np.uint64(3)
    words[14], words[15] = np.uint32(bits & np.uint64(0xFFFFFFFF)), np.uint32(bits >> np.uint64(32))
    _block(state, words)
    out = np.uint64(0)
    for i in range(8):
        byte = np.uint64(state[i >> 2] >> np.uint32(8 * (i & 3))) & np.uint64(0xFF)
        out = out << np.uint64(8) | byte
    return out
