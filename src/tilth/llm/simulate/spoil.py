"""The faults of form that simulated models have: what is missing, doubled, out of order, cut off, refused, or not JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tilth.llm.simulate.draw import chance, pick, shuffled
from tilth.llm.simulate.gold import Gold
from tilth.llm.simulate.judge import Said
from tilth.llm.simulate.model import Model
from tilth.llm.simulate.phrase import Part

REFUSAL = "I'm sorry, but I can't help with that."
Entries = list[tuple[int, Said]]


def refused(model: Model, gold: Gold, subjects: Sequence[str]) -> str | None:
    """Return "refusals" or "apologies" where one of these rows makes the model refuse its prompt, and every prompt that holds it."""
    for name in ("refusals", "apologies"):
        share = getattr(model, name)
        if share and any(chance(model.name, model.seed, gold.task, each, name) < share for each in subjects):
            return name
    return None


def ids(model: Model, gold: Gold, about: str, entries: Entries) -> tuple[Entries, list[str]]:
    """Return answers with ids missing, doubled, invented, or out of order, and which of these; a prompt of one row has none of it."""
    if len(entries) < 2:
        return entries, []
    found: list[str] = []
    spoilt: Entries = []
    for id, said in entries:
        times = 1
        if _hit(model, gold, about, "missing", id):
            times = 0
            found.append("missing")
        elif _hit(model, gold, about, "doubled", id):
            times = 2
            found.append("doubled")
        spoilt += [(id, said)] * times
        if _hit(model, gold, about, "invented", id):
            spoilt.append((id + len(entries), said))
            found.append("invented")
    if _hit(model, gold, about, "reordered"):
        spoilt = shuffled(spoilt, model.name, about)
        found.append("reordered")
    return spoilt, found


def pairs(model: Model, gold: Gold, about: str, matched: list[tuple[int, int]], left: int) -> tuple[list[tuple[int, int]], list[str]]:
    """Return pairs with the same faults as `ids`; an invented one names a left row that there is not."""
    spoilt: list[tuple[int, int]] = []
    found: list[str] = []
    for n, m in matched:
        times = 1
        if _hit(model, gold, about, "missing", n, m):
            times = 0
            found.append("missing")
        elif _hit(model, gold, about, "doubled", n, m):
            times = 2
            found.append("doubled")
        spoilt += [(n, m)] * times
    if _hit(model, gold, about, "invented"):
        spoilt.append((left + 1, 1))
        found.append("invented")
    if _hit(model, gold, about, "reordered"):
        spoilt = shuffled(spoilt, model.name, about)
        found.append("reordered")
    return spoilt, found


def types(model: Model, gold: Gold, about: str, judged: list[Said]) -> tuple[list[Said], list[str]]:
    """Return judgements some of which have a value of a type that nobody asked for."""
    hit = [_hit(model, gold, about, "mistyped", n) for n in range(len(judged))]
    wrong = [replace(each, value=_mistyped(each.value), options=()) if bad else each for each, bad in zip(judged, hit, strict=True)]
    return wrong, ["mistyped"] * sum(hit)


def _mistyped(value: Any) -> Any:
    return {"note": "see above"} if isinstance(value, str | list) else f"about {value}" if isinstance(value, int | float) else [value]


def text(model: Model, gold: Gold, about: str, parts: list[Part], as_json: bool) -> tuple[list[Part], list[str], bool]:
    """Return the text with its JSON broken or its end cut off; which of these; and whether it was cut off."""
    found = []
    if as_json and _hit(model, gold, about, "malformed"):
        parts = [Part(_malformed("".join(part.text for part in parts), pick(range(4), model.name, about)))]
        found.append("malformed")
    cut = _hit(model, gold, about, "truncated")
    return parts, [*found, "truncated"] if cut else found, cut


def _malformed(json: str, way: int) -> str:
    """Return JSON as models break it: within prose and a fence, its end missing, in single quotes, or with a comma too many."""
    fenced = f"Here is the answer:\n```json\n{json}\n```\nI hope this helps."
    return (fenced, json[:-1], json.replace('"', "'"), json[:-1] + "," + json[-1:])[way]


def _hit(model: Model, gold: Gold, about: str, fault: str, *place: object) -> bool:
    share: float = getattr(model, fault)
    return share > 0 and chance(model.name, model.seed, gold.task, about, fault, *place) < share
