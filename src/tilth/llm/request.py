"""What is asked of a model and what comes back: two records, and nothing about how they travel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from tilth.errors import RecipeError
from tilth.record import digest, fingerprint

Status = Literal["ok", "refused", "truncated", "invalid", "failed", "capped"]
Source = Literal["model", "cache", "shared", "batch"]


@dataclass(frozen=True)
class Request:
    """One question to a chat model: everything that decides its answer, and so everything that its cache key holds.

    `messages` are pairs of role and text. `schema` is the JSON Schema, as canonical text, that the answer must meet; `labels` are the
    menu the answer is one of, best read from one token, whose probabilities then come back as `Reply.scores`. `purpose` names the
    operator and its version. `max_tokens` bounds the answer; an answer that reaches it is `truncated`, never silently used.

    Raises RecipeError where there is no message, or both a schema and labels.

    >>> from dataclasses import replace
    >>> asked = Request("openai/small", (("user", "Is snow white?"),), labels=("yes", "no"))
    >>> asked.key() == replace(asked, seed=1).key()
    False
    """

    model: str
    messages: tuple[tuple[str, str], ...]
    schema: str | None = None
    labels: tuple[str, ...] = ()
    temperature: float | None = 0.0
    top_p: float | None = None
    seed: int | None = None
    max_tokens: int = 512
    stop: tuple[str, ...] = ()
    purpose: str = ""

    def __post_init__(self) -> None:
        if not self.messages or (self.schema and self.labels) or self.max_tokens < 1:
            raise RecipeError(
                "This request cannot be asked.", where=f"a request to {self.model}",
                why="it needs a message, room for an answer, and either a schema or labels, not both", fix='messages=(("user", "..."),)',
            )  # fmt: skip

    def key(self) -> str:
        """Return the digest of all fields: the name of the answer in the cache."""
        try:
            return digest(b"request 1 %s" % orjson.dumps(self))
        except TypeError:  # a surrogate that is no text, which no server will take either
            return fingerprint(self)


@dataclass(frozen=True)
class Usage:
    """Tokens of one call or of many: of the prompt, of those the ones that the server had cached, and of the answer."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.prompt + other.prompt, self.cached + other.cached, self.completion + other.completion)

    def __sub__(self, other: Usage) -> Usage:
        return Usage(self.prompt - other.prompt, self.cached - other.cached, self.completion - other.completion)


@dataclass(frozen=True)
class Reply:
    """What came back: a value, or none with the reason; and what it cost.

    `value` is the parsed JSON where a schema was asked for, the label where labels were, else the text; None unless `status` is "ok".
    `scores` maps every label to its probability, None where the server gives no log-probabilities. `cost` is in dollars, None where a
    price is unknown; 0.0 where nothing was paid because the answer came from the cache or was shared with an equal
    request; `bought` is then what it cost when it was paid for. `seconds` is how long its calls took, then too.
    """

    status: Status
    value: Any = None
    text: str | None = None
    reason: str = ""
    scores: dict[str, float] | None = None
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    seconds: float = 0.0
    attempts: int = 0
    model: str = ""
    source: Source = "model"
    bought: float | None = None

    @property
    def worth(self) -> float | None:
        """What the answer cost when it was paid for, by whomever: the same in every run that has it."""
        return self.cost if self.source in ("model", "batch") else self.bought
