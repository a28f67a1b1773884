"""What tokens cost: a table that anyone can edit, where what is unknown stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from tilth.errors import LlmError, RecipeError
from tilth.llm.request import Usage


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens: of the prompt, of the answer (none where a model embeds), and of prompt tokens that were cached.

    `batch` is the share of it that requests in batch files cost.
    """

    input: float
    output: float | None = None
    cached: float | None = None
    batch: float = 0.5

    def cost(self, usage: Usage) -> float | None:
        """Return the dollars of `usage`; None where answers have tokens and their price is not known.

        >>> Price(input=1.0, output=4.0, cached=0.5).cost(Usage(prompt=1_000_000, cached=500_000, completion=250_000))
        1.75
        """
        if usage.completion and self.output is None:
            return None
        cached = self.input if self.cached is None else self.cached
        fresh = usage.prompt - usage.cached
        return (fresh * self.input + usage.cached * cached + usage.completion * (self.output or 0.0)) / 1e6

    def most(self, prompt: int, completion: int) -> float | None:
        """Return what a call with so many tokens can cost at most: nothing of it cached, unless that should cost more."""
        dear = Price(max(self.input, self.cached or 0.0), self.output)
        return dear.cost(Usage(prompt, 0, completion))


Prices = Mapping[str, Price]


def load(given: str | Mapping[str, Mapping[str, float]]) -> Prices:
    """Return the table in a mapping or in a YAML or JSON file, `{model: {input: ..., output: ..., cached: ..., batch: ...}}`.

    A name may be a pattern (`vllm/*`); a name without one counts first. Raises RecipeError for a table that is not of this form.

    >>> load({"vllm/*": {"input": 0, "output": 0}})["vllm/*"]
    Price(input=0.0, output=0.0, cached=None, batch=0.5)
    """
    table: Any = given
    if isinstance(given, str):
        try:
            table = yaml.safe_load(Path(given).read_text())
        except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
            raise _wrong(given, str(error)) from None
    if not isinstance(table, Mapping):
        raise _wrong(given, "it is no mapping of models")
    return {str(model): _price(str(model), told) for model, told in table.items()}


def _price(model: str, told: Any) -> Price:
    numbers = told if isinstance(told, Mapping) else {}
    known = {"input", "output", "cached", "batch"}
    right = all(name in known and isinstance(value, (int, float)) and 0 <= value < 1e9 for name, value in numbers.items())
    if not right or "input" not in numbers:
        raise _wrong(model, f"{told!r}: it needs input, and may have output, cached and batch, all numbers from 0")
    return Price(**{name: float(value) for name, value in numbers.items()})


def price(prices: Prices, model: str) -> Price | None:
    """Return the price of a model; None where the table has none.

    >>> price({"vllm/*": Price(0.0, 0.0)}, "vllm/qwen"), price({}, "vllm/qwen")
    (Price(input=0.0, output=0.0, cached=None, batch=0.5), None)
    """
    if model in prices:
        return prices[model]
    return next((prices[pattern] for pattern in prices if fnmatchcase(model, pattern)), None)


def unknown(model: str) -> LlmError:
    """Return the error for a budget over a model whose price is not known."""
    return LlmError(
        f"The price of {model} is not known, so no budget can be kept.", where="llm.Client(budget=...)",
        why="nothing was sent, as its cost could not be counted",
        fix=f'llm.Client(prices={{"{model}": {{"input": ..., "output": ...}}}}) in dollars per million tokens; 0 where it costs nothing',
    )  # fmt: skip


def _wrong(where: object, why: str) -> RecipeError:
    return RecipeError(
        "The price table cannot be read.", where=str(where)[:120], why=why, fix='{"openai/some-model": {"input": 0.15, "output": 0.6}}'
    )
