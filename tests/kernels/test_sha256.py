"""SHA-256 as hashlib has it, at every length around a block's end."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tilth.kernels.sha256 import modulo, sha256


@pytest.mark.parametrize("size", [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000])
def test_digests_are_those_of_hashlib(size: int) -> None:
    data = np.random.default_rng(size).integers(0, 256, size + 2).astype(np.uint8)
    state = np.zeros(8, np.uint32)
    sha256(data, 1, 1 + size, state, np.zeros(64, np.uint32))
    wanted = hashlib.sha256(data[1 : 1 + size].tobytes())
    assert state.astype(">u4").tobytes() == wanted.digest()
    for divisor in (2, 10_000, (1 << 31) - 1):
        assert modulo(state, divisor) == int(wanted.hexdigest(), 16) % divisor
