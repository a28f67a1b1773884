"""Cutting as GPT-3's appendix says it: 200 characters around, pieces of 200, ten at most."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth.decontaminate import NGrams, Remove
from tilth.errors import RecipeError
from tilth.testing import check, examples

ITEM = "what is the sum of nine and ten"


def after(items, texts, text: str, **fields):  # type: ignore[no-untyped-def]
    fold = NGrams(n=5, report=False)
    look, _ = fold.finish(fold.observe(items([ITEM])))
    out = Remove(**fields).apply(look.apply(texts([text, "untouched"])))
    assert out["text"][1].as_py() == "untouched"
    return out["text"][0].as_py(), out["drop"][0].as_py()


def test_what_is_near_goes_and_pieces_stay(items, texts) -> None:
    text = "é" * 500 + " " + ITEM + " " + "b" * 300
    assert after(items, texts, text) == ("é" * 301, None)  # of the 300 behind it 101 characters are left: too short a piece
    assert after(items, texts, text, around=0, least=1) == ("é" * 500 + " \n\n " + "b" * 300, None)


def test_of_many_pieces_or_none_nothing_stays(items, texts) -> None:
    pieces = (" " + ITEM + " ").join(["x" * 700] * 11)
    assert after(items, texts, pieces)[1] == "contaminated by exam"
    assert after(items, texts, pieces, pieces=11)[1] is None
    assert after(items, texts, "a" * 150 + ITEM)[1] == "contaminated by exam"


def test_other_actions(items, texts) -> None:
    assert after(items, texts, ITEM, action="drop")[1] == "contaminated by exam"
    assert after(items, texts, ITEM, action="mark") == (ITEM, None)
    assert after(items, texts, "the sum of nine and", action="drop", share=0.7) == ("the sum of nine and", None)


def test_a_hit_without_a_place_drops(items, texts) -> None:
    fold = NGrams("datatrove", n=5, part="all", action="cut", report=False)
    look, remove = fold.finish(fold.observe(items([ITEM])))
    assert remove.apply(look.apply(texts(["pad " * 500 + ITEM])))["drop"].to_pylist() == ["contaminated by exam"]


def test_laws(items) -> None:
    fold = NGrams(n=3, report=False)
    look, _ = fold.finish(fold.observe(items(examples()["text"].to_pylist()[:9])))
    rows = pa.Table.from_batches([look.apply(batch) for batch in examples().to_batches()])
    for action in ("cut", "drop", "mark"):
        check(Remove(action, least=3, around=2), rows)


def test_what_cannot_be() -> None:
    with pytest.raises(RecipeError, match="action"):
        Remove("burn")
