"""Prompts in the order that a server's prefix cache saves most on: rows sorted, fields reordered, equal rows asked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from tilth.errors import CorpusError, RecipeError, StepError
from tilth.kernels.prefix_groups import group, one_order
from tilth.llm.request import Usage
from tilth.llm.tokens import pieces
from tilth.semantic.asking.prompt import Messages
from tilth.semantic.prefix.prefix_gain import BLOCKS, PrefixCache, Split, Tokens, cached_tokens, usage
from tilth.semantic.prefix.prefix_lines import Lines, cells, distinct

Fields = Literal["given", "one", "free"]
Slices = list[np.ndarray]
_ENOUGH = 1.005  # answers may hang on the order of fields: what saves less than this beside another plan is not worth more orders


@dataclass(frozen=True, eq=False)
class Order:
    """In which order to ask about rows, with which fields first, and what that is predicted to save.

    `rows` (int64[calls]) are the rows to ask about, in this order; `calls` (int64[all rows]) says for each row which of them answers for
    it: equal rows share one. `fields[field_order[i]]` is how the fields of row `rows[i]` stand. `arrival` is what the prompts would use
    if every row were asked as it came; `planned` what they use in this order, and `cached` (int64[prompts]) the cached tokens of each.
    `how` names the plan, the best of those that were tried.
    """

    rows: np.ndarray
    calls: np.ndarray
    fields: tuple[tuple[str, ...], ...]
    field_order: np.ndarray
    arrival: Usage
    planned: Usage
    cached: np.ndarray
    how: str

    def records(self, table: pa.Table | pa.RecordBatch) -> Iterator[dict[str, Any]]:
        """Yield the rows of `table` to ask about, in this order, their fields in theirs: what `asking.prompt.block` takes."""
        columns = table.select(sorted({name for way in self.fields for name in way}))
        for start in range(0, len(self.rows), 1024):
            some = slice(start, start + 1024)
            for row, way in zip(columns.take(pa.array(self.rows[some])).to_pylist(), self.field_order[some].tolist(), strict=True):
                yield {name: row[name] for name in self.fields[way]}

    def undo(self, answers: Any) -> Any:
        """Return `answers`, one for each of `rows` in this order, put back: one for every row, in the order in which they came.

        Takes an Arrow array, a NumPy array or a sequence, and returns an Arrow array, a NumPy array or a list. Raises StepError where
        there are not as many answers as rows were asked about.
        """
        if len(answers) != len(self.rows):
            raise StepError(
                f"There are {len(answers)} answers to {len(self.rows)} calls.", where="Order.undo",
                why="answers are known by their place in the order", fix="give one answer, or None, for each of order.rows",
            )  # fmt: skip
        if isinstance(answers, pa.Array | pa.ChunkedArray):
            return answers.take(pa.array(self.calls))
        return answers[self.calls] if isinstance(answers, np.ndarray) else [answers[call] for call in self.calls.tolist()]

    def __str__(self) -> str:
        return (
            f"{len(self.calls):,} rows, {len(self.rows):,} to ask about ({self.how}, {len(self.fields)} orders of fields); tokens cached: "
            f"{self.planned.cached:,} of {self.planned.prompt:,}, as they came {self.arrival.cached:,} of {self.arrival.prompt:,}"
        )


@dataclass(frozen=True, eq=False)
class _Plan:
    """Different rows in an order (int64), and `ways[r]`, the order of row r's columns (int64[all rows, columns])."""

    how: str
    rows: np.ndarray
    ways: np.ndarray


