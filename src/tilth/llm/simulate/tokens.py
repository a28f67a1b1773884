"""The tokens of an answer and their log-probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from tilth.llm.simulate.phrase import Part
from tilth.llm.tokens import pieces

Token = tuple[str, tuple[tuple[str, float], ...]]  # a piece of text, and the probability of each piece that could stand there
_SURE = 0.9999


def tokens(parts: Iterable[Part]) -> list[Token]:
    """Return the tokens of an answer; where a part might have been another text, what its next token might have been."""
    found: list[Token] = []
    for part in parts:
        found += _choices(part) if len(part.might) > 1 else [(piece, ((piece, _SURE),)) for piece in pieces(part.text)]
    return found


def _choices(part: Part) -> list[Token]:
    """By the chain rule: at each token, what the texts that begin alike would go on with."""
    might = [(pieces(text), share) for text, share in part.might]
    found: list[Token] = []
    chosen = pieces(part.text)
    for n, piece in enumerate(chosen):
        mass: dict[str, float] = {}
        for others, share in might:
            if others[:n] == chosen[:n]:
                following = others[n] if n < len(others) else ""  # a text that ends here goes on with nothing
                mass[following] = mass.get(following, 0.0) + share
        whole = sum(mass.values())
        found.append((piece, tuple((each, share / whole) for each, share in mass.items())))
    return found


def logprobs(given: Sequence[Token], top: int) -> list[dict[str, Any]]:
    """Return tokens as the wire format has them, each with the `top` likeliest."""
    content = []
    for piece, might in given:
        order = sorted(((each, share) for each, share in might if each), key=lambda pair: -pair[1])
        entry = _entry(piece, dict(might)[piece])
        content.append({**entry, "top_logprobs": [_entry(each, share) for each, share in order[:top]]})
    return content


def _entry(piece: str, share: float) -> dict[str, Any]:
    return {"token": piece, "logprob": math.log(max(share, 1e-9)), "bytes": list(piece.encode("utf-8", "replace"))}
