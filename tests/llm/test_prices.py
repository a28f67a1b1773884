"""The price table: from a mapping or a file, with patterns, and never a zero for what is unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.llm import Usage
from tilth.llm.prices import Price, load, price


def test_a_file_is_read_and_names_count_before_patterns(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text("openai/*: {input: 1}\nopenai/small: {input: 0.15, output: 0.6, cached: 0.075, batch: 0.4}\n")
    (tmp_path / "prices.json").write_text('{"openai/*": {"input": 1}}')
    table = load(str(tmp_path / "prices.yaml"))
    assert price(table, "openai/small") == Price(0.15, 0.6, 0.075, 0.4) and price(table, "openai/other") == Price(1.0)
    assert price(table, "groq/x") is None and price(load(str(tmp_path / "prices.json")), "openai/x") == Price(1.0)


@pytest.mark.parametrize("wrong", ["missing.yaml", {"m": {}}, {"m": {"output": 1.0}}, {"m": {"input": -1.0}}, {"m": {"input": "1"}},
                                   {"m": {"input": 1.0, "colour": 2.0}}, {"m": 1.0}, {"m": {"input": float("nan")}}])  # fmt: skip
def test_what_is_no_table_is_told(wrong: Any) -> None:
    with pytest.raises(RecipeError, match="price table"):
        load(wrong)


def test_an_answer_without_a_price_has_no_cost() -> None:
    assert Price(1.0).cost(Usage(10, 0, 1)) is None and Price(1.0).cost(Usage(10)) == pytest.approx(1e-5)


@given(st.floats(0, 100), st.floats(0, 100), st.none() | st.floats(0, 200), st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0, 1))
def test_no_call_costs_more_than_the_most(
    fresh: float, output: float, cached: float | None, prompt: int, completion: int, share: float
) -> None:
    each = Price(fresh, output, cached)
    most, cost = each.most(prompt, completion), each.cost(Usage(prompt, int(prompt * share), completion))
    assert most is not None and cost is not None and 0 <= cost <= most * (1 + 1e-12)
