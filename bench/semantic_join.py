"""Semantic joins and orderings on real tables with truth, against a simulated model that errs: calls, tokens, dollars, seconds, F1.

    .venv/bin/python bench/semantic_join.py

1. Joins of both sides of entity-matching sets (ditto's copies of Magellan's, test parts; every pair of the two sides is judged, and a pair
   that the set does not list counts as no match): the nested loop, pair by pair, against blocks, search, and blocks with a limit of 10;
   by models that tire: each further row in a prompt costs them 0, 0.2 or 1 % of their right answers. "auto" is the default: blocks whose
   size is measured. A pair alone is no row more, so that the nested loop is the same for all three.
2. Entities in one table that holds both sides: all candidate pairs asked, and a cascade from a small model (flip 12 %) with targets of 0.9
   for the pairs; precision and recall are those of the pairs accepted against what the model says of all candidates.
3. The 10 oldest of paintings with a known year, by comparing pairs: a full sort against quickselect, with and without asking in both
   orders, for models that decide 0, 10 and 25 % of comparisons by place alone.

The model is simulated: it misses 8 % of matches, the hardest, takes 0.05 % of other pairs for matches, and its server leaves out 1 % of
what should be listed, cuts, garbles or refuses some answers, and is slow now and then. It is as good as this says and no better; F1 tells
what a method does to a model's answers, not how good a model is. It answers in 0.2 s and 20 ms a token; 64 requests are under way.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import tarfile
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

import corpus
import pyarrow as pa

from tilth import llm, semantic
from tilth.llm import simulate
from tilth.llm.simulate import Gold, Model

SAME = "The two records describe the same thing in the real world."
OLDER = "Which of the two paintings is older?"
MODEL = Model(
    "sim/model", flip=0.08, false_alarms=0.0005, missing=0.01, truncated=0.01, malformed=0.01, refusals=0.001, rate_limited=0.01,
    retry_after=0.1, base_seconds=0.2, decode_seconds=0.02, slow=0.01, slow_seconds=1.0, price=(0.15, 0.075, 0.6),
)  # fmt: skip


SMALL = Model("sim/small", flip=0.12, base_seconds=0.1, price=(0.01, 0.005, 0.04))
DECAYS = (0.0, 0.002, 0.01)


def price(model: Model) -> dict[str, float]:
    return dict(zip(("input", "cached", "output"), model.price or (0.0, 0.0, 0.0), strict=True))


@dataclass(frozen=True)
class Sides:
    """Two tables and the pairs of their rows that match."""

    left: list[str]
    right: list[str]
    gold: set[tuple[int, int]]

    @property
    def tables(self) -> tuple[pa.Table, pa.Table]:
        return pa.table({"record": self.left}), pa.table({"record": self.right})

    @property
    def truth(self) -> Gold:
        return Gold(SAME, "join", [(self.left[n], self.right[m]) for n, m in self.gold])


def ditto(name: str) -> Sides:
    """Return the two sides of a set's test part, their records as `column: value` text."""
    with tarfile.open(corpus.DATA / "semantic" / "ditto_entity_matching.tar.gz") as files:
        member = files.extractfile(f"data/er_magellan/{name}/test.txt")
        assert member is not None
        lines = [line.split("\t") for line in member.read().decode().splitlines()]
    told = [[re.sub(r"\s*COL (\S+) VAL\s*", r" \1: ", side).strip() for side in line[:2]] + [line[2]] for line in lines]
    left, right = list(dict.fromkeys(line[0] for line in told)), list(dict.fromkeys(line[1] for line in told))
    at1, at2 = {text: n for n, text in enumerate(left)}, {text: m for m, text in enumerate(right)}
    return Sides(left, right, {(at1[line[0]], at2[line[1]]) for line in told if line[2] == "1"})


