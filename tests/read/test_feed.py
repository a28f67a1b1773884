"""The bytes of gzip members with their places: all good ones, then what is wrong and where."""

from __future__ import annotations

import gzip
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.read.feed import Damaged, Feed, inflated, plain

MEMBERS = [random.Random(i).randbytes(i * 9000) + b"end" for i in range(5)]
PACKED = [gzip.compress(member) for member in MEMBERS]


def until_damage(raw: bytes, start: int = 0) -> tuple[dict[int, bytes], Damaged | None]:
    found: dict[int, bytes] = {}
    try:
        for place, piece in inflated(io.BytesIO(raw), start, len(raw)):
            found[place] = found.get(place, b"") + piece
    except Damaged as damage:
        return found, damage
    return found, None


def starts() -> list[int]:
    return [sum(map(len, PACKED[:i])) for i in range(len(PACKED))]


def test_each_byte_knows_its_member() -> None:
    assert until_damage(b"".join(PACKED)) == (dict(zip(starts(), MEMBERS, strict=True)), None)
    assert until_damage(b"".join(PACKED), starts()[2])[0] == dict(zip(starts()[2:], MEMBERS[2:], strict=True))


def test_zeros_between_members_are_padding() -> None:
    assert list(until_damage(PACKED[0] + bytes(40_000) + PACKED[1] + bytes(9))[0].values()) == MEMBERS[:2]


@given(st.integers(0, sum(map(len, PACKED)) - 1))
def test_all_bytes_before_a_cut_come(at: int) -> None:
    found, damage = until_damage(b"".join(PACKED)[:at])
    assert b"".join(MEMBERS).startswith(b"".join(found.values()))
    assert (damage is None) == (at in starts())
    if damage:
        assert damage.place == max(start for start in starts() if start < at)
        assert f"(at byte {damage.place})" in str(damage)


def test_all_bytes_before_garbage_come() -> None:
    found, damage = until_damage(PACKED[3][:-8] + b"garbage!" + PACKED[1])
    assert found == {0: MEMBERS[3]}
    assert damage and damage.place == 0


def test_taking() -> None:
    feed = Feed(plain(io.BytesIO(b"..\r\n\nWARC/1.0\r\na: b\r\n\r\n12345"), 2, 29))
    assert feed.skip_blank() == 5
    assert feed.head(5) == b"WARC/1.0\r\na: b\r\n\r\n"
    assert feed.take(2, keep=True) == b"12"
    assert not feed.ended()
    assert feed.take(2, keep=False) == b""
    assert feed.take(1, keep=True) == b"5"
    assert feed.ended()
    assert feed.skip_blank() is None
    assert feed.take(1, keep=True) is None


@pytest.mark.parametrize(("data", "why"), [
    (b"<html>" * 9, "begins with b'<html>"), (b"WARC/1.0\r\na", "without an end"), (b"WA", "begins with b'WA'"),
])
def test_what_is_no_head(data: bytes, why: str) -> None:
    with pytest.raises(Damaged, match=why):
        Feed(plain(io.BytesIO(data), 0, len(data))).head(0)
