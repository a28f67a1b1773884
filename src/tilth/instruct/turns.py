"""What is wrong with a conversation, turn by turn, and how long it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.instruct.messages import ROLES, conversations, lengths, said_by
from tilth.op import Op, put
from tilth.rules import Filter

_SYSTEM, _USER, _ASSISTANT, _TOOL = range(len(ROLES))
_UNKNOWN, _START = len(ROLES), len(ROLES) + 1
_AFTER = {_USER: (_START, _SYSTEM, _ASSISTANT), _ASSISTANT: (_USER, _TOOL), _TOOL: (_ASSISTANT, _TOOL)}
_MAY_FOLLOW = np.ones((len(ROLES) + 1, len(ROLES) + 2), bool)
for _role, _before in _AFTER.items():
    _MAY_FOLLOW[_role] = [before in _before or before == _UNKNOWN for before in range(len(ROLES) + 2)]

FAULTS = {
    "turns_unknown_role": "unknown role",
    "turns_empty": "empty turn",
    "turns_late_system": "system turn that is not the first",
    "turns_out_of_order": "turn missing: roles do not alternate",
    "turns_unanswered": "last turn is not an answer",
}


def valid_turns() -> list[Any]:
    """Return the steps that drop conversations with a fault in a turn; the audit has the reason, and each fault's turn as a signal.

    >>> [step.reason for step in valid_turns()[1:]][:2]
    ['no turns', 'unknown role']
    """
    return [Turns(), Filter("turns > 0", "no turns"), *(Filter(f"{name} is null", reason) for name, reason in FAULTS.items())]


@dataclass(frozen=True)
class Turns(Op):
    """Measure conversations in `messages`: how long they are, and for each kind of fault the first turn that has it (from 1; null: none).

        turns                  how many turns, int64; 0 where there is no conversation
        turns_prompt_chars     characters that the user says, int64
        turns_answer_chars     characters that the assistant says, int64
        turns_system           whether there is a system prompt, bool
        turns_unknown_role     a role that is none of system, user, assistant and tool, or none at all
        turns_empty            nothing said, or whitespace alone
        turns_late_system      a system prompt after the first turn
        turns_out_of_order     a turn that cannot follow the one before: user after system or assistant, assistant after user or tool,
                               tool after assistant or tool; so where a turn is missing, this is the one after it
        turns_unanswered       the last turn, where it is not the assistant's

    Source: the order is what the chat templates of Llama, Mistral and Gemma raise an error on.

    >>> said = [{"role": "user", "content": "Why?"}, {"role": "user", "content": "Why not?"}]
    >>> rows = pa.record_batch({"messages": pa.array([said])})
    >>> found = Turns().apply(rows).to_pylist()[0]
    >>> found["turns_out_of_order"], found["turns_unanswered"], found["turns_empty"]
    (2, 2, None)
    """

    @property
    def reads(self) -> tuple[str, ...]:
        return ("messages",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        messages = conversations(batch, "messages", repr(self))
        batch = put(batch, "turns", pa.array(lengths(messages)))
        for name, role in (("turns_prompt_chars", "user"), ("turns_answer_chars", "assistant")):
            batch = put(batch, name, pc.fill_null(pc.utf8_length(said_by(messages, [role])), 0).cast(pa.int64()))
        batch = put(batch, "turns_system", said_by(messages, ["system"]).is_valid())
        for name, first in _first_faults(messages).items():
            batch = put(batch, name, pa.array(first, mask=first == 0))
        return batch


def _first_faults(messages: pa.LargeListArray) -> dict[str, np.ndarray]:
    """For each fault the number of the first turn that has it, int64[n]; 0 where none has."""
    count, flat = lengths(messages), messages.flatten()
    ends = np.cumsum(count)
    of = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(of)) - np.repeat(ends - count, count) + 1
    codes = pc.index_in(pc.struct_field(flat, "role"), pa.array(ROLES, pa.large_string()))
    role = np.asarray(pc.fill_null(codes, _UNKNOWN), np.int64)
    before = np.concatenate(([_START], role[:-1])) if len(role) else role
    before[number == 1] = _START
    content = pc.struct_field(flat, "content")
    blank = np.asarray(pc.fill_null(pc.equal(pc.utf8_trim_whitespace(content), ""), True), bool)
    faulty = {
        "turns_unknown_role": role == _UNKNOWN,
        "turns_empty": blank,
        "turns_late_system": (role == _SYSTEM) & (number > 1),
        "turns_out_of_order": ~_MAY_FOLLOW[role, before],
        "turns_unanswered": (number == np.repeat(count, count)) & (role != _ASSISTANT),
    }
    return {name: _first(where, of, number, len(count)) for name, where in faulty.items()}


def _first(where: np.ndarray, of: np.ndarray, number: np.ndarray, rows: int) -> np.ndarray:
    first = np.zeros(rows, np.int64)
    places = np.flatnonzero(where)[::-1]  # the last to be written is the first turn
    first[of[places]] = number[places]
    return first
