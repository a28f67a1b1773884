"""What a prompt asks, whoever wrote it: a task, its rows, and the form that the answer must have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from tilth.llm.simulate.pattern import Pattern
from tilth.llm.simulate.shape import ill
from tilth.llm.structured import in_words
from tilth.semantic.asking.prompt import read_back, read_form

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A task over rows. `form` is one of "rows", "label", "pairs", "better", "text", "json" (as in `tilth.semantic.asking.prompt`), or
    "value", JSON that is the value itself.

    `rows` are the rows of a task that has one list of them, `left` and `right` those of a join. `words` says how the answers of a
    foreign prompt are phrased: the two of a yes-or-no question, or of a comparison. `fields` are the fields of a foreign JSON object.
    """

    kind: str
    task: str
    rows: tuple[Row, ...] = ()
    left: tuple[Row, ...] = ()
    right: tuple[Row, ...] = ()
    form: str = "text"
    labels: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


def asked(messages: Sequence[dict[str, Any]], patterns: Sequence[Pattern]) -> Asked | None:
    """Return what these messages ask, by our own form of prompts or the first pattern that fits; None where neither knows them."""
    system = "\n".join(text_of(each) for each in messages if each["role"] in ("system", "developer"))
    users = [text_of(each) for each in messages if each["role"] == "user"]
    for user in users:
        found = _own(system, user)
        if found is not None:
            return found
    for user, pattern in product(reversed(users), patterns):  # before the last turn may stand examples, after the question a complaint
        read = pattern.read(f"{system}\n\n{user}" if system else user)
        if read is not None:
            task, rows, fields = read
            form = "value" if pattern.form == "json" else pattern.form
            return Asked(pattern.kind, task, tuple(rows), form=form, labels=pattern.labels, words=pattern.words, fields=fields)
    return None


def _own(system: str, user: str) -> Asked | None:
    try:
        found = read_back(user) if '<task kind="' in user else None
    except ValueError:  # rows that are no JSON: not a prompt of ours after all
        return None
    if found is None:
        return None
    kind, task, blocks = found
    rows, left, right = (tuple(blocks.get(name, ())) for name in ("rows", "left", "right"))
    form, labels = read_form(system) or ("pairs" if kind == "join" else "rows", ())
    return Asked(kind, task, rows, left, right, form, labels)


_IN_WORDS = in_words("")


def schema_in_words(messages: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the JSON Schema that the text of a prompt asks for, as Tilth asks where a server takes none; None where there is none."""
    for each in messages:
        told = text_of(each).partition(_IN_WORDS)[2]
        if told:
            try:
                schema = json.loads(told)
            except ValueError:
                continue
            return schema if isinstance(schema, dict) and not ill(schema, "") else None
    return None


def text_of(message: dict[str, Any]) -> str:
    """Return the text of a message, whose content is text or a list of parts.

    >>> text_of({"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]})
    'ab'
    """
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict) and part.get("type") == "text")
    return content if isinstance(content, str) else ""
