"""From a prompt to the answer of a simulated model: judged, put into words, spoilt as its model spoils answers, cut into tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tilth.llm.simulate import phrase, spoil
from tilth.llm.simulate.asked import Asked, asked
from tilth.llm.simulate.gold import Golds
from tilth.llm.simulate.judge import UNKNOWN, Judge, Said, pairs, subject
from tilth.llm.simulate.model import Model
from tilth.llm.simulate.pattern import Pattern
from tilth.llm.simulate.phrase import Part
from tilth.llm.simulate.words import DONT_KNOW, dump


@dataclass(frozen=True)
class Answer:
    """What a model says: the parts of its text, which may be a refusal; the faults of form that it has; whether it knew the task."""

    parts: tuple[Part, ...] = ()
    refused: bool = False
    cut: bool = False
    faults: tuple[str, ...] = ()
    known: bool = True

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True)
class Simulated:
    """All that decides answers but the model: gold and patterns."""

    golds: Golds
    patterns: Sequence[Pattern] = field(default=())


def answer(
    model: Model, world: Simulated, messages: Sequence[dict[str, Any]], schema: dict[str, Any] | None = None, json: bool = False,
    warm: float = 0.0, sample: str = "",
) -> Answer:  # fmt: skip
    """Return what `model` says to `messages`: by `schema`, or as some JSON, if asked for; `sample` tells samples of one prompt apart."""
    found = asked(messages, world.patterns)
    gold = world.golds.of(found.task, found.kind) if found is not None else None
    if found is None or gold is None:
        said = phrase.one(UNKNOWN, found or Asked("map", "", form="json" if json else "text"), schema)
        if found is not None and found.form in ("rows", "pairs"):
            said = _nothing(found, schema)
        return Answer(tuple(said), known=False)
    subjects = [subject(gold, row) for row in (*found.rows, *found.left, *found.right)]
    together = max(len(found.rows), len(found.left) + len(found.right) - 1, 1)  # rows that are shown; one pair counts as one row
    judge = Judge(model, gold, together, warm, sample if warm > 0 else "")
    no = spoil.refused(model, gold, subjects)
    if no is not None:
        return Answer((Part(spoil.REFUSAL),), refused=no == "refusals", faults=(no,))
    about = "\x1e".join([found.form, sample, *subjects])
    parts, faults = _said(judge, found, schema, about)
    as_json = schema is not None or json or found.form in ("rows", "pairs", "json", "value")
    parts, more, cut = spoil.text(model, gold, about, parts, as_json)
    return Answer(tuple(parts), False, cut, (*faults, *more))


def _said(judge: Judge, found: Asked, schema: dict[str, Any] | None, about: str) -> tuple[list[Part], list[str]]:
    """Return the parts of the answer, and which faults it has."""
    model, gold = judge.model, judge.gold
    if found.form == "pairs":
        matched = [(n + 1, m + 1) for n, m in pairs(judge, found.left, found.right)]
        spoilt, faults = spoil.pairs(model, gold, about, matched, len(found.left))
        return [Part('{"pairs": ' + dump(spoilt) + "}")], faults
    if found.form == "better" or found.kind == "compare":
        return _better(judge, found), []
    if found.kind in ("aggregate", "group"):
        return phrase.one(judge.all(found.rows), found, schema), []
    judged = [judge.row(found, row) for row in found.rows]
    if found.form != "rows":
        said, faults = spoil.types(model, gold, about, judged[:1] or [UNKNOWN])
        return phrase.one(said[0], found, schema), faults
    said, faults = spoil.types(model, gold, about, judged)
    named = [row.get("id", n) for n, row in enumerate(found.rows, 1)]
    entries, more = spoil.ids(model, gold, about, list(zip(named, said, strict=True)))
    return phrase.rows(entries, schema), faults + more


def _better(judge: Judge, found: Asked) -> list[Part]:
    if len(found.rows) != 2:
        return [Part(DONT_KNOW)]
    said = judge.better(*found.rows)
    names = found.words or tuple(str(row.get("id", n)) for n, row in enumerate(found.rows, 1))
    return [phrase.word(said, lambda value: DONT_KNOW if value is None else names[value])]


def _nothing(found: Asked, schema: dict[str, Any] | None) -> list[Part]:
    if found.form == "pairs":
        return [Part('{"pairs": []}')]
    return phrase.rows([(row.get("id", n), Said(None)) for n, row in enumerate(found.rows, 1)], schema)
