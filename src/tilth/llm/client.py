"""How models are reached and what that may cost: frozen settings, and the client that everything in a block of code uses."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tilth.errors import LlmError, RecipeError

VARIABLE = "TILTH_LLM"  # carries the client to worker processes
IN_MEMORY = ":memory:"


@dataclass(frozen=True)
class Client:
    """Settings of one client for any OpenAI-compatible endpoint. It holds no secret: keys are read from the environment when used.

    `base_url` (it ends in `/v1` on most servers) takes all requests; without it `TILTH_LLM_BASE_URL` does, and without that a model's
    provider: `openai/...`, `vllm/...`. `key_variable` names the environment variable with the key for `base_url`.

    `cache` is the SQLite file of answers and accounts, which all processes of a machine share: by default
    `$XDG_CACHE_HOME/tilth/llm.sqlite`; ":memory:" keeps nothing and is for one process. `budget` is what may be spent under the name
    `account` in that file, in dollars, by all processes and all runs together; it is never exceeded. `prices` is a mapping or a YAML or
    JSON file, model to dollars per million tokens (prices.py).

    `requests_per_minute` and `tokens_per_minute` are shared by all processes that share the cache, for each endpoint and model;
    `in_flight` requests are under way at most in each. A request is tried `attempts` times, each for `timeout` seconds, with pauses that
    begin at `backoff` seconds and double; an endpoint that is down is waited for `patience` seconds. An answer that does not meet its
    form is asked for again `repairs` times; one that was cut off once more with `room` times the tokens, if that is above 1.

    Raises RecipeError for numbers that cannot be.

    >>> Client(base_url="http://localhost:8000/v1", budget=5.0).in_flight
    64
    """

    base_url: str = ""
    key_variable: str = ""
    cache: str = ""
    account: str = "default"
    budget: float | None = None
    prices: str | Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    in_flight: int = 64
    timeout: float = 120.0
    attempts: int = 6
    backoff: float = 0.5
    patience: float = 60.0
    repairs: int = 1
    room: float = 1.0

    def __post_init__(self) -> None:
        least = {"in_flight": 1, "attempts": 1, "timeout": 1e-3, "backoff": 0, "patience": 0, "repairs": 0, "room": 1, "budget": 0}
        rates = {"requests_per_minute": 1e-9, "tokens_per_minute": 1e-9}
        for name, low in {**least, **rates}.items():
            value = getattr(self, name)
            if value is not None and not low <= value < float("inf"):
                raise RecipeError(
                    f"{name}={value!r} cannot be.", where="llm.Client", why=f"it must be a number from {low:g}", fix="correct the number"
                )

    @property
    def path(self) -> str:
        """The file of answers and accounts."""
        if self.cache:
            return self.cache if self.cache == IN_MEMORY else str(Path(self.cache).expanduser().absolute())
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return str(Path(home, "tilth", "llm.sqlite"))

    def to_json(self) -> str:
        """Return the settings as JSON, from which `from_json` makes an equal client in another process and another folder."""
        told = asdict(self) | {"cache": self.path, "prices": self._prices()}
        return json.dumps(told, sort_keys=True)

    def _prices(self) -> str | dict[str, dict[str, float]]:
        if isinstance(self.prices, str):
            return str(Path(self.prices).expanduser().absolute())
        return {model: dict(price) for model, price in self.prices.items()}

    @classmethod
    def from_json(cls, text: str) -> Client:
        """Return the client that `to_json` wrote; LlmError where the text is something else."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise LlmError(
                f"The variable {VARIABLE} does not hold a client.", where="the environment", why=str(error),
                fix=f"unset {VARIABLE}, or set it to what llm.Client(...).to_json() returns",
            ) from None  # fmt: skip


def current() -> Client:
    """Return the ambient client: what `configure` or `using` set here or in the process that started this one, else the default."""
    text = os.environ.get(VARIABLE)
    return Client.from_json(text) if text else Client()


def configure(client: Client | None) -> None:
    """Make `client` the ambient client of this process and of those it starts; None goes back to the default."""
    if client is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = client.to_json()


@contextmanager
def using(client: Client) -> Iterator[Client]:
    """Make `client` the ambient client within a `with` block.

    >>> with using(Client(in_flight=8)):
    ...     current().in_flight
    8
    """
    before = os.environ.get(VARIABLE)
    if before == client.to_json():
        yield client
        return
    configure(client)
    try:
        yield client
    finally:
        configure(None if before is None else Client.from_json(before))
        background = sys.modules.get("tilth.llm.background")  # not there, nothing was asked
        if background is not None:
            background.release(client)
