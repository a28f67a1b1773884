"""Stretches against regular expressions over whole texts, and time against hostile ones."""

import re
import time

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels.arrow import utf8
from tilth.kernels.identifiers import ADDRESS, BLOCK, NUMBER, TOKEN, stretches

PIECES = st.sampled_from([*"aZ09 -./:_é\n", "1234", "AB12", " 56 78", "00:1b:", "::1", "-----BEGIN", "0123456789abcdef", "x" * 17,
"X" * 33])
NUMBERS = re.compile(rb"[ .\-/]?(?:[0-9A-Z]+[ .\-/])*[0-9A-Z]+[ .\-/]?")
TOKENS = re.compile(rb"[A-Za-z0-9_\-+/=.]+")


def found(texts: list[str]) -> list[tuple[int, int, bytes]]:
    offsets, data = utf8(pa.array(["pad", *texts], pa.large_string()).slice(1))
    return [(row, kind, data[start:stop].tobytes()) for row, start, stop, kind in stretches(offsets, data).tolist()]


@given(st.lists(PIECES, max_size=14).map("".join))
def test_numbers_and_tokens_are_those_of_a_plain_search(text: str) -> None:
    whole = text.encode()
    numbers = [part for _, kind, part in found([text]) if kind == NUMBER]
    assert all(len(re.findall(rb"[0-9]", part)) >= 6 for part in numbers)
    for match in re.finditer(rb"[0-9A-Z]+(?:[ .\-/][0-9A-Z]+)*", whole):  # the core of a stretch, without the joints at its ends
        if len(re.findall(rb"[0-9]", match[0])) >= 6:
            assert any(match[0] in part for part in numbers), match[0]
    tokens = [part for _, kind, part in found([text]) if kind == TOKEN]
    assert tokens == [part for part in TOKENS.findall(whole) if len(part) >= 32 or (len(part) >= 16 and re.search(rb"[0-9]", part))]


@given(st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=5))
def test_rows_do_not_see_each_other(texts: list[str]) -> None:
    together = found(texts)
    alone = [(row, kind, part) for row, text in enumerate(texts) for _, kind, part in found([text])]
    assert together == alone


def test_addresses_and_blocks() -> None:
    text = "at 00:1b:44:11:3a:b7, not 10:20; key=-----BEGIN RSA PRIVATE KEY-----\nMII"
    kinds = {kind: part for _, kind, part in found([text])}
    assert kinds[ADDRESS] == b"00:1b:44:11:3a:b7"
    assert kinds[BLOCK] == b"-----BEGIN"


@pytest.mark.parametrize("piece", ["1", "A1 ", "1:", "a1=", "a:", "-", "1234567 ", "é1", "::", "-----BEGIN "])
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    found(["warm 1234567"])
    start = time.process_time()
    found([piece * 1_000_000])
    assert time.process_time() - start < 20
