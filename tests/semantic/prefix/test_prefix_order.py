"""Orders of prompts: laws on any table, an exact optimum on tiny ones, and an independent replay of what the cache holds."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import llm
from tilth.errors import CorpusError, RecipeError, StepError
from tilth.llm import simulate
from tilth.llm.request import Usage
from tilth.llm.tokens import pieces
from tilth.semantic.asking.prompt import block, line, messages
from tilth.semantic.asking.question import Question
from tilth.semantic.prefix.prefix_gain import BLOCKS, HOSTED, PrefixCache
from tilth.semantic.prefix.prefix_order import Order, order_texts, plan_order

INSTRUCTION = "Is this so?"
PROMPT = messages("filter", INSTRUCTION, block("rows", ()))
WORDS = ("north", "north sea, grey and <cold>", "a long story that goes on and on about the same three people", "été 東京 🙂", "")
CACHES = (
    BLOCKS, HOSTED, PrefixCache(4, 4, 4), PrefixCache(8, 8, 8, capacity=200), PrefixCache(in_flight=3), PrefixCache(64, 32, capacity=400),
)  # fmt: skip
SCHEMA = pa.schema({"name": pa.string(), 'odd "<key>"': pa.string(), "n": pa.int64(), "list": pa.list_(pa.int64()), "f": pa.float64()})


def tables(most: int = 12) -> st.SearchStrategy[pa.Table]:
    cell = st.sampled_from((*WORDS, None))
    number = st.sampled_from((1, 2, None))
    nested = st.sampled_from(([1, 2], [], None, [None]))
    real = st.sampled_from((0.0, -0.0, 1.5, float("nan")))
    row = st.fixed_dictionaries({"name": cell, 'odd "<key>"': cell, "n": number, "list": nested, "f": real})
    return st.lists(row, max_size=most).map(lambda rows: pa.Table.from_pylist(rows, SCHEMA))


def sent(rows: Sequence[dict[str, Any]], batch: int) -> Iterator[list[str]]:
    """The tokens of each prompt, from the texts that are really sent."""
    for start in range(0, len(rows), batch):
        told = messages("filter", INSTRUCTION, block("rows", rows[start : start + batch]))
        yield [piece for _, text in told for piece in pieces(text)]


def replayed(prompts: Sequence[Sequence[str]], cache: PrefixCache) -> list[int]:
    """What a least-recently-used cache of blocks, keyed by the whole beginning, has of each prompt."""
    held: OrderedDict[tuple[str, ...], int] = OrderedDict()
    found = []
    for n, tokens in enumerate(prompts):
        beginnings = [tuple(tokens[:end]) for end in range(cache.block, len(tokens) + 1, cache.block)]
        misses = [place for place, key in enumerate(beginnings) if key not in held or held[key] + cache.in_flight > n]
        shared = min([*misses, len(beginnings), (len(tokens) - 1) // cache.block]) * cache.block
        found.append(0 if shared < cache.least else shared - (shared - cache.least) % cache.step)
        for key in reversed(beginnings):
            held.setdefault(key, n)
            held.move_to_end(key)
        while cache.capacity is not None and len(held) * cache.block > cache.capacity:
            held.popitem(last=False)
    return found


def left(prompts: Sequence[Sequence[str]], cache: PrefixCache) -> int:
    return sum(map(len, prompts)) - sum(replayed(prompts, cache))


@given(
    tables(), st.sampled_from(CACHES), st.sampled_from(("given", "one", "free")), st.integers(1, 3), st.sampled_from((None, 1, 4)),
    st.integers(1, 8),
)  # fmt: skip
def test_laws(table: pa.Table, cache: PrefixCache, fields: Any, batch: int, window: int | None, depth: int) -> None:
    how: dict[str, Any] = {"prompt": PROMPT, "batch": batch, "cache": cache, "fields": fields, "window": window, "depth": depth}
    order = plan_order(table, table.column_names, **how)
    came = table.to_pylist()
    records = list(order.records(table))

    undone = order.undo(records)
    assert [line(dict(sorted(row.items())), 0) for row in undone] == [line(dict(sorted(row.items())), 0) for row in came]
    assert len({line(row, 0) for row in came}) == len(records)  # equal rows are asked once
    prompts = list(sent(records, batch))
    assert order.cached.tolist() == replayed(prompts, cache)
    assert (order.planned.prompt, order.planned.cached) == (sum(map(len, prompts)), int(order.cached.sum()))
    plain = list(sent(came, batch))
    assert (order.arrival.prompt, order.arrival.cached) == (sum(map(len, plain)), sum(replayed(plain, cache)))
    once = [came[row] for row in sorted(order.rows.tolist())]
    assert order.planned.prompt - order.planned.cached <= left(list(sent(once, batch)), cache)
    if fields != "free":
        assert len(order.fields) <= 1
    if fields == "given":
        assert order.fields == (tuple(table.column_names),) * min(1, len(came))
    if window:
        places = np.sort(order.rows)  # of the different rows, as they came
        moved = np.searchsorted(places, order.rows) // (max(window // batch, 1) * batch)
        assert (np.diff(moved) >= 0).all()
    again = plan_order(table, table.column_names, **how)
    assert (again.rows.tolist(), again.fields) == (order.rows.tolist(), order.fields)
    assert again.field_order.tolist() == order.field_order.tolist()


@given(tables())
def test_never_more_to_read_than_as_it_came(table: pa.Table) -> None:
    order = plan_order(table, table.column_names, prompt=PROMPT)
    assert order.planned.prompt - order.planned.cached <= order.arrival.prompt - order.arrival.cached


def best(table: pa.Table, ways: Sequence[Sequence[str]]) -> int:
    """The fewest tokens that any choice of one of `ways` for each row leaves to read, in units of a token.

    A cache that forgets nothing minds no row's place, and then each different beginning is read once.
    """
    rows = [[next(sent([{name: row[name] for name in way}], 1)) for way in ways] for row in table.to_pylist()]
    beginnings = [[{tuple(tokens[:end]) for end in range(1, len(tokens) + 1)} for tokens in choices] for choices in rows]
    return min(len(set().union(*choice)) for choice in itertools.product(*beginnings))


def test_near_the_optimum_of_tiny_tables() -> None:
    chance, possible, found = random.Random(0), 0, 0
    for _ in range(60):
        rows = dict.fromkeys((chance.choice(WORDS), chance.choice(WORDS), chance.choice("xy")) for _ in range(chance.randint(2, 4)))
        table = pa.table({name: [row[i] for row in rows] for i, name in enumerate("abc")})
        order = plan_order(table, list("abc"), prompt=PROMPT, cache=PrefixCache(1, 1, 1))
        came, least = left(list(sent(table.to_pylist(), 1)), PrefixCache(1, 1, 1)), best(table, list(itertools.permutations("abc")))
        planned = order.planned.prompt - order.planned.cached
        assert least <= planned <= came
        possible, found = possible + came - least, found + came - planned
    assert found > 0.95 * possible


def test_the_optimum_where_greed_finds_it() -> None:
    """The examples by which ties were studied: the column with more groups, or with larger ones on average, comes first."""
    for a, b in (("1123", "1212"), ("11122345", "12341234"), ("11123", "11212"), ("1111123456", "1112211222")):
        table = pa.table({"a": [f"a {n}" for n in a], "b": [f"b {n}" for n in b]})
        table = table.append_column("own", pa.array([str(n) for n in range(len(a))]))
        order = plan_order(table, ["a", "b", "own"], prompt=PROMPT, cache=PrefixCache(1, 1, 1))
        assert order.planned.prompt - order.planned.cached <= 1.005 * best(table, [("a", "b", "own"), ("b", "a", "own")])


def test_dependent_columns_come_together() -> None:
    table = pa.table({
        "own": [f"number {n}" for n in range(40)],
        "city": [f"a town with a name as long as number {n % 4}" for n in range(40)],
        "mayor": [f"a mayor with a name as long as number {n % 4}" for n in range(40)],
    })  # fmt: skip
    order = plan_order(table, ["own", "city", "mayor"], prompt=PROMPT)
    assert {way[2] for way in order.fields} == {"own"}
    assert len(order.fields) == 1
    assert order.planned.cached > 1.2 * order.arrival.cached


def test_small_rows_behind_a_long_instruction_gain_nothing_at_a_hosted_server() -> None:
    table = pa.table({"own": [str(n) for n in range(50)], "kind": [f"kind {n % 2}" for n in range(50)]})
    long = messages("filter", "Read this with care. " * 300, block("rows", ()))
    order = plan_order(table, ["own", "kind"], prompt=long, cache=HOSTED)
    assert order.how == "as they came" and order.rows.tolist() == list(range(50)) and order.fields == (("own", "kind"),)
    assert order.planned == order.arrival and order.planned.cached > 0.8 * order.planned.prompt
    assert plan_order(table, ["own", "kind"], prompt=PROMPT, cache=HOSTED).planned.cached == 0


def test_a_small_cache_gains_from_sorted_rows_alone() -> None:
    story = [f"{n} " + f"a story about {n}, " * 40 for n in range(30)]
    table = pa.table({"story": [story[n % 30] for n in range(300)], "question": [f"question {n}?" for n in range(300)]})
    order = plan_order(table, ["story", "question"], prompt=PROMPT, cache=PrefixCache(capacity=4000), fields="given")
    assert order.how == "sorted"
    assert order.planned.cached > 0.8 * order.planned.prompt > 2 * order.arrival.cached


def test_prompts_of_many_rows_share_no_more_than_their_first_row() -> None:
    shared = "one and the same long description of a thing that many rows have in common, word by word"
    table = pa.table({"own": [f"number {n}" for n in range(64)], "about": [shared if n % 4 == 3 else f"thing {n}" for n in range(64)]})
    order = plan_order(table, ["own", "about"], prompt=PROMPT, batch=4)
    firsts = list(order.records(table))[::4]
    assert [row["about"] for row in firsts] == [shared] * 16
    instruction, row = len(pieces(PROMPT[0][1]) + pieces(PROMPT[1][1])), len(pieces(line(firsts[0], 1)))
    assert order.arrival.cached < order.planned.cached <= 16 * (instruction + row)


@pytest.mark.parametrize("kind", ["blocks", "hosted"])
@pytest.mark.parametrize("capacity", [1_000_000, 3000])
@pytest.mark.parametrize("batch", [1, 3])
def test_what_was_predicted_is_what_a_server_reads(kind: Any, capacity: int, batch: int, tmp_path: Path) -> None:
    rows = [{"question": f"Is {n} a number?", "page": f"Page {n % 5} tells a story. " * (10 + n % 5 * 60)} for n in range(40)]
    table = pa.Table.from_pylist(rows)
    question = Question("filter", INSTRUCTION, "m", ("question", "page"), answer='{"type":"boolean"}', batch=batch)
    unit = BLOCKS if kind == "blocks" else HOSTED
    order = plan_order(table, table.column_names, prompt=PROMPT, batch=batch, cache=replace(unit, capacity=capacity))

    async def read(session: llm.Session, records: list[dict[str, Any]]) -> list[Usage]:
        prompts = [records[start : start + batch] for start in range(0, len(records), batch)]
        return [(await session.ask(question.request(prompt))).usage for prompt in prompts]

    async def asked(url: str, records: list[dict[str, Any]]) -> list[Usage]:
        async with llm.Session(llm.Client(base_url=url, cache=str(tmp_path / "llm.sqlite"))) as session:
            return await read(session, records)

    gold = simulate.Gold(INSTRUCTION, "filter", {row["question"]: True for row in rows})
    with simulate.serve([simulate.Model("m", cache=kind, cache_tokens=capacity)], [gold]) as server:
        usage = asyncio.run(asked(server.base_url, list(order.records(table))))
    assert [each.cached for each in usage] == order.cached.tolist()
    assert sum(each.prompt for each in usage) == order.planned.prompt
    assert order.planned.cached > order.arrival.cached


def test_window_keeps_neighbours() -> None:
    table = pa.table({"a": [f"value {n % 3}" for n in range(100)], "own": [str(n) for n in range(100)]})
    order = plan_order(table, ["own", "a"], prompt=PROMPT, window=10)
    assert (order.rows // 10).tolist() == sorted((order.rows // 10).tolist())
    assert order.how != "as they came"


def test_texts_depth_first() -> None:
    texts = [f"system {n % 3} " * 30 + f"few shots {n % 6} " * 30 + f"question {n}" for n in range(120)]
    cache = PrefixCache(capacity=300)  # one prompt and a half
    order = order_texts([*texts, texts[7]], cache=cache)
    prompts = [pieces(texts[row]) for row in order.rows.tolist()]
    assert order.cached.tolist() == replayed(prompts, cache)
    assert order.planned.cached == order_texts(texts).planned.cached  # a small cache loses nothing
    assert order.planned.cached > 0.9 * order.planned.prompt > 5 * order.arrival.cached
    assert order.undo(np.array([texts[row] for row in order.rows])).tolist() == [*texts, texts[7]]


@given(st.lists(st.text(max_size=30), max_size=12), st.sampled_from(CACHES))
def test_laws_of_texts(texts: list[str], cache: PrefixCache) -> None:
    order = order_texts(texts, cache=cache)
    assert order.undo([texts[row] for row in order.rows.tolist()]) == texts
    assert order.cached.tolist() == replayed([pieces(texts[row]) for row in order.rows.tolist()], cache)
    assert order.arrival.cached == sum(replayed([pieces(text) for text in texts], cache))


def empty_or_single(rows: int) -> Order:
    table = pa.table({"a": pa.array(["one"][:rows], pa.string()), "b": pa.array([None][:rows], pa.int64())})
    return plan_order(table, ["a", "b"], prompt=PROMPT)


def test_no_row_and_one_row() -> None:
    none, one = empty_or_single(0), empty_or_single(1)
    assert (none.rows.tolist(), none.undo([]), none.planned.prompt, none.cached.tolist()) == ([], [], 0, [])
    assert (one.rows.tolist(), one.undo(["yes"]), one.planned.cached, one.how) == ([0], ["yes"], 0, "as they came")


def test_answers_of_every_kind_are_put_back() -> None:
    table = pa.table({"a": ["y", "x", "y"]})
    order = plan_order(table, ["a"])
    said = [f"about {row['a']}" for row in order.records(table)]
    for answers in (said, pa.array(said), pa.chunked_array([said]), np.array(said)):
        back = order.undo(answers)
        assert type(back) is type(answers)
        assert list(map(str, back)) == ["about y", "about x", "about y"]
    with pytest.raises(StepError, match="1 answers to 2 calls"):
        order.undo(["alone"])


def test_an_id_is_no_field() -> None:
    table = pa.table({"id": ["u", "v"], "a": ["same", "same"]})
    assert plan_order(table, ["id", "a"]).calls.tolist() == [0, 0]
    with pytest.raises(RecipeError, match="nothing to order"):
        plan_order(table, ["id"])


def test_what_cannot_be_ordered() -> None:
    table = pa.table({"a": ["x"]})
    with pytest.raises(CorpusError, match="no column 'b'"):
        plan_order(table, ["b"])
    with pytest.raises(RecipeError, match="no place for rows"):
        plan_order(table, ["a"], prompt=(("user", "Hello"),))
    for wrong in ({"batch": 0}, {"window": 0}, {"depth": 0}):
        with pytest.raises(RecipeError, match="orders nothing"):
            plan_order(table, ["a"], **wrong)


def test_the_summary_tells_both_sides() -> None:
    table = pa.table({"own": [f"number {n}" for n in range(9)], "about": ["the same long story about one and the same long life"] * 9})
    told = str(plan_order(table, ["own", "about"]))
    assert told.startswith("9 rows, 9 to ask about") and "as they came 0 of" in told
