"""The steps that ask a model, each with a small task over the examples, and the simulated model that knows the answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from tilth import llm, semantic
from tilth.filters import LearnClassifier
from tilth.llm.simulate import Gold, Model, serve
from tilth.memory import addressed
from tilth.semantic.asking.parts import cut
from tilth.semantic.gather import packed
from tilth.testing import examples

TEXTS: list[str] = examples()["text"].to_pylist()
SCHEMA = '{"type": "object", "properties": {"length": {"type": "integer"}}}'
ANSWERS: dict[str, dict[str, Any]] = {
    "filter": {text: len(text) % 2 == 0 for text in TEXTS}, "map": {text: text[:9] for text in TEXTS},
    "classify": {text: "even" if len(text) % 2 == 0 else "odd" for text in TEXTS}, "score": {text: len(text) % 6 for text in TEXTS},
    "extract": {part: {"length": len(part)} for text in TEXTS for part in (text, *(part for _, part in cut(text, 20, 2)))},
    "impute": {text: str(len(text)) for text in TEXTS},
    "detect": {text: [{"column": "text", "repair": None}] if len(text) % 2 else [] for text in TEXTS},
    "compare": {text: len(text) for text in TEXTS},
}  # fmt: skip
GOLD = [
    *(Gold(f"law of {kind}", kind, answers) for kind, answers in ANSWERS.items()),
    Gold("law of join", "join", [(text, text) for text in TEXTS]),
    Gold("law of aggregate", "aggregate", ANSWERS["compare"], combine="max"),
    Gold("law of group_by", "classify", ANSWERS["classify"]),
    Gold("law of group_by\nName", "group", ANSWERS["classify"], combine="most"),
    Gold("law of group_by\nThe rows are names", "group", ["even", "odd"]),
]
RIGHT = packed(pa.table({"id": [f"r{n}" for n in range(9)], "text": pa.array(TEXTS[:9], pa.large_string())}))
STUDENT = LearnClassifier(buckets=100, min_count=1, held_out=0)
DISTIL = semantic.Distil(semantic.Filter("law of filter", "m"), labels=30, held_out=0.1, rounds=0, student=STUDENT)
COMPOSITES: dict[str, dict[str, Any]] = {
    "semantic.extract": {"schema": SCHEMA, "model": "m", "instruction": "law of extract"},
    "semantic.dedup": {"instruction": "law of join", "model": "m"},
}


@contextmanager
def endpoint(folder: Path) -> Iterator[None]:
    """Serve the model "m" that knows all of this, and make it the one that is asked."""
    with serve([Model("m")], GOLD) as server, llm.using(llm.Client(base_url=server.base_url, cache=str(folder / "llm.sqlite"))):
        yield


def gaps() -> pa.Table:
    """The examples, with a column whose cells are missing in every third row."""
    cells = [None if n % 3 == 0 else str(len(text)) for n, text in enumerate(TEXTS)]
    return addressed(examples().append_column("length", pa.array(cells, pa.large_string())))


def instances() -> dict[str, list[tuple[object, pa.Table]]]:
    """Every step that asks a model, by its name in recipes, and what it is tried on."""
    impute = semantic.Impute("length", "m", ("text",), "law of impute")
    detect = semantic.Detect(("text",), "m", "law of detect")
    agg = semantic.Agg("law of aggregate", "m", answer='{"type":"integer"}')
    state = examples().to_batches()[0]
    [fill], [wrong] = impute.finish(impute.observe(gaps().to_batches()[0])), detect.finish(detect.observe(state))
    [told] = agg.finish(agg.observe(state))
    ask = semantic.Filter("law of filter", "m")
    kinds = semantic.Classify("law of classify", ("even", "odd"), "m")
    guess = replace(kinds, name="guess", batch=1)
    distilled = DISTIL.finish(DISTIL.observe(addressed(examples()).to_batches()[0]))
    steps = {
        "Filter": [ask, semantic.Filter("law of filter", "m", batch=1, unanswered="keep")], "Map": [semantic.Map("law of map", "m")],
        "Classify": [semantic.Classify("law of classify", ("even", "odd"), "m")], "Score": [semantic.Score("law of score", "m")],
        "Extract": [semantic.Extract(SCHEMA, "m", "law of extract"), semantic.Extract(SCHEMA, "m", "law of extract", chunk=20, overlap=2)],
        "Detect": [detect], "WrongCells": [wrong], "Agg": [agg], "GroupAnswer": [told],
        "GroupBy": [semantic.GroupBy("law of group_by", 2, "m")],
        "Join": [semantic.Join("law of join", RIGHT, "m")], "SimJoin": [semantic.SimJoin(RIGHT)],
        "Search": [semantic.Search("a text of words", 5)], "Resolve": [semantic.Resolve("law of join", "m")],
        "ResolveCascade": [semantic.ResolveCascade("law of join", "m", "m")],
        "TopK": [semantic.TopK(3, "law of compare", "m")], "LearnBatch": [semantic.LearnBatch(ask, sizes=(2, 4), sample=20)],
        "Likelihood": [semantic.Likelihood(ask)], "Cascade": [semantic.Cascade(ask, semantic.Likelihood(ask))],
        "Cascaded": [semantic.Cascaded(ask, semantic.Likelihood(ask), "likelihood", 0.6, 0.4)],
        "ClassifyCascade": [semantic.ClassifyCascade(kinds, guess)],
        "ClassifyCascaded": [semantic.ClassifyCascaded(kinds, guess, "guess", ((0, 0.6), (1, 0.6)))],
        "Distil": [DISTIL], "Distilled": [*distilled, replace(*distilled, review_below=0.9)],
        "Placed": [semantic.Placed(packed(pa.table({"row": pa.array([3], pa.uint64()), "rank": [1]})), others="not found")],
    }  # fmt: skip
    found = {f"semantic.{name}": [(step, examples()) for step in made] for name, made in steps.items()}
    return found | {"semantic.Impute": [(impute, gaps())], "semantic.FillIn": [(fill, gaps())]}
