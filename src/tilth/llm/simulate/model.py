"""A simulated model: how often and how it errs, which faults its server has, what it can do, how fast it is, what it costs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from tilth.errors import RecipeError

Confidence = Literal["calibrated", "overconfident", "useless", "absent"]
Cache = Literal["blocks", "hosted", "none"]


@dataclass(frozen=True)
class Model:
    """One "model" of the simulator. Every number that is no size, time or price is a share from 0 to 1.

    Errors of judgement. A row of difficulty d (uniform in [0, 1) by its content, or told by the gold) is answered wrongly with
    probability `ceiling * d ** power`, whose mean over rows is `flip`: few rows are hard, and on the hardest the model guesses. With
    `even` every row has the same chance. `false_alarms`, if given, takes the place of `flip` for rows whose gold is no, and for pairs
    that do not match. `decay` is the share of right answers lost with each further row in a prompt, in proportion fewer or more where
    `false_alarms` are. `position_bias` is the share of comparisons decided by place alone, for the first row, or for the second where it
    is negative.

    Errors of form. Of the rows in prompts of many rows `missing`, `doubled` and `invented` ids; of such prompts `reordered`; `refusals`
    (in the field for it) and `apologies` (the same in plain words) belong to a row and take its whole prompt along; `truncated`,
    `malformed` (JSON that does not parse) and `mistyped` (a value of a wrong type) answers.

    Faults of the server, a share of requests, drawn anew for every attempt: `rate_limited` (429, with `retry_after` seconds), `errors`
    (500), `unavailable` (503), `resets` (the connection breaks), `hangs` (silence for `hang_seconds`), `slow` (`slow_seconds` more).
    Of the lines of batches `expired` are not done in time.

    Log-probabilities. "calibrated": an answer told with probability p is right with probability p; "overconfident": the same order of
    rows, the odds to the fourth power; "useless": they say nothing; "absent": none are given.

    Abilities. `json_schema`, `tools` and `temperature` are refused with 400 where False; `reasoning` > 0 is a model that thinks for that
    many hidden tokens first, takes `max_completion_tokens` only, and no temperature.

    Speed in seconds: `base_seconds` a call, `prefill_seconds` a token of the prompt that is not cached, `decode_seconds` a token of the
    answer. `price` in dollars per million tokens: of the prompt, of cached ones, of the answer. `cache`: "blocks" of 16 tokens as in
    vLLM, "hosted" (at least 1,024 tokens, then steps of 128), or "none"; it holds `cache_tokens`.

    Raises RecipeError for a share outside 0 to 1, and other numbers that cannot be.

    >>> Model("small", flip=0.1, price=(0.15, 0.075, 0.6)).wrong(difficulty=0.9) > Model("large", flip=0.02).wrong(difficulty=0.9)
    True
    """

    name: str
    flip: float = 0.0
    false_alarms: float | None = None
    even: bool = False
    decay: float = 0.0
    position_bias: float = 0.0
    missing: float = 0.0
    doubled: float = 0.0
    invented: float = 0.0
    reordered: float = 0.0
    refusals: float = 0.0
    apologies: float = 0.0
    truncated: float = 0.0
    malformed: float = 0.0
    mistyped: float = 0.0
    rate_limited: float = 0.0
    retry_after: float = 1.0
    errors: float = 0.0
    unavailable: float = 0.0
    resets: float = 0.0
    hangs: float = 0.0
    hang_seconds: float = 600.0
    slow: float = 0.0
    expired: float = 0.0
    slow_seconds: float = 5.0
    logprobs: Confidence = "calibrated"
    json_schema: bool = True
    tools: bool = True
    temperature: bool = True
    reasoning: int = 0
    context: int = 128_000
    dimensions: int = 256
    base_seconds: float = 0.0
    prefill_seconds: float = 0.0
    decode_seconds: float = 0.0
    price: tuple[float, float, float] | None = None
    cache: Cache = "blocks"
    cache_tokens: int = 1_000_000
    seed: int = 0

    def __post_init__(self) -> None:
        for name in SHARES:
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise _refused(self.name, f"{name}={value}", "it is a share, from 0 to 1", f"{name}=0.1")
        if not -1 <= self.position_bias <= 1:
            raise _refused(self.name, f"position_bias={self.position_bias}", "it lies between -1 and 1", "position_bias=0.2")
        for name, options in _OPTIONS.items():
            if getattr(self, name) not in options:
                raise _refused(self.name, f"{name}={getattr(self, name)}", f"it is one of {', '.join(options)}", f"{name}={options[0]!r}")
        if min(self.context, self.dimensions, self.cache_tokens) < 1 or min(getattr(self, name) for name in _SECONDS) < 0:
            raise _refused(self.name, "a size or a time in it", "sizes are at least 1, times not negative", "base_seconds=0.2")
        if self.price is not None and (len(self.price) != 3 or min(self.price) < 0):
            raise _refused(self.name, f"price={self.price}", "it is three prices of a million tokens", "price=(0.15, 0.075, 0.6)")

    def wrong(self, difficulty: float, no: bool = False, rows: int = 1) -> float:
        """Return the probability that a row is answered wrongly; `no`: its gold is no; `rows`: how many share the prompt."""
        mean = self.false_alarms if no and self.false_alarms is not None else self.flip
        decay = self.decay if mean == self.flip or not self.flip else min(1.0, self.decay * mean / self.flip)
        ceiling = max(0.5, mean)
        alone = 0.0 if mean == 0 else mean if self.even else ceiling * difficulty ** (ceiling / mean - 1)
        return min(1 - (1 - alone) * (1 - decay) ** (rows - 1), ceiling)


SHARES = (
    "flip", "false_alarms", "decay", "missing", "doubled", "invented", "reordered", "refusals", "apologies", "truncated", "malformed",
    "mistyped", "rate_limited", "errors", "unavailable", "resets", "hangs", "slow", "expired",
)  # fmt: skip
_SECONDS = ("retry_after", "hang_seconds", "slow_seconds", "base_seconds", "prefill_seconds", "decode_seconds")
_OPTIONS = {"logprobs": ("calibrated", "overconfident", "useless", "absent"), "cache": ("blocks", "hosted", "none")}


def parse(text: str) -> Model:
    """Return the model that a line like "small:flip=0.1,price=0.15/0.075/0.6" describes.

    Raises RecipeError for a setting that there is not, or a value that cannot be read.

    >>> parse("small:flip=0.1,even=true,price=0.15/0.075/0.6").price
    (0.15, 0.075, 0.6)
    """
    name, _, rest = text.partition(":")
    kinds = {field.name: str(field.type) for field in fields(Model)}
    settings: dict[str, Any] = {}
    for each in filter(None, rest.split(",")):
        setting, _, value = each.partition("=")
        if setting not in kinds or setting == "name":
            raise _refused(name, each, f"a model has these: {', '.join(kinds)}", f"--model {name}:flip=0.1")
        settings[setting] = _read(name, setting, kinds[setting], value)
    return Model(name, **settings)


def _read(model: str, setting: str, kind: str, value: str) -> Any:
    try:
        if kind.startswith("tuple"):
            return tuple(float(part) for part in value.split("/"))
        if kind == "bool":
            return {"true": True, "yes": True, "false": False, "no": False}[value.lower()]
        return int(value) if kind == "int" else float(value) if kind.startswith("float") else value
    except (ValueError, KeyError):
        raise _refused(model, f"{setting}={value}", f"it is read as {kind}", f"--model {model}:{setting}=...") from None


def _refused(model: str, what: str, why: str, fix: str) -> RecipeError:
    return RecipeError(f"A simulated model cannot have {what}.", where=f"simulate.Model({model!r})", why=why, fix=fix)
