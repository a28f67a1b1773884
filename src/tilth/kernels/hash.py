"""64-bit hashes of texts: XXH64, and the mixer that spreads numbers."""

from __future__ import annotations

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel

TOP_BIT = np.uint64(1 << 63)  # set in a key that is a hash, clear in one that is an address

_P1 = np.uint64(0x9E3779B185EBCA87)
_P2 = np.uint64(0xC2B2AE3D27D4EB4F)
_P3 = np.uint64(0x165667B19E3779F9)
_P4 = np.uint64(0x85EBCA77C2B2AE63)
_P5 = np.uint64(0x27D4EB2F165667C5)


@intrinsic
def load64(typing, data, at):  # type: ignore[no-untyped-def]
    """The little-endian uint64 at `data[at : at + 8]`, unaligned and unchecked: a slice and a view cost a hundred times as much."""

    def emit(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(array.data, [arguments[1]])
        word = builder.load(builder.bitcast(place, cgutils.ir.IntType(64).as_pointer()))
        word.align = 1
        return word

    return types.uint64(data, types.intp), emit


@kernel(allocates=False, inline=True)
def _turn(x: np.uint64, bits: int) -> np.uint64:
    return (x << np.uint64(bits)) | (x >> np.uint64(64 - bits))


@kernel(allocates=False, inline=True)
def _round(lane: np.uint64, word: np.uint64) -> np.uint64:
    return _turn(lane + word * _P2, 31) * _P1


@kernel(allocates=False)
def xxh64(data: Bytes, start: int, end: int, seed: np.uint64) -> np.uint64:
    """Return XXH64 of `data[start:end]`, as the xxHash specification of Yann Collet has it (0.1.1, "XXH64 Algorithm Description")."""
    at = start
    if end - start >= 32:
        a, b, c, d = seed + _P1 + _P2, seed + _P2, seed, seed - _P1
        while at <= end - 32:
            a = _round(a, load64(data, at))
            b = _round(b, load64(data, at + 8))
            c = _round(c, load64(data, at + 16))
            d = _round(d, load64(data, at + 24))
            at += 32
        h: np.uint64 = _turn(a, 1) + _turn(b, 7) + _turn(c, 12) + _turn(d, 18)
        for lane in (a, b, c, d):
            h = (h ^ _round(np.uint64(0), lane)) * _P1 + _P4
    else:
        h = seed + _P5
    h += np.uint64(end - start)
    while at <= end - 8:
        h = _turn(h ^ _round(np.uint64(0), load64(data, at)), 27) * _P1 + _P4
        at += 8
    if at <= end - 4:
        half = np.uint64(data[at]) | np.uint64(data[at + 1]) << np.uint64(8)
        half |= np.uint64(data[at + 2]) << np.uint64(16) | np.uint64(data[at + 3]) << np.uint64(24)
        h = _turn(h ^ half * _P1, 23) * _P2 + _P3
        at += 4
    while at < end:
        h = _turn(h ^ np.uint64(data[at]) * _P5, 11) * _P1
        at += 1
    h = (h ^ (h >> np.uint64(33))) * _P2
    h = (h ^ (h >> np.uint64(29))) * _P3
    return h ^ (h >> np.uint64(32))


@kernel
def xxh64_each(offsets: Offsets, data: Bytes, seed: np.uint64) -> np.ndarray:
    """Return XXH64 of every text, uint64[n]."""
    out = np.empty(len(offsets) - 1, np.uint64)
    for i in range(len(out)):
        out[i] = xxh64(data, offsets[i], offsets[i + 1], seed)
    return out


@kernel(allocates=False, inline=True)
def mix64(x: np.uint64) -> np.uint64:
    """Return `x` with every bit spread over all 64, one to one: the finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
