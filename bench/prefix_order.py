"""Cached tokens of prompts over real tables: as the rows come, sorted, with one order of fields, and as `plan_order` has them.

    .venv/bin/python bench/prefix_order.py

A row a prompt, behind an instruction of two sentences (of about 1,100 tokens for "hosted", which caches nothing below 1,024). Caches:
"blocks" of 16 tokens that forgets nothing, "small" the same with room for 20,000 tokens, "hosted" (1,024 tokens, steps of 128) that
forgets nothing. A share is cached tokens of prompt tokens, of every row as it comes, or of every different row in the planned order;
"left" is the tokens left to read with free fields, over those as they came. Then prompts about the first 1,000 rows, in the planned
order, go to the simulated endpoint over HTTP, one after the other: tokens as predicted, and as read from the answers' `cached_tokens`.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import re
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import corpus
import pyarrow as pa

from tilth import llm
from tilth.llm import simulate
from tilth.llm.request import Usage
from tilth.semantic import BLOCKS, HOSTED, Order, plan_order
from tilth.semantic.asking.prompt import Messages, block, messages
from tilth.semantic.asking.question import Question

TASK = "Is everything in this row right? A row is right if no field contradicts another."
LONG = TASK + " Look at every field, and at how it is written, before you answer." * 80
CACHES = {"blocks": (BLOCKS, TASK), "small": (replace(BLOCKS, capacity=20_000), TASK), "hosted": (HOSTED, LONG)}


def prompt(task: str) -> Messages:
    return messages("filter", task, block("rows", ()))


def members(name: str, wanted: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of the files of an archive whose names match `wanted`, by name."""
    with tarfile.open(corpus.DATA / "semantic" / name) as tar:
        for member in sorted((m for m in tar if re.search(wanted, m.name)), key=lambda m: m.name):
            yield member.name, tar.extractfile(member).read().decode("utf-8", "replace")  # type: ignore[union-attr]


def csv_table(text: str) -> pa.Table:
    return pa.Table.from_pylist(list(csv.DictReader(io.StringIO(text))))


def holoclean(name: str) -> pa.Table:
    return csv_table(next(text for path, text in members("holoclean_testdata.tar.gz", f"/{name}$")))


def paintings() -> pa.Table:
    with gzip.open(corpus.DATA / "semantic/caesura_paintings.csv.gz", "rt") as file:
        return csv_table(file.read())


def pairs(name: str) -> pa.Table:
    """Both entities of every pair of an entity matching set, their fields as columns, in the order of its files."""
    rows = []
    for _, text in members("ditto_entity_matching.tar.gz", rf"/{name}/(train|valid|test)\.txt$"):
        for line in text.splitlines():
            sides = zip(("left", "right"), line.split("\t"), strict=False)
            fields = ((side, *found) for side, part in sides for found in re.findall(r"COL (\S+) VAL (.*?) ?(?=COL |$)", part))
            rows.append({f"{side} {field}": value for side, field, value in fields})
    return pa.Table.from_pylist(rows)


def table_questions() -> pa.Table:
    """Questions about tables, each with its whole table, from one file of the set."""
    tables = {path.removesuffix(".csv"): text for path, text in members("wikitables_csv.tar.gz", r"\.csv$")}
    _, questions = next(members("wikitables_questions.tar.gz", "pristine-unseen-tables.tsv$"))
    rows = ((question, path.removesuffix(".csv")) for _, question, path, *_ in (line.split("\t") for line in questions.splitlines()[1:]))
    return pa.Table.from_pylist([{"question": question, "table": tables[path][:8000]} for question, path in rows if path in tables])


def passage_questions() -> pa.Table:
    """Questions about passages, in the order of the questions' ids, as a queue of strangers' questions would have them."""
    with tarfile.open(corpus.DATA / "docs/xquad.tar.gz") as tar:
        data = json.load(tar.extractfile(next(m for m in tar if m.name.endswith("xquad.en.json"))))  # type: ignore[arg-type]
    asked = [(qa["id"], qa["question"], part["context"]) for each in data["data"] for part in each["paragraphs"] for qa in part["qas"]]
    return pa.Table.from_pylist([{"question": question, "passage": passage} for _, question, passage in sorted(asked)])


TABLES: dict[str, Callable[[], pa.Table]] = {
    "hospital": lambda: holoclean("hospital.csv"),
    "census": lambda: holoclean("Adult1100.csv"),
    "museum": lambda: holoclean("met_1000.csv"),
    "paintings": paintings,
    "DBLP-ACM pairs": lambda: pairs("Structured/DBLP-ACM"),
    "Walmart-Amazon pairs": lambda: pairs("Structured/Walmart-Amazon"),
    "Abt-Buy pairs": lambda: pairs("Textual/Abt-Buy"),
    "questions, tables": table_questions,
    "questions, passages": passage_questions,
}


def share(usage: Usage) -> str:
    return f"{100 * usage.cached / usage.prompt:.1f} %"


def predicted(name: str, table: pa.Table) -> None:
    for kind, (cache, task) in CACHES.items():
        given, one = (plan_order(table, table.column_names, prompt=prompt(task), cache=cache, fields=way) for way in ("given", "one"))
        began = time.process_time()
        free = plan_order(table, table.column_names, prompt=prompt(task), cache=cache)
        seconds = time.process_time() - began
        left = (free.planned.prompt - free.planned.cached) / (free.arrival.prompt - free.arrival.cached)
        shares = map(share, (free.arrival, given.planned, one.planned, free.planned))
        told = [f"{left:.2f}", str(len(free.fields)), free.how, f"{seconds:.2f}"]
        print(f"| {' | '.join([name, kind, f'{len(table):,}', f'{len(free.rows):,}', *shares, *told])} |", flush=True)


async def read(url: str, table: pa.Table, order: Order, task: str) -> tuple[int, int]:
    """Return (tokens, cached tokens) that the endpoint tells of."""
    question = Question("filter", task, "m", tuple(table.column_names), answer='{"type":"boolean"}')
    async with llm.Session(llm.Client(base_url=url, cache=":memory:")) as session:
        usage = [(await session.ask(question.request([row]))).usage for row in order.records(table)]
    return sum(each.prompt for each in usage), sum(each.cached for each in usage)


def replayed(name: str, table: pa.Table) -> None:
    """Print what was predicted of prompts in the planned order, and what the simulated endpoint said of them."""
    right = {simulate.row_key(row): True for row in table.to_pylist()}
    for kind, (cache, task) in CACHES.items():
        order = plan_order(table, table.column_names, prompt=prompt(task), cache=cache)
        model = simulate.Model("m", cache="hosted" if kind == "hosted" else "blocks", cache_tokens=cache.capacity or 1_000_000_000)
        with simulate.serve([model], [simulate.Gold(task, "filter", right)]) as server:
            tokens, cached = asyncio.run(read(server.base_url, table, order, task))
        print(f"| {name} | {kind} | {order.planned.prompt:,} | {tokens:,} | {order.planned.cached:,} | {cached:,} |", flush=True)


def main() -> None:
    plan_order(pa.table({"a": ["x", "y"]}), ["a"])  # loads the kernels
    tables = {name: make() for name, make in TABLES.items()}
    print("| table | cache | rows | asked | as they came | sorted | one order | free | left | orders of fields | plan | CPU s |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|--:|")
    for name, table in tables.items():
        predicted(name, table)
    print("\n| table, 1,000 rows | cache | prompt tokens predicted | read | cached tokens predicted | read |")
    print("|---|---|--:|--:|--:|--:|")
    for name, table in tables.items():
        replayed(name, table.slice(0, 1000))


if __name__ == "__main__":
    main()
