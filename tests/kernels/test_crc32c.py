"""CRC-32C: the published check values, and any slices agree with a bit-by-bit reckoning."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.crc32c import crc32c


def of(*parts: bytes) -> list[int]:
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return crc32c(offsets, np.frombuffer(b"".join(parts), np.uint8)).tolist()


def slow(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def test_check_values_of_rfc_3720() -> None:
    assert of(b"123456789", bytes(32), b"\xff" * 32, bytes(range(32))) == [0xE3069283, 0x8A9136AA, 0x62A8AB43, 0x46DD794E]
    assert of() == []


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_slices_are_reckoned_apart(parts: list[bytes]) -> None:
    assert of(*parts) == [slow(part) for part in parts]
