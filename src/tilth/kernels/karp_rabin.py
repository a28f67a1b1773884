"""Hashes of any window of a sequence from those of its prefixes: polynomials modulo 2**61 - 1 (Karp and Rabin, 1987).

Two different windows of n units have one value for at most n of the 2**61 bases.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tilth.kernels.jit import kernel

PRIME = np.uint64((1 << 61) - 1)
BASE = np.uint64(0x0DA3B195E6F41C87)
CHECK_BASE = np.uint64(0x15C4E88D2B7A6F03)
ZERO = np.uint64(0)


@intrinsic
def times(typingctx: Any, a: Any, b: Any) -> Any:
    """Return a * b modulo 2**61 - 1 for two numbers of at most 61 bits."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide, word = cgutils.ir.IntType(128), cgutils.ir.IntType(64)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        prime = cgutils.ir.Constant(word, int(PRIME))
        low = builder.and_(builder.trunc(product, word), prime)
        total = builder.add(low, builder.trunc(builder.lshr(product, cgutils.ir.Constant(wide, 61)), word))
        return builder.select(builder.icmp_unsigned(">=", total, prime), builder.sub(total, prime), total)

    return types.uint64(types.uint64, types.uint64), emit


@kernel(allocates=False, inline=True)
def plus(a: np.uint64, b: np.uint64) -> np.uint64:
    total = a + b
    return total - PRIME if total >= PRIME else total


@kernel(allocates=False)
def sum_up(values: np.ndarray, count: int) -> None:
    """Turn the units values[1 : count + 1] into the hashes of all prefixes, in place."""
    values[0] = ZERO
    for i in range(1, count + 1):
        values[i] = plus(times(values[i - 1], BASE), values[i])


@kernel(allocates=False)
def sum_up_twice(values: np.ndarray, count: int, checks: np.ndarray) -> None:
    """Turn the units into the hashes of all prefixes by both bases, one of them in place: neither waits for the other."""
    total, check = ZERO, ZERO
    values[0] = checks[0] = ZERO
    for i in range(1, count + 1):
        value = values[i]
        total = plus(times(total, BASE), value)
        check = plus(times(check, CHECK_BASE), value)
        values[i], checks[i] = total, check


@kernel(allocates=False, inline=True)
def window(sums: np.ndarray, start: int, end: int, power: np.uint64) -> np.uint64:
    """Return the hash of the units from `start` to `end`; `power` is the base to the power of how many they are."""
    return plus(sums[end], PRIME - times(sums[start], power))


@kernel(allocates=False, inline=True)
def unit_at(sums: np.ndarray, at: int) -> np.uint64:
    return plus(sums[at + 1], PRIME - times(sums[at], BASE))


@kernel
def powers(base: np.uint64, most: int) -> np.ndarray:
    """Return base**0 to base**most, uint64[most + 1]."""
    found = np.ones(most + 1, np.uint64)
    for i in range(most):
        found[i + 1] = times(found[i], base)
    return found
