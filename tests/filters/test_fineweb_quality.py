"""FineWeb's own rules on texts whose figures can be counted by hand."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import filters

LONG = "This line is long enough not to count as short, and it ends well."


def first_reason(text: str, **options: object) -> str | None:
    batch = pa.record_batch({"text": [text]})
    for step in filters.fineweb_quality(**options):  # type: ignore[arg-type]
        batch = step.apply(batch)
    return batch["drop"][0].as_py()


def test_figures_counted_by_hand() -> None:
    text = "short one\n\nshort one\n" + LONG + "\n \n"
    row = filters.FineWebQuality().apply(pa.record_batch({"text": [text]})).to_pylist()[0]
    assert row["fineweb_lines"] == 3
    assert row["fineweb_line_punct_ratio"] == 1 / 3
    assert row["fineweb_short_line_ratio"] == 2 / 3
    assert row["fineweb_char_dup_ratio"] == 9 / (9 + 9 + len(LONG) + 1)
    assert row["fineweb_list_ratio"] == 5 / 20  # full stops and commas are words to datatrove


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"), (" \n\u3000\n", "empty"), (LONG, None),
        ("No line of this text ends in a mark that ends a sentence", "line_punct_ratio"),
        ("Short.\nShorter.\nTiny.", "short_line_ratio"), (f"{LONG}\n{LONG}", "char_dup_ratio"), (LONG + "\n" * 10, "list_ratio"),
        ("这一行足够长，所以不算短行，而且它以句号结尾，一共有三十多个字符呢呢呢。", None),
    ],
)
def test_first_reason(text: str, reason: str | None) -> None:
    assert first_reason(text) == reason


def test_texts_without_a_single_mark_may_be_spared() -> None:
    text = "No line of this text ends in a mark that ends a sentence"
    assert first_reason(text, line_punct_exclude_zero=True) is None


def test_what_is_short_may_be_set() -> None:
    assert first_reason(f"{LONG}\nAlso good, if not so very long.", short_line_length=70) == "short_line_ratio"