def paintings(most: int) -> tuple[pa.Table, list[int]]:
    """Return titles that are there once, of paintings with a year, and the years."""
    with gzip.open(corpus.DATA / "semantic" / "caesura_paintings.csv.gz") as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, "utf-8")))
    found = {row["title"]: int(row["inception"][:4]) for row in rows if row["title"] and re.match(r"\d{4}", row["inception"])}
    chosen = sorted(found)[:: max(1, len(found) // most)][:most]
    return pa.table({"title": chosen}), [found[title] for title in chosen]


def measured(models: list[Model], gold: Gold, work: Callable[[], object]) -> tuple[object, float, float]:
    """Return what `work` returns, against a fresh server and cache, its seconds and those of this process's processor."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(simulate.serve(models, [gold]))
        prices = {model.name: price(model) for model in models}
        stack.enter_context(llm.using(llm.Client(server.base_url, cache=f"{folder}/llm.sqlite", prices=prices)))
        start, cpu = time.perf_counter(), time.process_time()
        return work(), time.perf_counter() - start, time.process_time() - cpu


def f1(found: set[tuple[int, int]], gold: set[tuple[int, int]]) -> float:
    return 2 * len(found & gold) / max(1, len(found) + len(gold))


def pairs_of(joined: semantic.Joined) -> set[tuple[int, int]]:
    return set(zip(joined.pairs["left"].to_pylist(), joined.pairs["right"].to_pylist(), strict=True))


def joins(name: str, sides: Sides, nested: bool) -> None:
    every = len(sides.left) * len(sides.right)
    print(f"\n{name}: {len(sides.left)} x {len(sides.right)} rows, {len(sides.gold)} matches; the nested loop takes {every:,} calls\n")
    print("| lost a row | method | block | calls | fewer | prompt tokens | cached | answered | dollars | s | CPU | found | F1 | silent |")
    print(f"|---:|---|{'---:|' * 12}")
    if nested:
        one_join(MODEL, sides, "nested loop", {"method": "nested"})
    for decay in DECAYS:
        for method, settings in METHODS.items():
            one_join(replace(MODEL, decay=decay), sides, method, settings)


def one_join(model: Model, sides: Sides, method: str, settings: dict) -> None:
    done, seconds, cpu = measured([model], sides.truth, partial(semantic.join, *sides.tables, SAME, model.name, **settings))
    assert isinstance(done, semantic.Joined)
    spent, found = done.spent, pairs_of(done)
    precise = len(found & sides.gold) / max(1, len(found))
    row = [
        f"{model.decay:.1%}", method, done.block, f"{spent.calls:,}", f"{len(sides.left) * len(sides.right) / spent.calls:,.0f}x",
        f"{spent.prompt_tokens:,}", f"{spent.cached_tokens:,}", f"{spent.completion_tokens:,}", f"{spent.cost:.4f}", f"{seconds:.1f}",
        f"{cpu:.1f}", len(found), f"{precise:.3f} precise" if settings.get("limit") else f"{f1(found, sides.gold):.3f}",
        len(done.unanswered),
    ]  # fmt: skip
    print("| " + " | ".join(map(str, row)) + " |", flush=True)


def entities(sides: Sides) -> None:
    whole = [*sides.left, *sides.right]
    gold = Gold(SAME, "join", [pair for n, m in sides.gold for pair in ((sides.left[n], sides.right[m]), (sides.right[m], sides.left[n]))])
    print("\n| entities | calls | pairs asked | of candidates | dollars | conflicts | precision | recall | pair F1 |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    said: set[tuple[int, int]] = set()
    for told, work in RESOLVED.items():
        done, *_ = measured([MODEL, SMALL], gold, partial(work, {"record": whole}, SAME, MODEL.name))
        assert isinstance(done, semantic.Resolved)
        accepted = set(zip(done.pairs["left"].to_pylist(), done.pairs["right"].to_pylist(), strict=True))
        said = said or accepted
        of, shift = done.entity.to_pylist(), len(sides.left)
        found = {(n, m) for n in range(shift) for m in range(len(sides.right)) if of[n] == of[shift + m]}
        row = [
            told, f"{done.spent.calls:,}", f"{done.asked:,}", f"{done.candidates:,}", f"{done.spent.cost:.4f}", done.conflicts,
            f"{len(accepted & said) / max(1, len(accepted)):.3f}", f"{len(accepted & said) / max(1, len(said)):.3f}",
            f"{f1(found, sides.gold):.3f}",
        ]  # fmt: skip
        print("| " + " | ".join(map(str, row)) + " |", flush=True)


def orders(rows: pa.Table, years: list[int], k: int) -> None:
    gold = Gold(OLDER, "compare", {title: -year for title, year in zip(rows["title"].to_pylist(), years, strict=True)})
    last = sorted(years)[k - 1]
    print(f"\nThe {k} oldest of {len(rows)} paintings\n")
    print("| decided by place | method | calls | dollars | seconds | ties | of the best, found |\n|---:|---|---:|---:|---:|---:|---:|")
    for bias in (0.0, 0.1, 0.25):
        model = Model("sim/model", position_bias=bias, base_seconds=0.2, price=MODEL.price)
        for method, most, swap in (("full sort", len(rows), False), ("one order", k, False), ("both orders", k, True)):
            done, seconds, _ = measured([model], gold, partial(semantic.top_k, rows, most, OLDER, model.name, swap=swap))
            assert isinstance(done, semantic.Ranked)
            right = sum(years[row] <= last for row in done.table["row"].to_pylist()[:k])
            told = [f"{bias:.0%}", method, f"{done.spent.calls:,}", f"{done.spent.cost:.4f}", f"{seconds:.1f}", done.disagreements]
            print("| " + " | ".join(map(str, told)) + f" | {right} of {k} |", flush=True)


METHODS = {
    "blocks of 8": {"block": 8}, "blocks of 32": {"block": 32}, "auto": {},
    "search, 5 candidates": {"method": "search", "candidates": 5}, "search, recall 0.8 of a sample": {"method": "search", "recall": 0.8},
    "blocks, limit 10": {"limit": 10},
}  # fmt: skip


RESOLVED = {
    "as answered": partial(semantic.resolve, recheck=False), "asked again": semantic.resolve,
    "cascade, by likeness": semantic.cascade_resolve, "cascade, by a small model": partial(semantic.cascade_resolve, small=SMALL.name),
}  # fmt: skip


if __name__ == "__main__":
    few = os.environ.get("TILTH_BENCH_SMALL")
    for name in ("Structured/Beer", "Structured/Fodors-Zagats") if not few else ("Structured/Beer",):
        joins(name, ditto(name), nested=True)
    if not few:
        joins("Textual/Abt-Buy", ditto("Textual/Abt-Buy"), nested=False)
    entities(ditto("Structured/Fodors-Zagats"))
    orders(*paintings(400), 10)
