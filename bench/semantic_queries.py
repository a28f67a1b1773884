"""Queries by models over real rows with truth, each by several plans against one simulator: calls, tokens, dollars, seconds, quality.

    .venv/bin/python bench/semantic_queries.py [--lotus PYTHON] [--only filters limits ...]

Of every query the first plan is the plain one: a row or a pair a call, all rows, as written, by the large model. The others are Tilth's and
LOTUS's own operators. All see the same two simulated models. The large one errs on 2 % of rows (in joins: it misses 2 % of matches and
takes 0.02 % of other pairs for one), loses 0.1 % of right answers with each further row in a prompt, and costs $2.50 and $10 a million
tokens (half where cached); the small one errs on 10 %, loses 0.2 %, costs $0.15 and $0.60. Both take 0.4 s a call, 10 us a prompt token
that is not cached and 10 ms a token of the answer, 64 calls are under way, and log-probabilities are calibrated unless a table says
otherwise. Simulated quality is not a model's quality: it says what a plan does to a model's answers. Dollars, tokens and calls are those
that the server counted; "cheaper" is in dollars; CPU is of the asking process, which in Tilth's plans also runs the simulator.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa
import semantic_data as data
import semantic_join
from semantic_plans import LARGE, SMALL, f1, fresh, precision_recall, table

from tilth import evaluate, semantic
from tilth.llm import simulate
from tilth.llm.simulate import Gold, Model
from tilth.memory import addressed
from tilth.semantic.plan.execute import execute
from tilth.semantic.plan.explain import in_order
from tilth.semantic.plan.rewrite import rewritten

NOTE = """\
Two simulated models, $2.50 / $10 and $0.15 / $0.60 a million tokens, that err on 2 % and 10 % of rows; dollars, tokens and calls as the
server counted them, "cheaper" in dollars. Precision and recall of filters are those of the plain plan's rows, of joins those of the truth;
F1 is against the truth. One run with one seed each; LOTUS's order has random pivots. A call of LOTUS that has no answer after 30 s is made
again, and its seconds hold the pause."""
PAIRS = [replace(LARGE, false_alarms=0.0002), replace(SMALL, false_alarms=0.001)]


def filter_of(rows: data.Texts, model: str, batch: int) -> semantic.Filter:
    return semantic.Filter(f"It holds that {rows.says}.", model, batch=batch)


def kept(rows: pa.Table, *steps: Any) -> list[int]:
    """Return the numbers of the rows that are left."""
    return [row & 0xFFFFFFFF for row in evaluate(list(steps), rows).table["row"].to_pylist()]


def against(truth: Sequence[bool]) -> Callable[[list[int]], tuple[float, float, float]]:
    """Return how to judge rows that were found: F1, and precision and recall of what the first plan found."""
    right = [n for n, holds in enumerate(truth) if holds]
    first: list[list[int]] = []

    def judge(found: list[int]) -> tuple[float, float, float]:
        first.append(found)
        return f1(found, right), *precision_recall(found, first[0])

    return judge


def filters(lotus: str) -> None:
    """A filter at 90/90 targets, where the small model's log-probabilities tell much, and where it guesses and they tell nothing."""
    filtered("2,000 reviews, half of them glad", data.reviews(), SMALL, lotus)
    filtered("250 e-mails of Enron, 13 of the kind", data.emails(), SMALL, lotus)
    useless = replace(SMALL, flip=0.5, even=True, logprobs="useless")
    filtered("The reviews, with a small model that guesses", data.reviews(), useless, lotus)


def filtered(name: str, rows: data.Texts, small: Model, lotus: str) -> None:
    with table(f"Filter. {name}.", [rows.gold], ("F1", "precision", "recall"), lotus, [LARGE, small]) as bench:
        judge = against(rows.truth)
        cascade = semantic.Cascade(filter_of(rows, "large", 1), semantic.Likelihood(filter_of(rows, "small", 1)))
        bench.plan("a row a call", lambda: kept(rows.table, filter_of(rows, "large", 1)), judge)
        bench.plan("Tilth: 8 rows a call", lambda: kept(rows.table, filter_of(rows, "large", 8)), judge)
        bench.plan("Tilth: cascade 90/90", lambda: kept(rows.table, cascade), judge)
        bench.plan("Tilth: the same, for rare rows", lambda: kept(rows.table, replace(cascade, rare=True)), judge)
        bench.peer("LOTUS: sem_filter", "sem_filter", judge, texts=rows.texts, claim=rows.lotus)
        bench.peer("LOTUS: sem_filter, cascade 90/90", "sem_filter", judge, texts=rows.texts, claim=rows.lotus, by_helper=True)


