"""What made the output: steps with their parameters, versions, the corpus, and the commands to make it again and to ask further."""

from __future__ import annotations

import shlex
from typing import Any

from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count, size
from tilth.web.page import table
from tilth.web.statistics import Statistics

LONGEST = 1000  # characters of one value


def made_by(found: Statistics) -> Html:
    """Return recipe, provenance and commands."""
    data = found.run.data
    recipe = [_listed(data["recipe"])]
    if data["executed"] != data["recipe"]:
        title = tag("summary", "The steps as executed, with what they learned from the corpus")
        recipe.append(tag("details", title, _listed(data["executed"]), class_="more"))
    facts = table(["", ""], _provenance(found), kind="facts")
    return joined(tag("h3", "Recipe"), recipe, tag("h3", "Provenance"), facts, tag("h3", "Ask further"), _commands(found))


def _listed(steps: list[dict[str, Any]]) -> Html:
    return tag("ol", *(tag("li", _step(step)) for step in steps), class_="steps")


def _step(step: dict[str, Any]) -> Html:
    fields = [(name, value) for name, value in step.items() if name not in ("$step", "version")]
    shown = [joined(", " if i else "", tag("span", f"{name}="), written(value)) for i, (name, value) in enumerate(fields)]
    return tag("code", tag("b", name_of(step)), "(", shown, ")")


def name_of(step: dict[str, Any]) -> str:
    """Return the name of a recorded step as recipes write it.

    >>> name_of({"$step": "tilth.clean.html:HtmlText"}), name_of({"$step": "tilth.rules:Filter"}), name_of({"$step": "mine.steps:Own"})
    ('clean.HtmlText', 'Filter', 'mine.steps.Own')
    """
    module, _, kind = str(step["$step"]).partition(":")
    parts = module.split(".")
    return ".".join([*(parts[1:-1] if parts[0] == "tilth" else parts), kind])


def written(value: Any) -> str:
    """Return a recorded value as Python writes it, long ones cut.

    >>> written({"$step": "tilth.filters.c4:C4", "version": 1, "min_words": None}), written(["a", {"$bytes": "0123456789abcdef"}])
    ('filters.C4(min_words=None)', "('a', <bytes 01234567>)")
    """
    if isinstance(value, dict) and "$bytes" in value:
        return f"<bytes {value['$bytes'][:8]}>"
    if isinstance(value, dict):
        fields = (f"{name}={written(each)}" for name, each in value.items() if name not in ("$step", "version"))
        return f"{name_of(value)}({', '.join(fields)})"
    if isinstance(value, list):
        return _cut(f"({', '.join(map(written, value))}{',' if len(value) == 1 else ''})")
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"


def _provenance(found: Statistics) -> list[list[object]]:
    data, tokens = found.run.data, found.tokens
    outputs = ", ".join(f"{folder}/ ({each['writer']}, {size(each['bytes'])})" for folder, each in data["outputs"].items())
    rows: list[list[object]] = [
        ["versions", f"tilth {data['version']}, Python {data['python']}, Arrow {data['arrow']}, store format {data['format']}"],
        ["corpus", joined(f"{count(found.files)} files, {size(data['input_bytes'])} as stored, manifest ", tag("code", data["manifest"]))],
        ["cut into", f"shards: {count(data['shards'])}, partitions: {count(data['partitions'])}"],
        ["outputs", outputs],
        ["memory", f"{count(found.peak_mb)} MB at the peak of the largest worker"],
    ]  # fmt: skip
    if tokens:
        kind = f"{count(tokens['vocab_size'])} entries, ids in {tokens['dtype']}, digest "
        rows.append(["tokenizer", joined(kind, tag("code", tokens["tokenizer"]))])
    if data["retracted"]["rows"]:
        rows.append(["retracted", f"{count(data['retracted']['rows'])} rows that an earlier run kept are gone now"])
    return rows


def _commands(found: Statistics) -> Html:
    out = shlex.quote(found.run.out)
    example = next((one.row for drop in found.drops for one in drop.examples), 0)
    signal = next((signal.name for signal in found.signals if signal.limits), "COLUMN")
    every = [
        (f"tilth run RECIPE --out {out}", "goes on: only what is new is done, and the same rows and steps give the same bytes"),
        (f"tilth run {out} --input 'NEW/*' --out NEXT", "does to other input what this run ended with, all that it learned included"),
        (f"tilth explain {out} {example}", "tells the whole way of one document, by id or row"),
        (f"tilth sweep {out} {signal}", "shows what other thresholds would keep"),
        (f"tilth ls {out}", "lists what the run left"),
    ]  # fmt: skip
    return tag("dl", *(tag("div", tag("dt", tag("code", command)), tag("dd", what)) for command, what in every), class_="commands")
