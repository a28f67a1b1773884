"""A query as it is written: every step where it stands, by whom it says."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import semantic
from tilth.errors import RecipeError
from tilth.llm.simulate import Gold, Model

TEXTS = [f"page {n}" for n in range(200)]
EVEN = Gold("Is it even?", "filter", {text: int(text.split()[1]) % 2 == 0 for text in TEXTS})
SAY = Gold("Say it.", "map", {text: text.upper() for text in TEXTS})
SAME = Gold("The same page", "join", {(text, text) for text in TEXTS}, key="text")
TABLE = pa.table({"text": TEXTS, "n": list(range(200))})


def test_nothing_is_moved(simulator) -> None:
    server = simulator(EVEN, SAY)
    query = semantic.query(TABLE).map("Say it.", name="said").filter("Is it even?").where("n < 20")
    found, account = semantic.run(query, "m")
    assert found["said"].to_pylist() == [f"PAGE {n}" for n in range(0, 20, 2)]
    assert sorted(spent.came for spent in account.spent.values()) == [0, 100, 200, 200]  # the rule comes last, as written
    told = server.stats()["m"]
    assert told["answered"] == 50 + 25  # four rows a prompt, then eight
    assert account.dollars == pytest.approx((told["prompt_tokens"] + 2 * told["completion_tokens"]) / 1e6)


def test_a_model_that_is_named_stays(simulator) -> None:
    server = simulator(EVEN, SAY, models=(Model("a"), Model("b")))
    semantic.run(semantic.query(TABLE).filter("Is it even?", model="a").map("Say it."), model="b")
    assert server.stats()["a"]["answered"] == 25 and server.stats()["b"]["answered"] == 25


def test_a_limit_stops(simulator) -> None:
    server = simulator(EVEN)
    assert semantic.run(semantic.query(TABLE).filter("Is it even?").limit(3), "m")[0]["n"].to_pylist() == [0, 2, 4]
    assert server.stats()["m"]["answered"] <= 3


def test_a_join(simulator) -> None:
    simulator(SAME)
    few = TABLE.slice(0, 9)
    found, _ = semantic.run(semantic.query(few).match(semantic.query(TABLE.slice(5, 9)), "The same page", ("text",), ("text",)), "m")
    assert found["n"].to_pylist() == found["n_right"].to_pylist() == [5, 6, 7, 8]


def test_somebody_must_answer() -> None:
    query = semantic.query(TABLE)
    for asks in (query.filter("Is it even?"), query.match(query, "The same page")):
        with pytest.raises(RecipeError, match="No model is named"):
            semantic.run(asks)
