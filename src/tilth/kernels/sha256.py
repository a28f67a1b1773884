"""SHA-256 of slices of text (FIPS 180-4), for tools whose buckets are made of it."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes
from tilth.kernels.jit import kernel


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def _root_bits(number: int, degree: int) -> int:
    """Return the first 32 bits behind the point of a root, in whole numbers."""
    wanted, low, high = number << 32 * degree, 0, number << 32
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= wanted else (low, middle - 1)
    return low & 0xFFFFFFFF


_START = np.array([_root_bits(prime, 2) for prime in _primes(8)], np.uint32)
_ROUND = np.array([_root_bits(prime, 3) for prime in _primes(64)], np.uint32)


@kernel(allocates=False, inline=True)
def _turn(x: np.uint32, bits: int) -> np.uint32:
    return np.uint32(np.uint32(x >> np.uint32(bits)) | np.uint32(x << np.uint32(32 - bits)))


@kernel(allocates=False)
def _block(state: np.ndarray, words: np.ndarray) -> None:
    """Take a block, the first 16 of 64 words (uint32), into the state."""
    for i in range(16, 64):
        x, y = words[i - 15], words[i - 2]
        low = _turn(x, 7) ^ _turn(x, 18) ^ np.uint32(x >> np.uint32(3))
        high = _turn(y, 17) ^ _turn(y, 19) ^ np.uint32(y >> np.uint32(10))
        words[i] = np.uint32(np.uint32(words[i - 16] + low) + np.uint32(words[i - 7] + high))
    a, b, c, d = state[0], state[1], state[2], state[3]
    e, f, g, h = state[4], state[5], state[6], state[7]
    for i in range(64):
        big = _turn(e, 6) ^ _turn(e, 11) ^ _turn(e, 25)
        first = np.uint32(np.uint32(h + big) + np.uint32(((e & f) ^ (~e & g)) + np.uint32(_ROUND[i] + words[i])))
        small = _turn(a, 2) ^ _turn(a, 13) ^ _turn(a, 22)
        second = np.uint32(small + ((a & b) ^ (a & c) ^ (b & c)))
        h, g, f, e, d, c, b, a = g, f, e, np.uint32(d + first), c, b, a, np.uint32(first + second)
    state[0] = np.uint32(state[0] + a)
    state[1] = np.uint32(state[1] + b)
    state[2] = np.uint32(state[2] + c)
    state[3] = np.uint32(state[3] + d)
    state[4] = np.uint32(state[4] + e)
    state[5] = np.uint32(state[5] + f)
    state[6] = np.uint32(state[6] + g)
    state[7] = np.uint32(state[7] + h)


@kernel(allocates=False)
def sha256(data: Bytes, start: int, end: int, state: np.ndarray, words: np.ndarray) -> None:
    """Fill `state` (uint32[8]) with the SHA-256 of data[start:end], big-endian; `words` (uint32[64]) is scratch."""
    for i in range(8):
        state[i] = _START[i]
    size = end - start
    for block in range((size + 8) // 64 + 1):
        for i in range(16):
            word = np.uint32(0)
            for k in range(4):
                at = block * 64 + 4 * i + k
                byte = data[start + at] if at < size else np.uint8(0x80 if at == size else 0)
                word = np.uint32(np.uint32(word << np.uint32(8)) | np.uint32(byte))
            words[i] = word
        if block == (size + 8) // 64:
            words[14], words[15] = np.uint32((size * 8) >> 32), np.uint32((size * 8) & 0xFFFFFFFF)
        _block(state, words)


@kernel(allocates=False)
def modulo(state: np.ndarray, divisor: int) -> int:
    """Return a digest, taken as a whole number, modulo `divisor` (below 2**31)."""
    rest = np.int64(0)
    for i in range(8):
        rest = ((rest << 32) | np.int64(state[i])) % divisor
    return rest
