"""What of a conversation the steps for text look at: they all read the column `text`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.dedup import exact, near
from tilth.dedup.normalise import PLAIN_WORDS
from tilth.errors import RecipeError
from tilth.instruct.messages import ROLES, conversations, said_by
from tilth.op import Op, put

_PARTS = {"prompt": ("user",), "answer": ("assistant",), "conversation": ROLES}


def unique_prompts(jaccard: float = 0.8, *, keep: str = "first", ngram: int = 5) -> list[Any]:
    """Return the steps that drop all but one of the conversations that ask the same: the same words, or n-grams that are nearly the same.

    `jaccard=1` leaves it at the same words. `keep` says who stays, as in `dedup.exact`; `text` is the prompt afterwards.

    >>> [type(step).__name__ for step in unique_prompts()]
    ['TextOf', 'Exact', 'Signatures', 'NearDuplicates']
    """
    same = [TextOf("prompt"), *exact(PLAIN_WORDS, keep=keep)]
    return same if jaccard >= 1 else [*same, *near(jaccard, keep=keep, ngram=ngram)]


@dataclass(frozen=True)
class TextOf(Op):
    """Set `text` to a part of the conversation, turns apart by a blank line: what dedup, languages and decontamination then look at.

    "prompt" is what the user says, "answer" what the assistant says, "conversation" all of it. Null where there is nothing. System
    prompts, which many rows of a set share, are in the conversation alone. Raises RecipeError where there is no such part.

    >>> said = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]
    >>> TextOf("answer").apply(pa.record_batch({"messages": pa.array([said])}))["text"].to_pylist()
    ['So.']
    """

    part: str = "prompt"

    def __post_init__(self) -> None:
        if self.part not in _PARTS:
            raise RecipeError("There is no such part.", where=repr(self), why=f"parts are {', '.join(_PARTS)}", fix="instruct.TextOf()")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("messages",)

    @property
    def rewrites(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return put(batch, "text", said_by(conversations(batch, "messages", repr(self)), _PARTS[self.part]))
