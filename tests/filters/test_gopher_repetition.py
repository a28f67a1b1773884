"""Gopher's repetition rules on texts whose figures can be counted by hand."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import filters

PHRASE = " ".join(f"p{i}xyz" for i in range(10))


def measure(text: str) -> dict[str, float]:
    return filters.GopherRepetition().apply(pa.record_batch({"text": [text]})).to_pylist()[0]


def first_reason(text: str) -> str | None:
    batch = pa.record_batch({"text": [text]})
    for step in filters.gopher_repetition():
        batch = step.apply(batch)
    return batch["drop"][0].as_py()


def test_figures_counted_by_hand() -> None:
    text = "one two\n\none two\nthree"
    row = measure(text)
    assert row["gopher_chars"] == len(text) == 22
    assert row["gopher_dup_line_frac"] == 1 / 3
    assert row["gopher_dup_line_char_frac"] == 7 / 22
    assert row["gopher_dup_para_frac"] == 0  # "one two" is not "one two\nthree"
    assert row["gopher_top_2_gram_char_frac"] == 2 * 7 / 22
    assert row["gopher_top_3_gram_char_frac"] == len("one two one") / 22  # none repeats, so the first one counts
    assert row["gopher_dup_5_gram_char_frac"] == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("a b\n\nc d\n\na b\n\na b", "dup_para_frac"),
        ("This paragraph is rather long.\n\na\n\nb\n\nc\n\nThis paragraph is rather long.", "dup_para_char_frac"),
        ("x\ny z\ny z\nother words here\ny z", "dup_line_frac"),
        ("a line that is long\nb\nc\nd\ne\na line that is long", "dup_line_char_frac"),
        ("one two", "top_2_gram"),
        (" ".join(f"w{i:03}" for i in range(40)), None),
        (" ".join([PHRASE, *(f"w{i:03}" for i in range(40)), PHRASE]), "duplicated_5_n_grams"),
    ],
)
def test_first_reason(text: str, reason: str | None) -> None:
    assert first_reason(text) == reason


def test_thresholds_reach_their_rules() -> None:
    steps = filters.gopher_repetition(dup_line_frac=None, top_n_grams=((3, 0.5),), dup_n_grams=())
    assert [step.reason for step in steps[1:]] == ["empty", "dup_para_frac", "dup_para_char_frac", "dup_line_char_frac", "top_3_gram"]
    assert steps[-1].rule == "gopher_top_3_gram_char_frac <= 0.5"