def limits(lotus: str) -> None:
    """The first rows of a kind: five glad reviews of 2,000, one e-mail of 13 in 250."""
    limited("Five glad reviews of 2,000", data.reviews(), 5, lotus)
    limited("One e-mail of the kind, of 250", data.emails(), 1, lotus)


def limited(name: str, rows: data.Texts, most: int, lotus: str) -> None:
    numbered = pa.table({"text": pa.array(rows.texts, pa.large_string()), "number": range(len(rows.texts))})
    said = f"It holds that {rows.says}."
    by_large = semantic.query(numbered).filter(said, model="large").limit(most)
    by_any = semantic.query(numbered).filter(said).limit(most)

    def judge(found: list[int]) -> tuple[int, float]:
        return len(found[:most]), sum(rows.truth[n] for n in found[:most]) / max(1, len(found[:most]))

    with table(f"Limit. {name}.", [rows.gold], ("found", "precision"), lotus) as bench:
        bench.plan("all rows, a row a call", lambda: kept(rows.table, filter_of(rows, "large", 1)), judge)
        bench.plan("Tilth: stop when found", lambda: numbers(semantic.run(by_large)[0]), judge)
        bench.plan("Tilth: optimized", lambda: numbers(semantic.optimize(by_any, ["large", "small"]).run()[0]), judge)
        bench.peer("LOTUS: sem_filter, head", "sem_filter", judge, texts=rows.texts, claim=rows.lotus)


def numbers(rows: pa.Table) -> list[int]:
    return rows["number"].to_pylist()


def plans(lotus: str) -> None:
    """Two filters and a rule, the dear and unselective one written first; truth of the second: the word stands there."""
    rows, longest = data.reviews(), 3000
    tells = [" oscar" in text.lower() for text in rows.texts]
    second = data.Texts("the text is about an Oscar", rows.texts, tells)
    numbered = pa.table({"text": pa.array(rows.texts, pa.large_string()), "number": range(len(rows.texts))})
    holds = [a and b and len(text) < longest for a, b, text in zip(rows.truth, tells, rows.texts, strict=True)]
    says = [f"It holds that {each.says}." for each in (rows, second)]

    def written(model: str) -> semantic.Query:
        first = semantic.query(numbered).filter(says[0], model=model).filter(says[1], model=model)
        return first.where(f"length(text) < {longest}")

    def optimized(**asked: Any) -> list[int]:
        return numbers(semantic.optimize(written(semantic.ANY), ["large", "small"], **asked).run()[0])

    def plain() -> list[int]:
        found = kept(rows.table, filter_of(rows, "large", 1), filter_of(second, "large", 1))
        return [n for n in found if len(rows.texts[n]) < longest]

    with table("Two filters and a rule, 2,000 reviews.", [rows.gold, second.gold], ("F1", "precision", "recall"), lotus) as bench:
        judge = against(holds)
        bench.plan("as written, a row a call", plain, judge)
        bench.plan("Tilth: the rule first", lambda: numbers(execute(rewritten(written("large").node))[0]), judge)
        bench.plan("Tilth: optimized, quality 0.9", optimized, judge)
        bench.plan("Tilth: optimized, quality 0.8, sample 100", lambda: optimized(quality=0.8, sample=100), judge)
        claims = [rows.lotus, second.lotus]
        bench.peer("LOTUS: lazy frame, optimized", "two_filters", judge, texts=rows.texts, claims=claims, longest=longest)


