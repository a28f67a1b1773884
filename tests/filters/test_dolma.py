"""The composites that decide as dolma's released configurations do."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import filters
from tilth.errors import RecipeError

GOOD = """The river runs past the old mill, and in winter nobody crosses it before the ice is thick.
Children of the town have a song about that; their teachers sing another with them.
When spring comes, boats carry corn to the city, where it is weighed and sold by noon.
Some people say the water was higher once, though no map that I have seen shows it.
My uncle kept sheep on the far bank until his knees would no longer bear the climb.
Now there is a bridge, with lamps on it, to be seen from every window in our street."""


def reason(text: str | None, variant: str = "dolma") -> str | None:
    batch = pa.record_batch({"text": pa.array([text], pa.large_string())})
    for step in filters.dolma(variant):
        batch = step.apply(batch)
    return batch["drop"][0].as_py()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD, None),
        ("too short", "word_count_low"),
        ("to " * 60, "median_word_length_low"),
        ("the and " + "extraordinary " * 60, "median_word_length_high"),
        (GOOD + " #" * 30, "symbol_to_word_ratio"),
        (GOOD + " 123" * 60, "fraction_of_words_with_alpha_character"),
        ("river stone " * 40, "required_word_count"),
        ("* " + GOOD.replace("\n", "\n* "), "fraction_of_lines_starting_with_bullet_point"),
        (GOOD.replace("\n", "…\n"), "fraction_of_lines_ending_with_ellipsis"),
        (GOOD + "\n" + GOOD, "fraction_of_duplicate_lines"),
        (GOOD + "\n" + GOOD.replace("\n", " "), "fraction_of_characters_in_duplicate_5grams"),
    ],
)
def test_first_reason(text: str, why: str | None) -> None:
    assert reason(text) == why


def test_blank_lines_repeat_each_other_only_in_the_first_version() -> None:
    spaced = GOOD.replace("\n", "\n\n")
    assert reason(spaced) == "fraction_of_duplicate_lines"
    assert reason(spaced, "dolma_v2") is None


def test_its_limits_serve_the_general_composites_too() -> None:
    assert filters.gopher_quality("dolma")[1:] == filters.dolma()[2:11]
    assert filters.gopher_repetition("dolma", dup_line_char_frac=0.3, top_n_grams=())[1:] == filters.dolma()[11:]


def test_an_unknown_variant_is_refused_by_name() -> None:
    with pytest.raises(RecipeError, match="'dolma_v2'"):
        filters.gopher_quality("gopher_v1")
    with pytest.raises(RecipeError, match="'paper'"):
        filters.c4("original")
