"""Menus: an answer that is one of a few words, read strictly, and the probability of each from the first token's log-probabilities."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from typing import Any

_AROUND = string.whitespace + "\"'`*_.,:;!()[]{}"


def parse(text: str, labels: Sequence[str]) -> str | None:
    """Return the label that `text` is, whatever its case and the punctuation around it; None where it is anything else.

    >>> parse(" Yes.", ("yes", "no")), parse("untrue", ("true", "false")), parse("yes and no", ("yes", "no"))
    ('yes', None, None)
    """
    if text.strip() in labels:
        return text.strip()
    bare = _bare(text)
    found = [label for label in labels if _bare(label) == bare]
    return found[0] if len(found) == 1 else None


def room(labels: Sequence[str]) -> int:
    """Return the tokens that the longest label can take, with a little around it."""
    return max(len(label.encode()) for label in labels) + 4


def scores(logprobs: Any, labels: Sequence[str]) -> dict[str, float] | None:
    """Return the probability of every label, together 1, from a choice's `logprobs`; None where they do not tell labels apart.

    The first token that is more than punctuation decides. A token speaks for the label that it begins, if it begins one only.

    >>> first = {"token": "yes", "logprob": -0.1, "top_logprobs": [{"token": "yes", "logprob": -0.1}, {"token": " No", "logprob": -2.4}]}
    >>> scores({"content": [first]}, ("yes", "no"))["yes"] > 0.9
    True
    """
    shares = dict.fromkeys(labels, 0.0)
    for token, chance in _first(logprobs):
        bare = _bare(token)
        meant = [label for label in labels if bare and _bare(label).startswith(bare)]
        exact = [label for label in meant if _bare(label) == bare]
        for label in exact[:1] or (meant if len(meant) == 1 else []):
            shares[label] += chance
    total = sum(shares.values())
    return {label: share / total for label, share in shares.items()} if total > 0 else None


def _bare(text: str) -> str:
    return text.strip(_AROUND).casefold()


def _first(logprobs: Any) -> list[tuple[str, float]]:
    """Return the alternatives of the first token that says something, with their probabilities."""
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    for place in content if isinstance(content, list) else []:
        if isinstance(place, dict) and _bare(str(place.get("token", ""))):
            told = place.get("top_logprobs") or [place]
            return [(str(each.get("token", "")), _chance(each.get("logprob"))) for each in told if isinstance(each, dict)]
    return []


def _chance(logprob: Any) -> float:
    if not isinstance(logprob, (int, float)) or math.isnan(logprob):
        return 0.0
    return math.exp(min(0.0, logprob))
