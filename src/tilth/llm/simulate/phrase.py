"""Judgements put into words: the text of an answer, in the form that was asked for, with what each word might have been."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tilth.llm.simulate.asked import Asked
from tilth.llm.simulate.judge import Said

DONT_KNOW = "I do not know."


@dataclass(frozen=True)
class Part:
    """A stretch of an answer's text, and the probability of each text that could stand in its place, itself among them."""

    text: str
    might: tuple[tuple[str, float], ...] = ()


Schema = dict[str, Any]


def rows(entries: Sequence[tuple[int, Said]], schema: Schema | None) -> list[Part]:
    """Return the JSON of answers under their ids."""
    wanted = _inside(schema, "answers", "items", "answer")
    parts = [Part('{"answers": [')]
    for n, (id, said) in enumerate(entries):
        parts += [Part((", " if n else "") + f'{{"id": {id}, "answer": '), word(said, lambda value: dump(fit(value, wanted))), Part("}")]
    return [*parts, Part("]}")]


def one(said: Said, asked: Asked, schema: Schema | None) -> list[Part]:
    """Return the one answer of a prompt, as a word of the menu, text, or JSON."""
    if schema is not None or asked.form in ("json", "rows", "value"):
        if asked.form == "json" and (schema is None or "answer" in schema.get("properties", {})):
            wanted = _inside(schema, "answer")
            return [Part('{"answer": '), word(said, lambda value: dump(fit(value, wanted))), Part("}")]
        return [word(said, lambda value: dump(fit(_fields(value, asked.fields), schema)))]
    return [word(said, lambda value: text(value, asked.words or asked.labels))]


def word(said: Said, write: Any) -> Part:
    """Return the part of one judgement; what the model did not choose shares what its choice leaves."""
    chosen = write(said.value)
    texts = list(dict.fromkeys([chosen, *map(write, said.options)]))
    rest = (1 - said.sure) / max(len(texts) - 1, 1)
    return Part(chosen, tuple((each, said.sure if each == chosen else rest) for each in texts))


def text(value: Any, words: Sequence[str] = ()) -> str:
    """Return a value as plain text, by the words of the menu where they stand for it.

    >>> text(True, ("yes", "no")), text(False, ("N", "Y")), text("Glad", ("glad", "sad")), text(None)
    ('yes', 'Y', 'glad', 'I do not know.')
    """
    if value is None:
        return DONT_KNOW
    if isinstance(value, bool) and len(words) >= 2:
        return _yes_or_no(value, words)
    if isinstance(value, str):
        return next((each for each in words if each.casefold() == value.casefold()), value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return dump(value)


def _yes_or_no(value: bool, words: Sequence[str]) -> str:
    meant = {"yes": True, "true": True, "no": False, "false": False}
    return next((each for each in words if meant.get(each.casefold()) is value), words[0] if value else words[1])


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def fit(value: Any, schema: Schema | None) -> Any:
    """Return a value in the shape that a JSON Schema wants, as far as it can be had without inventing anything.

    >>> fit(True, {"type": "string", "enum": ["yes", "no"]}), fit("12", {"type": "integer"}), fit("a", {"type": "array"})
    ('yes', 12, ['a'])
    >>> fit({"a": 1, "b": 2}, {"type": "object", "properties": {"a": {"type": "string"}, "c": {}}, "required": ["a", "c"]})
    {'a': '1', 'c': None}
    """
    if schema is None or value is None:
        return value
    if "anyOf" in schema:
        return fit(value, next((each for each in schema["anyOf"] if each.get("type") != "null"), None))
    if "enum" in schema:
        return text(value, [each for each in schema["enum"] if isinstance(each, str)]) if value not in schema["enum"] else value
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return _fit_object(value, schema) if "object" in kinds else _fit_plain(value, schema, kinds)


def _fit_object(value: Any, schema: Schema) -> Any:
    properties: dict[str, Schema] = schema.get("properties", {})
    if set(properties) == {"values", "quotes"} and not (isinstance(value, dict) and set(value) == {"values", "quotes"}):
        value = {"values": value, "quotes": value}  # a value is its own quote
    if not isinstance(value, dict):
        value = {next(iter(properties), "answer"): value}
    wanted = {name: each for name, each in properties.items() if name in value or name in schema.get("required", ())}
    return {name: fit(value.get(name), each) for name, each in wanted.items()} if properties else value


def _fit_plain(value: Any, schema: Schema, kinds: Sequence[str]) -> Any:
    if "array" in kinds:
        return [fit(each, schema.get("items")) for each in (value if isinstance(value, list) else [value])]
    if "string" in kinds:
        return value if isinstance(value, str) else dump(value)
    if isinstance(value, str) and {"integer", "number"} & set(kinds):
        try:
            return int(value) if "integer" in kinds else float(value)
        except ValueError:
            return value
    return int(value) if "integer" in kinds and isinstance(value, float) and value.is_integer() else value


def _fields(value: Any, fields: Sequence[str]) -> Any:
    """Return what was asked for by name: of an object its fields, and where `x_quote` is asked for, the value of `x` as its own quote."""
    if not fields:
        return value
    known = value if isinstance(value, dict) else {fields[0]: value}
    return {name: known.get(name, known.get(name.removesuffix("_quote"))) for name in fields}


def _inside(schema: Schema | None, *names: str) -> Schema | None:
    for name in names:
        schema = None if schema is None else schema.get("items") if name == "items" else schema.get("properties", {}).get(name)
    return schema
