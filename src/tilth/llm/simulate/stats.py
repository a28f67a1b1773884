"""What a simulated server was asked, gave, and took for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tilth.llm.simulate.model import Model


@dataclass
class Stats:
    """The counts of one model. `dollars` is None where the model has no price; `unknown` counts prompts that no gold belongs to."""

    model: Model
    requests: int = 0
    answered: int = 0
    unknown: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    micro_dollars: float = 0.0
    in_flight: int = 0
    peak_in_flight: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, prompt: int, cached: int, completion: int, share: float = 1.0) -> None:
        """Count an answer; `share` of its price is paid, half of it in batches."""
        self.answered += 1
        self.prompt_tokens += prompt
        self.cached_tokens += cached
        self.completion_tokens += completion
        if self.model.price is not None:
            whole, less, out = self.model.price
            self.micro_dollars += share * ((prompt - cached) * whole + cached * less + completion * out)

    def told(self) -> dict[str, Any]:
        """Return the counts as JSON data."""
        names = ("requests", "answered", "unknown", "prompt_tokens", "cached_tokens", "completion_tokens", "peak_in_flight")
        dollars = None if self.model.price is None else self.micro_dollars / 1e6
        return {**{name: getattr(self, name) for name in names}, "dollars": dollars, "faults": dict(sorted(self.faults.items()))}
