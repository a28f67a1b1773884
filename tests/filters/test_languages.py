"""Texts in several languages: shares that are what was put together."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.filters.languages import Languages
from tilth.testing import check

SENTENCES = {
    "en": "The field lies between the river and the old mill.", "de": "Das Feld liegt zwischen dem Fluss und der alten Mühle.",
    "ru": "Поле лежит между рекой и старой мельницей.", "zh": "田地在河流和老磨坊之间，那里的人每天都去工作。",
    "el": "Το χωράφι βρίσκεται ανάμεσα στο ποτάμι.",
}  # fmt: skip


def measured(texts: list[Any], step: Languages | None = None) -> list[dict[str, Any]]:
    return (step or Languages()).apply(pa.record_batch({"text": pa.array(texts, pa.large_string())})).to_pylist()


def size(text: str) -> int:
    return sum(ord(char) > 32 for char in text)


@pytest.mark.parametrize("model", ["tilth", "lid.176", "both"])
@pytest.mark.parametrize(("a", "b"), [("en", "de"), ("ru", "en"), ("zh", "en"), ("el", "ru")])
def test_two_languages_and_their_shares(a: str, b: str, model: str) -> None:
    done = measured([f"{SENTENCES[a]} {SENTENCES[a]}\n{SENTENCES[b]}"], Languages(model))[0]
    first, second = 2 * size(SENTENCES[a]), size(SENTENCES[b])
    assert (done["lang_1"], done["lang_2"]) == (a, b)
    p = done["lang_2_share"]
    assert done["lang_1_share"] == pytest.approx(first / (first + second)) == 1 - p
    assert done["lang_entropy"] == pytest.approx(-p * math.log2(p) - (1 - p) * math.log2(1 - p))


def test_one_language() -> None:
    done = measured([SENTENCES["en"] * 3])[0]
    assert (done["lang_1"], done["lang_2"], done["lang_1_share"], done["lang_2_share"]) == ("en", None, 1.0, 0.0)
    assert done["lang_entropy"] == 0.0 and done["lang_told"] == 1.0


def test_what_cannot_be_told() -> None:
    nothing = {"lang_1": None, "lang_1_share": None, "lang_2": None, "lang_2_share": None, "lang_entropy": None}
    for text in (None, "", "  \n"):
        assert measured([text])[0] == {"text": text, **nothing, "lang_told": None}
    done = measured(["0123 4567 89 " * 20], Languages(sure=1.0))[0]
    assert done["lang_1"] is None and done["lang_told"] == 0.0


@given(st.lists(st.sampled_from([*SENTENCES.values(), "", "👩‍👩‍👧", "x" * 900, "1 2 3", "\u202e."]), max_size=6).map(" ".join))
def test_shares_add_up(text: str) -> None:
    done = measured([text])[0]
    if done["lang_told"]:
        assert 0 <= done["lang_2_share"] <= done["lang_1_share"] <= 1 and done["lang_told"] <= 1
        assert done["lang_1_share"] + done["lang_2_share"] <= 1 + 1e-9 and done["lang_entropy"] >= 0


def test_ten_megabytes_of_one_line() -> None:
    done = measured([SENTENCES["en"] * 190_000, "y" * 10_000_000, "a"])
    assert done[0]["lang_1"] == "en" and done[0]["lang_1_share"] > 0.99


def test_settings_without_sense_are_refused() -> None:
    for fields in ({"least": 0}, {"least": 500}, {"sure": 1.5}):
        with pytest.raises(RecipeError, match="cannot be cut"):
            Languages(**fields)


def test_laws() -> None:
    check(Languages(least=5))
