"""Gopher's quality rules on texts whose figures can be counted by hand."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import filters

GOOD = "the quick fox ran to the end of that road and " * 6


def measure(text: str, **options: object) -> dict[str, float]:
    return filters.GopherQuality(**options).apply(pa.record_batch({"text": [text]})).to_pylist()[0]  # type: ignore[arg-type]


def first_reason(text: str) -> str | None:
    batch = pa.record_batch({"text": [text]})
    for step in filters.gopher_quality():
        batch = step.apply(batch)
    return batch["drop"][0].as_py()


def test_figures_counted_by_hand() -> None:
    row = measure("- Don't stop...\n# 2 be\n• of and")
    words = ["-", "Do", "n't", "stop", "...", "#", "2", "be", "•", "of", "and"]  # a bullet is no mark to datatrove
    assert row["gopher_words"] == len(words) - 3
    assert row["gopher_mean_word_length"] == sum(map(len, words[1:4] + words[6:])) / 8
    assert row["gopher_hash_ratio"] == row["gopher_ellipsis_ratio"] == 1 / 11
    assert row["gopher_bullet_line_ratio"] == 2 / 3
    assert row["gopher_ellipsis_line_ratio"] == 1 / 3
    assert row["gopher_alpha_word_ratio"] == 6 / 11
    assert row["gopher_stop_words"] == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD, None),
        ("the end of the road", "gopher_short_doc"),
        ("a b " * 60, "gopher_below_avg_threshold"),
        ("internationalization " * 60, "gopher_above_avg_threshold"),
        (GOOD + "# " * 20, "gopher_too_many_hashes"),
        (GOOD + "... " * 20, "gopher_too_many_ellipsis"),
        ("\n".join("- " + word for word in (GOOD + GOOD).split()), "gopher_too_many_bullets"),
        ("\n".join(["the road to the end of that quick fox and so on and on and on and ..."] * 2 + [GOOD]), "gopher_too_many_end_ellipsis"),
        (GOOD + "12345 " * 40, "gopher_below_alpha_threshold"),
        ("fox ran quick road " * 20, "gopher_enough_stop_words"),
    ],
)
def test_first_reason(text: str, reason: str | None) -> None:
    assert first_reason(text) == reason


def test_stop_words_are_case_sensitive_distinct_and_may_be_ones_own() -> None:
    assert measure("The the THE the of")["gopher_stop_words"] == 2
    assert measure("der die das Haus", stop_words=("der", "die", "das"))["gopher_stop_words"] == 3
    assert measure("the of", stop_words=())["gopher_stop_words"] == 0


def test_no_words_no_ratios() -> None:
    row = measure("")
    assert (row["gopher_words"], row["gopher_mean_word_length"], row["gopher_hash_ratio"]) == (0, None, None)
