"""Conversations in, conversations out: steps between the forms of instruction sets and the column `messages`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.instruct.forms import FORMS
from tilth.instruct.messages import MESSAGES, Turn, conversations
from tilth.op import Op, fail, put


@dataclass(frozen=True)
class Messages(Op):
    """Add the column `messages` (list of struct of role and content) from a set in one of the common forms.

        form          columns, of which those in brackets may be missing
        openai        messages: role, content (text, or parts of text), tool_calls
        sharegpt      conversations: from, value [system]
        alpaca        instruction, output [input, system, history: pairs of what was asked and answered]
        completion    prompt, completion: texts, or messages as OpenAI has them

    "auto" takes for each row the first form whose columns have values there, so that one step reads a union of sets. `columns` are the
    form's columns under other names, in this order. Lists may be lists or JSON text. Roles go by the names system, user, assistant and
    tool; a call of a tool is text in its turn, `<tool_call>` around JSON, as Hermes and Qwen write it. Values that are no conversation
    put their row into quarantine; turns that are empty, missing or out of order stay, for `Turns` to find.

    Raises RecipeError where there is no such form. Sources: Taori et al. 2023 (Stanford Alpaca); ShareGPT's exports as FastChat reads
    them; OpenAI's chat completions API; the dataset formats of TRL.

    >>> rows = pa.record_batch({"instruction": ["Add."], "input": ["1, 2"], "output": ["3"]})
    >>> [turn["content"] for turn in Messages().apply(rows)["messages"].to_pylist()[0]]
    ['Add.\\n\\n1, 2', '3']
    """

    form: str = "auto"
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_form(self.form, ("auto", *FORMS), repr(self))
        if self.columns and (self.form == "auto" or len(self.columns) > len(FORMS[self.form].columns)):
            raise RecipeError(
                "Columns can only stand for those of one form.", where=repr(self), why="they are given in the form's own order",
                fix='instruct.Messages("completion", columns=("question", "answer"))',
            )  # fmt: skip

    @property
    def reads(self) -> None:
        return None  # which of the forms' columns there are differs from set to set

    @property
    def rewrites(self) -> tuple[str, ...]:
        return ("messages",)

    @property
    def results(self) -> tuple[str, ...]:
        return ("messages",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        names = [self.form] if self.form != "auto" else list(FORMS)
        values = {name: _values(batch, self.columns or FORMS[name].columns, len(FORMS[name].columns)) for name in names}
        found: list[list[Turn] | None] = []
        errors: list[str | None] = []
        for row in range(len(batch)):
            turns, error = _converted({name: [column[row] for column in values[name]] for name in names})
            found.append(turns)
            errors.append(error)
        why = pa.array(errors, pa.large_string())
        return fail(put(batch, "messages", pa.array(found, MESSAGES)), why.is_valid(), why)


@dataclass(frozen=True)
class ToForm(Op):
    """Add the columns of one form, made from `messages`: what a trainer that knows this form reads.

    "sharegpt" gives `conversations` and `system`; "alpaca" `instruction`, `input` (empty), `output`, `system` and `history`;
    "completion" `prompt` and `completion`, lists of messages as TRL's conversational form has them. `messages` itself is OpenAI's form.
    A conversation that the form cannot hold goes to quarantine with the reason. Raises RecipeError where there is no such form.

    >>> said = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]
    >>> ToForm("sharegpt").apply(pa.record_batch({"messages": pa.array([said], MESSAGES)}))["conversations"].to_pylist()[0][0]
    {'from': 'human', 'value': 'Why?'}
    """

    form: str

    def __post_init__(self) -> None:
        _check_form(self.form, tuple(name for name in FORMS if name != "openai"), repr(self))

    @property
    def reads(self) -> tuple[str, ...]:
        return ("messages",)

    @property
    def results(self) -> tuple[str, ...]:
        return FORMS[self.form].columns

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        form = FORMS[self.form]
        found: list[tuple[Any, ...]] = []
        errors: list[str | None] = []
        for turns in conversations(batch, "messages", repr(self)).to_pylist():
            try:
                found.append(form.values(turns or []))
                errors.append(None)
            except ValueError as problem:
                found.append((None,) * len(form.columns))
                errors.append(str(problem))
        for at, (name, kind) in enumerate(zip(form.columns, form.types, strict=True)):
            batch = put(batch, name, pa.array([values[at] for values in found], kind))
        why = pa.array(errors, pa.large_string())
        return fail(batch, why.is_valid(), why)


def _values(batch: pa.RecordBatch, columns: tuple[str, ...], width: int) -> list[list[Any]]:
    """The values of these columns, as lists; of one that is not there nulls."""
    names = [*columns, *[""] * (width - len(columns))]
    return [batch[name].to_pylist() if name in batch.schema.names else [None] * len(batch) for name in names]


def _converted(row: dict[str, list[Any]]) -> tuple[list[Turn] | None, str | None]:
    for name, values in row.items():
        form = FORMS[name]
        if all(value is not None for value in values[: form.needed]):
            try:
                return form.turns(*values), None
            except ValueError as problem:  # JSON that is none is one too
                return None, f"{name}: {problem}"
    needed = " or ".join(" and ".join(FORMS[name].columns[: FORMS[name].needed]) for name in row)
    return None, f"no conversation: there is nothing in {needed}"


def _check_form(form: str, known: tuple[str, ...], where: str) -> None:
    if form not in known:
        raise RecipeError(f"There is no form {form!r}.", where=where, why=f"the forms are {', '.join(known)}", fix=f"one of {known}")
