"""Windows may be too many, never too few: every match of a whole text lies within one, with its neighbours in sight."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.clean.pii import emails_in, phones_in, public_ips_in
from tilth.kernels.arrow import utf8
from tilth.kernels.pii import windows

PIECES = st.sampled_from(["a@b.org", "8.8.8.8", "+49 30 1234567", "202-456-1111", "01 42 68 53 00", "19", *" é.(@-\n漢x/\0[]:+"])


def window_texts(texts: list[str]) -> list[tuple[int, str]]:
    offsets, data = utf8(pa.array(["pad", *texts], pa.large_string()).slice(1))
    return [(row, data[start:end].tobytes().decode()) for row, start, end in windows(offsets, data).tolist()]


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=16).map("".join))
def test_every_match_is_in_a_window_and_is_one_there_too(text: str) -> None:
    within = [part for _, part in window_texts([text])]
    for find in (emails_in, public_ips_in, phones_in):
        whole = [text[start:end] for start, end in find(text)]
        assert whole == [part[start:end] for part in within for start, end in find(part)]


@given(st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=5))
def test_windows_stay_within_their_row_in_order_and_apart(texts: list[str]) -> None:
    offsets, data = utf8(pa.array(texts, pa.large_string()))
    last = 0
    for row, start, end in windows(offsets, data).tolist():
        assert offsets[row] <= start < end <= offsets[row + 1]
        assert start >= last
        last = end


def test_what_cannot_match_has_no_window() -> None:
    texts = ["", "@media print", "user @ home", "in 1999, 2000 and 2001", "v1.2.3", "12345678", "a@", "@b", "123456789012345"]
    assert window_texts(texts) == []


def test_a_window_has_a_character_of_context_on_either_side() -> None:
    assert window_texts(["漢a@b.orgé!", "a@b.org"]) == [(0, "漢a@b.orgé"), (1, "a@b.org")]