def plan_order(
    table: pa.Table | pa.RecordBatch, columns: Sequence[str], *, prompt: Messages = (), batch: int = 1, cache: PrefixCache = BLOCKS,
    fields: Fields = "free", window: int | None = None, depth: int = 8, split: Split = pieces,
) -> Order:  # fmt: skip
    """Return the order of rows, and of the `columns` in each, in which a server's prefix cache saves most on prompts about them.

    `prompt` is the prompt with an empty block of rows, as `messages(kind, instruction, block("rows", ()))`; `batch` rows share one.
    `fields`: "given" keeps the order of `columns`, "one" finds one for all rows, "free" lets each row have its own. Rows move only within
    `window` neighbouring rows, so that a stream can be ordered window by window. After `depth` choices the other columns follow by rank.
    `split` is the tokenizer: with its own a server caches what was predicted, if calls come one by one and nobody else uses it.

    Several plans are replayed through `cache`: rows as they came, sorted, with one order of fields, split column by column, and GGR. Of
    those that leave the fewest tokens to read, or less than half a percent more, the one that changes least is taken: where order saves
    nothing, nothing is moved. A column named "id" is not shown in prompts and not ordered by.

    Raises CorpusError for an unknown column; RecipeError where there is none to show, where `prompt` has no empty block of rows, and for
    numbers below 1.

    Source: greedy group recursion (GGR), "Optimizing LLM Queries in Relational Data Analytics Workloads" (Liu et al., MLSys 2025),
    algorithm 1; here dependent columns are found group by group, groups are taken from one list, and lengths are tokens.

    >>> table = pa.table({"title": ["Up", "Big", "Up"], "year": [2009, 1988, 2009]})
    >>> plan = plan_order(table, ["title", "year"])
    >>> plan.undo([f"about {row['title']}" for row in plan.records(table)])
    ['about Up', 'about Big', 'about Up']
    """
    names = _names(table, columns)
    _check(batch=batch, window=window, depth=depth)
    found = [cells(pa.chunked_array(table[name])) for name in names]
    first, which = distinct([codes for _, codes in found])
    lines = Lines.of([(texts, codes[first]) for texts, codes in found], names, prompt, batch, split)
    windows = _windows(len(first), None if window is None else max(window // batch, 1) * batch)

    def replay(plan: _Plan, batch: int = batch) -> tuple[np.ndarray, np.ndarray]:
        return cached_tokens(lines.tokens, lines.parts(plan.rows, plan.ways, batch), cache)

    plans = list(_plans(lines, windows, fields, depth))
    plans += [_led(plan, windows, batch, replay(plan, 1)[1]) for plan in plans if batch > 1]
    best, cached = _best(plans, replay)
    given = plans[0].ways
    arrival = usage(*replay(_Plan("", which, given)))
    ways, field_order = np.unique(best.ways[best.rows], axis=0, return_inverse=True)
    return Order(
        first[best.rows], np.argsort(best.rows)[which], tuple(tuple(names[c] for c in way) for way in ways.tolist()), field_order.ravel(),
        arrival, usage(*cached), cached[1], best.how,
    )  # fmt: skip


def order_texts(
    texts: Sequence[str], *, cache: PrefixCache = BLOCKS, window: int | None = None, split: Split = pieces
) -> Order:
    """Return the order of free-form prompts in which a prefix cache saves most: sorted by their tokens.

    That is depth first through the tree of their prefixes, which no order beats where the cache holds the longest prompt. `fields` is
    empty; `cache`, `window` and `split` are those of `plan_order`.

    Source: theorem 3.1 of "SGLang: Efficient Execution of Structured Language Model Programs" (Zheng et al., NeurIPS 2024).

    >>> order_texts(["to be", "or not", "to be"]).rows.tolist()
    [0, 1]
    """
    _check(window=window)
    number: dict[str, int] = {}
    which = np.array([number.setdefault(text, len(number)) for text in texts], np.int64)
    tokens = Tokens.of(number, split)
    came = np.arange(len(number))
    windows = _windows(len(number), window)
    none = np.empty((len(number), 0), np.int64)
    plans = [_Plan("as they came", came, none), _Plan("sorted", _joined(tokens.ascending(some) for some in windows), none)]
    best, cached = _best(plans, lambda plan: cached_tokens(tokens, plan.rows[:, None], cache))
    first = np.unique(which, return_index=True)[1]
    arrival = usage(*cached_tokens(tokens, which[:, None], cache))
    calls = np.argsort(best.rows)[which]
    return Order(first[best.rows], calls, ((),), np.zeros(len(came), np.int64), arrival, usage(*cached), cached[1], best.how)


def _plans(lines: Lines, windows: Slices, fields: Fields, depth: int) -> Iterator[_Plan]:
    """Yield the plans to choose from, those that change least first."""
    size, columns = lines.values.shape
    given = np.arange(columns)
    ids, starts, heads = lines.tokens.ids, lines.tokens.starts, lines.heads

    def plan(how: str, rank: np.ndarray, depth: int, power: float = 1.0, whole: bool = False) -> _Plan:
        ways = np.empty((size, columns), np.int64)
        rows = _joined(group(lines.values, ids, starts, heads, rank, some, ways, depth, power, whole) for some in windows)
        return _Plan(how, rows, ways)

    yield _Plan("as they came", np.arange(size), np.tile(given, (size, 1)))
    yield plan("sorted", given, 0)
    if fields == "given" or not windows:
        return
    for dependent in (True, False):
        rank = one_order(lines.values, ids, starts, heads, windows[0], depth, dependent)  # a stream knows no more when it begins
        yield plan("one order of fields", rank, 0)
    if fields == "free":
        yield plan("column by column", rank, depth, whole=True)
        for power in (1.0, 2.0, 3.0):
            yield plan(f"GGR, lengths to the power of {power:.0f}", rank, depth, power)


def _led(plan: _Plan, windows: Slices, batch: int, cached: np.ndarray) -> _Plan:
    """Return `plan` for prompts of `batch` rows: the rows that share most, by `cached` tokens each, are the first rows of prompts.

    Prompts share what stands before their first difference, and the id that ends their first rows' lines is one at the latest.
    """
    out, at = [], 0
    for some in windows:
        rows, saved = plan.rows[at : at + len(some)], cached[at : at + len(some)]
        prompts = -(-len(rows) // batch)
        total = np.concatenate(([0], np.cumsum(saved)))
        start = int(np.argmax(total[prompts:] - total[: len(total) - prompts]))
        leads = np.zeros(len(rows), bool)
        leads[start : start + prompts] = True
        led = np.empty_like(rows)
        places = np.arange(len(rows)) % batch == 0
        led[places], led[~places] = rows[leads], rows[~leads]
        out.append(led)
        at += len(some)
    return _Plan(f"{plan.how}, led", _joined(out), plan.ways)


def _best(plans: Sequence[_Plan], replay: Callable[[_Plan], tuple[np.ndarray, np.ndarray]]) -> tuple[_Plan, tuple[np.ndarray, np.ndarray]]:
    """Return the plan that changes least of those that leave the fewest tokens to read, and its prompts' lengths and cached tokens."""
    replayed = [replay(plan) for plan in plans]
    left = np.array([int(lengths.sum() - cached.sum()) for lengths, cached in replayed])
    best = int(np.argmax(left <= left.min() * _ENOUGH))
    return plans[best], replayed[best]


def _windows(size: int, window: int | None) -> Slices:
    return [np.arange(start, min(start + (window or size), size)) for start in range(0, size, window or max(size, 1))]


def _joined(parts: Iterator[np.ndarray] | Slices) -> np.ndarray:
    return np.concatenate([np.empty(0, np.int64), *parts])


def _names(table: pa.Table | pa.RecordBatch, columns: Sequence[str]) -> list[str]:
    unknown = [name for name in columns if name not in table.schema.names]
    if unknown:
        raise CorpusError.no_column(unknown[0], table.schema.names, "plan_order", f'columns=["{next(iter(table.schema.names), "text")}"]')
    names = [name for name in dict.fromkeys(columns) if name != "id"]
    if not names:
        raise RecipeError(
            "There is nothing to order.", where="plan_order", why="no column is named that a prompt shows (a row's id is not)",
            fix='columns=["text"]',
        )  # fmt: skip
    return names


def _check(**sizes: int | None) -> None:
    wrong = [(name, size) for name, size in sizes.items() if size is not None and size < 1]
    if wrong:
        name, size = wrong[0]
        raise RecipeError(f"{name}={size} orders nothing.", where="plan_order", why="it counts from 1", fix=f"{name}=8")