def times(_: str) -> None:
    """How long the plans that nothing beats take, against what was foretold of them from a sample; each with an empty cache."""
    rows = data.emails()
    query = semantic.query(pa.table({"text": rows.texts})).filter(f"It holds that {rows.says}.")
    print("\nTimes. 250 e-mails.\n\n| in flight | plan | foretold, s | took, s | ratio |\n|---:|---|---:|---:|---:|")
    models = [LARGE, SMALL]
    with simulate.serve(models, [rows.gold]) as server:
        for in_flight in (8, 64):
            with fresh(server, models, in_flight=in_flight):
                plan = semantic.optimize(query, ["large", "small"], seconds=1000.0)
            for choice in (plan.plain, *plan.alternatives):
                server.reset()
                with fresh(server, models, in_flight=in_flight):
                    start = time.perf_counter()
                    execute(choice.node)
                    took = time.perf_counter() - start
                said = f"{choice.seconds:.1f} | {took:.1f} | {took / choice.seconds:.2f}"
                print(f"| {in_flight} | {in_order(choice.node)} | {said} |", flush=True)


def joins(lotus: str) -> None:
    """Both sides of an entity-matching set, all pairs of which are judged."""
    sides = semantic_join.ditto("Structured/Beer")
    gold = sorted(sides.gold)
    claim = "It holds of {left} and {right}: they describe the same thing in the real world."
    task = Gold("describe the same thing in the real world", "join", sides.truth.answers)
    guess = dict(zip(sides.left, sides.left, strict=True)) | dict(task.answers)  # what a model says where LOTUS maps, to search by it

    def joined(**settings: Any) -> list[tuple[int, int]]:
        return sorted(semantic_join.pairs_of(semantic.join(*sides.tables, semantic_join.SAME, "large", **settings)))

    def judge(found: Sequence[Sequence[int]]) -> tuple[float, float, float]:
        pairs = [(n, m) for n, m in found]
        return f1(pairs, gold), *precision_recall(pairs, gold)

    head = f"Join. Beers, {len(sides.left)} x {len(sides.right)}, {len(gold)} matches."
    with table(head, [task, Gold("identify the most relevant", "map", guess)], ("F1", "precision", "recall"), lotus, PAIRS) as bench:
        bench.plan("a pair a call", lambda: joined(method="nested"), judge)
        bench.plan("Tilth: blocks, their size measured", joined, judge)
        bench.plan("Tilth: blocks of 32", lambda: joined(block=32), judge)
        bench.plan("Tilth: blocks of 8", lambda: joined(block=8), judge)
        bench.plan("Tilth: search, 10 candidates", lambda: joined(method="search"), judge)
        bench.plan("Tilth: blocks, limit 10", lambda: joined(limit=10), judge)
        bench.peer("LOTUS: sem_join", "sem_join", judge, left=sides.left, right=sides.right, claim=claim)
        bench.peer("LOTUS: sem_join, cascade 90/90", "sem_join", judge, left=sides.left, right=sides.right, claim=claim, by_similarity=True)


def tops(lotus: str) -> None:
    """The ten oldest of 400 paintings, by a large model that decides one in ten of comparisons by place alone."""
    rows, years = semantic_join.paintings(400)
    titles, k = rows["title"].to_pylist(), 10
    gold = Gold("Which of the two paintings is older", "compare", {title: -year for title, year in zip(titles, years, strict=True)})
    last = sorted(years)[k - 1]
    biased = replace(LARGE, position_bias=0.1)

    def ranked(most: int, swap: bool) -> list[int]:
        found = semantic.top_k(rows, most, semantic_join.OLDER, "large", swap=swap)
        return found.table["row"].to_pylist()[:k]

    def judge(found: list[int]) -> tuple[str]:
        return (f"{sum(years[n] <= last for n in found)} of {k}",)

    with table("Top 10 of 400 paintings.", [gold], ("of the best",), lotus, [biased, SMALL]) as bench:
        bench.plan("a full sort", lambda: ranked(len(titles), False), judge)
        bench.plan("Tilth: both orders", lambda: ranked(k, True), judge)
        bench.plan("Tilth: one order", lambda: ranked(k, False), judge)
        bench.peer("LOTUS: sem_topk, quick", "sem_topk", judge, texts=titles, question="Which of the two paintings is older? {text}", k=k)


def extracts(lotus: str) -> None:
    """The fields of 100 reports; quality is F1 over (report, field, value)."""
    for name in ("aviation", "corona"):
        extracted(name, data.reports(name), lotus)


