"""Judgements put into words: the text of an answer, in the form that was asked for, with what each word might have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tilth.llm.simulate.asked import Asked
from tilth.llm.simulate.judge import Said
from tilth.llm.simulate.shape import Schema, fit, inside
from tilth.llm.simulate.words import dump, text


@dataclass(frozen=True)
class Part:
    """A stretch of an answer's text, and the probability of each text that could stand in its place, itself among them."""

    text: str
    might: tuple[tuple[str, float], ...] = ()


def rows(entries: Sequence[tuple[int, Said]], schema: Schema | None) -> list[Part]:
    """Return the JSON of answers under their ids."""
    wanted = inside(schema, "answers", "items", "answer")
    parts = [Part('{"answers": [')]
    for n, (id, said) in enumerate(entries):
        parts += [Part((", " if n else "") + f'{{"id": {id}, "answer": '), word(said, lambda value: dump(fit(value, wanted))), Part("}")]
    return [*parts, Part("]}")]


def one(said: Said, asked: Asked, schema: Schema | None) -> list[Part]:
    """Return the one answer of a prompt, as a word of the menu, text, or JSON."""
    if schema is not None or asked.form in ("json", "rows", "value"):
        if asked.form == "json" and (schema is None or inside(schema, "answer") is not None):
            wanted = inside(schema, "answer")
            return [Part('{"answer": '), word(said, lambda value: dump(fit(value, wanted))), Part("}")]
        return [word(said, lambda value: dump(fit(_fields(value, asked.fields), schema)))]
    return [word(said, lambda value: text(value, asked.words or asked.labels))]


def word(said: Said, write: Any) -> Part:
    """Return the part of one judgement; what the model did not choose shares what its choice leaves."""
    chosen = write(said.value)
    texts = list(dict.fromkeys([chosen, *map(write, said.options)]))
    rest = (1 - said.sure) / max(len(texts) - 1, 1)
    return Part(chosen, tuple((each, said.sure if each == chosen else rest) for each in texts))


def _fields(value: Any, fields: Sequence[str]) -> Any:
    """Return what was asked for by name: of an object its fields, and where `x_quote` is asked for, the value of `x` as its own quote."""
    if not fields:
        return value
    known = value if isinstance(value, dict) else {fields[0]: value}
    return {name: known.get(name, known.get(name.removesuffix("_quote"))) for name in fields}
