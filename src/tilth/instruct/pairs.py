"""Preference pairs: a prompt, an answer that was chosen and one that was rejected, in the form that TRL reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.instruct.forms import listed, spoken
from tilth.instruct.messages import MESSAGES, Turn
from tilth.op import Op, fail, put
from tilth.rules import Filter

_COLUMNS = ("prompt", "chosen", "rejected", "answers", "scores", "messages", "rejected_answer")
_FAULTS = {
    "pair_empty": "an answer of the pair is empty",
    "pair_same_answer": "chosen and rejected are the same",
    "pair_other_prompt": "chosen and rejected answer different prompts",
}

Pair = tuple[list[Turn], list[Turn], list[Turn], bool]  # prompt, chosen, rejected; whether the rejected one answers the same prompt


def valid_pairs() -> list[Any]:
    """Return the steps that make preference pairs and drop rows whose pair is none; rows without a pair stay.

    >>> [step.reason for step in valid_pairs()[1:]]
    ['an answer of the pair is empty', 'chosen and rejected are the same', 'chosen and rejected answer different prompts']
    """
    return [Pairs(), *(Filter(f"not {name}", reason) for name, reason in _FAULTS.items())]


@dataclass(frozen=True)
class Pairs(Op):
    """Add `prompt`, `chosen` and `rejected`, lists of messages: TRL's conversational preference form with an explicit prompt.

    They are made of the first of these that a row has values in:

        messages, rejected_answer       as `BestAnswer` leaves them
        prompt, chosen, rejected        texts, or messages
        chosen, rejected                whole conversations: what they share before the last answer is the prompt
        prompt, answers, scores         several answers: the highest score is chosen, the lowest rejected; equal scores make no pair

    Rows with none of these have nulls. Measured beside them (bool): `pair_empty`, `pair_same_answer` and `pair_other_prompt`. Values that
    are no conversation put their row into quarantine.

    Source: the dataset formats of TRL; Rafailov et al. 2023 (DPO, arXiv 2305.18290); Cui et al. 2023 (UltraFeedback, arXiv 2310.01377).

    >>> rows = pa.record_batch({"prompt": ["2 + 2?"], "chosen": ["4"], "rejected": ["5"]})
    >>> Pairs().apply(rows)["chosen"].to_pylist()
    [[{'role': 'assistant', 'content': '4'}]]
    """

    @property
    def reads(self) -> None:
        return None  # which of these columns there are differs from set to set

    @property
    def rewrites(self) -> tuple[str, ...]:
        return ("prompt", "chosen", "rejected")

    @property
    def results(self) -> tuple[str, ...]:
        return self.rewrites

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        values = {name: batch[name].to_pylist() for name in _COLUMNS if name in batch.schema.names}
        pairs: list[Pair | None] = []
        errors: list[str | None] = []
        for row in range(len(batch)):
            try:
                pairs.append(_pair({name: column[row] for name, column in values.items()}))
                errors.append(None)
            except (ValueError, TypeError) as problem:
                pairs.append(None)
                errors.append(f"pair: {problem}")
        for at, name in enumerate(("prompt", "chosen", "rejected")):
            batch = put(batch, name, pa.array([pair and pair[at] for pair in pairs], MESSAGES))
        for name, faulty in _measured(pairs).items():
            batch = put(batch, name, pa.array(faulty, pa.bool_()))
        why = pa.array(errors, pa.large_string())
        return fail(batch, why.is_valid(), why)


def _measured(pairs: list[Pair | None]) -> dict[str, list[bool]]:
    return {
        "pair_empty": [pair is not None and not all(map(_says, pair[1:3])) for pair in pairs],
        "pair_same_answer": [pair is not None and pair[1] == pair[2] for pair in pairs],
        "pair_other_prompt": [pair is not None and not pair[3] for pair in pairs],
    }


def _says(turns: list[Turn]) -> bool:
    return bool(turns) and all(turn["content"] and turn["content"].strip() for turn in turns)


def _pair(row: dict[str, Any]) -> Pair | None:
    prompt, chosen, rejected = row.get("prompt"), row.get("chosen"), row.get("rejected")
    if row.get("rejected_answer") is not None and row.get("messages"):
        turns = spoken(row["messages"], "user")
        return turns[:-1], turns[-1:], spoken(row["rejected_answer"], "assistant"), True
    if chosen is not None and rejected is not None:
        sides = spoken(chosen, "assistant"), spoken(rejected, "assistant")
        return _split(*sides) if prompt is None else (spoken(prompt, "user"), *sides, True)
    if prompt is not None and row.get("answers") is not None and row.get("scores") is not None:
        return _by_score(spoken(prompt, "user"), listed(row["answers"]), listed(row["scores"]))
    return None


def _split(chosen: list[Turn], rejected: list[Turn]) -> Pair:
    """The prompt is all of a conversation but its last answer; the two must have the same."""
    if len(chosen) < 2 or not rejected:
        raise ValueError("there is no prompt: chosen is not a whole conversation")
    return chosen[:-1], chosen[-1:], rejected[-1:], chosen[:-1] == rejected[:-1]


def _by_score(prompt: list[Turn], answers: list[Any], scores: list[Any]) -> Pair | None:
    if len(answers) != len(scores):
        raise ValueError(f"there are {len(answers)} answers and {len(scores)} scores")
    if not all(isinstance(score, int | float) for score in scores):
        raise ValueError("a score is no number")
    if not scores or max(scores) == min(scores):
        return None
    best, worst = (answers[scores.index(edge(scores))] for edge in (max, min))
    return prompt, spoken(best, "assistant"), spoken(worst, "assistant"), True