def extracted(name: str, found: data.Reports, lotus: str) -> None:
    rows = pa.table({"text": pa.array(found.texts, pa.large_string())})
    schema = {"type": "object", "properties": {field: {"type": "string"} for field in found.fields}}

    def by(model: str, batch: int, evidence: bool = False) -> list[Any]:
        return evaluate(semantic.extract(schema, model, batch=batch, evidence=evidence), rows).table["extracted"].to_pylist()

    def judge(told: list[Any]) -> tuple[float]:
        return (f1(triples(told), triples(found.values)),)

    with table(f"Extract. {len(found.fields)} fields of 100 {name} reports.", found.gold, ("F1",), lotus) as bench:
        bench.plan("a row a call", lambda: by("large", 1), judge)
        bench.plan("Tilth: 4 rows a call", lambda: by("large", 4), judge)
        bench.plan("Tilth: the same with evidence", lambda: by("large", 4, True), judge)
        bench.plan("Tilth: 4 rows a call, small", lambda: by("small", 4), judge)
        bench.peer("LOTUS: sem_extract", "sem_extract", judge, texts=found.texts, fields=found.fields)


def triples(told: Sequence[Any]) -> list[tuple[int, str, str]]:
    """Return what was told as (row, field, value); LOTUS says "None" for what is not there."""
    return [(n, name, str(value)) for n, each in enumerate(told) if each for name, value in each.items() if value not in (None, "None")]


def detects(lotus: str) -> None:
    """The wrong cells of 1,000 rows of hospitals, and what should stand there, which LOTUS has no operator for; F1 over them."""
    found = data.cells(1000)
    columns = tuple(found.rows[0])
    rows = addressed(pa.table({name: pa.array([row[name] for row in found.rows], pa.large_string()) for name in columns}))
    gold = [(n, each["column"], each["repair"]) for n, wrong in enumerate(found.wrong) for each in wrong]

    def detected(batch: int) -> list[Any]:
        return evaluate([semantic.Detect(columns, "large", batch=batch)], rows).table["errors"].to_pylist()

    def judge(told: list[Any]) -> tuple[float]:
        return (f1([(n, each["column"], each["repair"]) for n, wrong in enumerate(told) for each in wrong or ()], gold),)

    with table(f"Detect. {len(gold)} wrong cells of {len(rows)} x {len(columns)}.", [found.gold], ("F1",), lotus) as bench:
        bench.plan("a row a call", lambda: detected(1), judge)
        bench.plan("Tilth: 4 rows a call", lambda: detected(4), judge)
        bench.plan("Tilth: 16 rows a call", lambda: detected(16), judge)


def distils(lotus: str) -> None:
    """4,000 sentences, half of them opinions: a model labels some, a classifier the rest."""
    rows = data.sentences(4000)
    with table("Distil. 4,000 sentences.", [rows.gold], ("F1", "precision", "recall"), lotus) as bench:
        judge = against(rows.truth)
        bench.plan("a row a call", lambda: kept(rows.table, filter_of(rows, "large", 1)), judge)
        bench.plan("Tilth: 8 rows a call", lambda: kept(rows.table, filter_of(rows, "large", 8)), judge)
        for labels, review in ((500, 0.0), (500, 0.2), (1500, 0.1)):
            distil = semantic.Distil(filter_of(rows, "large", 8), labels=labels, review=review)
            bench.plan(f"Tilth: {labels:,} labels, {review:.0%} back to the model", partial(kept, rows.table, distil), judge)
        bench.peer("LOTUS: sem_filter, cascade 90/90", "sem_filter", judge, texts=rows.texts, claim=rows.lotus, by_helper=True)


QUERIES = {each.__name__: each for each in (filters, limits, plans, times, joins, tops, extracts, detects, distils)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lotus", nargs="?", default="", const="", help="the Python of an environment with LOTUS")
    parser.add_argument("--only", nargs="*", choices=list(QUERIES), default=list(QUERIES))
    given = parser.parse_args()
    print(NOTE)
    for name in given.only:
        QUERIES[name](given.lotus)


if __name__ == "__main__":
    main()
