import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.arrow import utf8
from tilth.kernels.hash import mix64, xxh64_each

BITS = 2**64 - 1


def hashed(texts: list[bytes], seed: int = 0) -> list[int]:
    return xxh64_each(*utf8(pa.array(texts, pa.large_binary())), np.uint64(seed)).tolist()


@pytest.mark.parametrize(
    ("text", "seed", "expected"),
    [  # what the xxhash library (0.8) returns
        (b"", 0, 17241709254077376921), (b"a", 0, 15154266338359012955), (b"abc", 0, 4952883123889572249),
        (b"abcd", 0, 15997673941747208908), (b"12345678", 0, 15190693258008001866), (b"x" * 31, 0, 6979749295578388976),
        (b"y" * 32, 0, 7267155159012462182), (b"", 12345, 10761433736200290445), (b"y" * 32, 12345, 13957916913755818190),
    ],
)  # fmt: skip
def test_known_hashes(text, seed, expected):
    assert hashed([text], seed) == [expected]


def turn(x, bits):
    return (x << bits | x >> (64 - bits)) & BITS


def twin(data: bytes, seed: int) -> int:
    p1, p2, p3, p4, p5 = 11400714785074694791, 14029467366897019727, 1609587929392839161, 9650029242287828579, 2870177450012600261

    def absorb(lane, word):
        return turn((lane + word * p2) & BITS, 31) * p1 & BITS

    size, h = len(data), (seed + p5) & BITS
    if size >= 32:
        lanes = [(seed + p1 + p2) & BITS, (seed + p2) & BITS, seed, (seed - p1) & BITS]
        while len(data) >= 32:
            lanes = [absorb(lane, int.from_bytes(data[8 * i : 8 * i + 8], "little")) for i, lane in enumerate(lanes)]
            data = data[32:]
        h = sum(turn(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True)) & BITS
        for lane in lanes:
            h = ((h ^ absorb(0, lane)) * p1 + p4) & BITS
    h = (h + size) & BITS
    while len(data) >= 8:
        h = (turn(h ^ absorb(0, int.from_bytes(data[:8], "little")), 27) * p1 + p4) & BITS
        data = data[8:]
    if len(data) >= 4:
        h = (turn(h ^ int.from_bytes(data[:4], "little") * p1 & BITS, 23) * p2 + p3) & BITS
        data = data[4:]
    for byte in data:
        h = turn(h ^ byte * p5 & BITS, 11) * p1 & BITS
    h = (h ^ h >> 33) * p2 & BITS
    h = (h ^ h >> 29) * p3 & BITS
    return h ^ h >> 32


@given(st.lists(st.binary(max_size=200), max_size=5), st.integers(0, BITS))
def test_equals_its_twin(texts, seed):
    assert hashed(texts, seed) == [twin(text, seed) for text in texts]


def test_mix64_is_splitmix64():
    state, outputs = 0, []
    for _ in range(3):  # the reference generator's first outputs from seed 0
        state = (state + 0x9E3779B97F4A7C15) & BITS
        outputs.append(int(mix64(np.uint64(state))))
    assert outputs == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
