"""What a conversation is: a column of lists of turns, each with a role and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError

TURN = pa.struct([("role", pa.large_string()), ("content", pa.large_string())])
MESSAGES = pa.large_list(TURN)
ROLES = ("system", "user", "assistant", "tool")

Turn = dict[str, Any]  # {"role": str | None, "content": str | None}


def conversations(batch: pa.RecordBatch, column: str, where: str) -> pa.LargeListArray:
    """Return a column as MESSAGES, null where there is none; JSON text, which is what files give, is read as such.

    Raises CorpusError where there is no such column, or one that holds no conversations. Text that is no list of turns counts as null.

    >>> rows = pa.record_batch({"messages": ['[{"role": "user", "content": "Why?"}]', "none"]})
    >>> conversations(rows, "messages", "here").to_pylist()
    [[{'role': 'user', 'content': 'Why?'}], None]
    """
    fix = "put instruct.Messages() before this step"
    if column not in batch.schema.names:
        raise CorpusError.no_column(column, batch.schema.names, where, fix)
    values = batch[column]
    if pa.types.is_large_string(values.type) or pa.types.is_string(values.type):
        return pa.array([_parsed(text) for text in values.to_pylist()], MESSAGES)
    if values.type == MESSAGES:
        return values
    try:
        return values.cast(MESSAGES)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        raise CorpusError(f"Column {column!r} holds no conversations.", where=where, why=f"it is {values.type}", fix=fix) from None


def _parsed(text: str | None) -> list[Turn] | None:
    try:
        turns = orjson.loads(text or "null")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(turns, list) or not all(map(_is_turn, turns)):
        return None
    return [{"role": turn.get("role"), "content": turn.get("content")} for turn in turns]


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, dict) and all(isinstance(turn.get(name), str | None) for name in ("role", "content"))


def lengths(messages: pa.LargeListArray) -> np.ndarray:
    """Return how many turns each conversation has, int64[n]; none where it is null."""
    return np.asarray(pc.fill_null(pc.list_value_length(messages), 0), np.int64)


def said_by(messages: pa.LargeListArray, roles: Sequence[str] = ROLES) -> pa.LargeStringArray:
    """Return what these roles say in each conversation, turns apart by a blank line; null where they say nothing.

    >>> said = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
    >>> said_by(pa.array([said, None], MESSAGES), ["user"]).to_pylist()
    ['a\\n\\nc', None]
    """
    flat = messages.flatten()
    content = pc.struct_field(flat, "content")
    kept = pc.and_(pc.is_in(pc.struct_field(flat, "role"), pa.array(roles, pa.large_string())), content.is_valid())
    of = np.repeat(np.arange(len(messages)), lengths(messages))[np.asarray(kept)]
    count = np.bincount(of, minlength=len(messages))
    offsets = pa.array(np.concatenate(([0], np.cumsum(count))), pa.int64())
    text = pc.binary_join(pa.LargeListArray.from_arrays(offsets, content.filter(kept)), pa.scalar("\n\n", pa.large_string()))
    return pc.if_else(pa.array(count > 0), text, pa.scalar(None, pa.large_string()))
