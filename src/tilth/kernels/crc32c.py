"""CRC-32C (Castagnoli; RFC 3720, appendix B.4) of slices of bytes, eight bytes a step (Intel's slicing-by-8)."""

from __future__ import annotations

import numpy as np

from tilth.kernels.arrow import Bytes, Offsets
from tilth.kernels.jit import kernel

_POLYNOMIAL = 0x82F63B78  # reflected


def _tables() -> np.ndarray:
    table = np.zeros((8, 256), np.uint32)
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table[0, byte] = value
    for level in range(1, 8):
        table[level] = table[0][table[level - 1] & 0xFF] ^ (table[level - 1] >> np.uint32(8))
    return table


_TABLES = _tables()


@kernel
def crc32c(offsets: Offsets, data: Bytes) -> np.ndarray:
    """Return uint32[n]: the checksum of each slice."""
    found = np.zeros(len(offsets) - 1, np.uint32)
    for row in range(len(found)):
        found[row] = _checksum(data, offsets[row], offsets[row + 1])
    return found


@kernel(allocates=False)
def _checksum(data: Bytes, start: int, end: int) -> np.uint32:
    value = np.uint32(0xFFFFFFFF)
    at = start
    while at + 8 <= end:
        value ^= np.uint32(data[at]) | np.uint32(data[at + 1]) << np.uint32(8) | np.uint32(data[at + 2]) << np.uint32(16) | np.uint32(
            data[at + 3]
        ) << np.uint32(24)
        value = (
            _TABLES[7, value & np.uint32(0xFF)] ^ _TABLES[6, (value >> np.uint32(8)) & np.uint32(0xFF)]
            ^ _TABLES[5, (value >> np.uint32(16)) & np.uint32(0xFF)] ^ _TABLES[4, value >> np.uint32(24)]
            ^ _TABLES[3, data[at + 4]] ^ _TABLES[2, data[at + 5]] ^ _TABLES[1, data[at + 6]] ^ _TABLES[0, data[at + 7]]
        )
        at += 8
    while at < end:
        value = _TABLES[0, (value ^ np.uint32(data[at])) & np.uint32(0xFF)] ^ (value >> np.uint32(8))
        at += 1
    return np.uint32(value ^ np.uint32(0xFFFFFFFF))
