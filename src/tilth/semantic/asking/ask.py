"""Rows to answers: rows share prompts, every answer comes back under its row's id, and a prompt that went wrong is halved."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from tilth import llm
from tilth.errors import RecipeError, StepError
from tilth.llm.request import Reply
from tilth.llm.tokens import count_tokens
from tilth.semantic.asking.answer import Answer, share
from tilth.semantic.asking.meter import Asks
from tilth.semantic.asking.prompt import line
from tilth.semantic.asking.question import Question
from tilth.semantic.prefix.prefix_order import plan_order

WINDOW = 1024  # rows within which equal rows are asked once and prompts are filled; part of what a prompt holds, so not to be tuned
_HALVED = ("refused", "truncated", "invalid")  # what fewer rows, or other neighbours, can mend

Row = Mapping[str, Any]


async def ask(session: Asks, question: Question, rows: Sequence[Row]) -> list[Answer]:
    """Return one answer for each of `rows`, in their order.

    The ids in a reply must be exactly those that were asked. If they are not, or the reply was refused, cut off or unreadable, none of
    it is used and each half of the rows is asked again, down to single rows; what a row cost includes these. Only a single row can
    end without an answer, for a reason that is its own; a reply that failed or was capped is every row's.
    """
    reply = await session.ask(question.request(rows))
    found = read(reply, question, len(rows))
    if found is not None:
        return found
    failed = share(reply, len(rows))
    if reply.status == "ok":
        failed = replace(failed, status="invalid", reason="its ids are not those that were asked")
    if len(rows) == 1 or reply.status not in ("ok", *_HALVED):
        return [failed] * len(rows)
    middle = len(rows) // 2
    halves = await asyncio.gather(ask(session, question, rows[:middle]), ask(session, question, rows[middle:]))
    return [answer.after(failed) for half in halves for answer in half]


def read(reply: Reply, question: Question, rows: int) -> list[Answer] | None:
    """Return the answers in a reply to a prompt of `rows` rows; None where there is not exactly one for every id."""
    if reply.status != "ok":
        return None
    if rows == 1 and question.alone():
        return [share(reply, 1, _meant(reply.value, question), (reply.scores or {}).get(reply.value))]
    entries = {entry["id"]: entry["answer"] for entry in reply.value["answers"]}
    if len(reply.value["answers"]) != rows or sorted(entries) != list(range(1, rows + 1)):
        return None
    return [share(reply, rows, entries[id]) for id in range(1, rows + 1)]


def _meant(label: str, question: Question) -> Any:
    """The value that a word of the menu stands for: yes and no are true and false where the answer is a boolean."""
    return {"yes": True, "no": False}[label] if question.answer == '{"type":"boolean"}' else label


@dataclass
class _Window:
    """Up to WINDOW neighbouring rows: which of its different rows each is, and the answers of those."""

    which: list[int]
    different: list[Row]
    answers: list[Answer] = field(default_factory=list)


def filled(rows: Iterable[Row], question: Question) -> Iterator[list[Row]]:
    """Yield `rows` in prompts' worth: `batch` rows, fewer if they need more than `room` tokens."""
    group: list[Row] = []
    size = 0
    for row in rows:
        tokens = count_tokens(line(row, 1))
        if group and (len(group) == question.batch or size + tokens > question.room):
            yield group
            group, size = [], 0
        group.append(row)
        size += tokens
    if group:
        yield group


def answered(batches: Iterable[pa.RecordBatch], question: Question) -> Iterator[tuple[pa.RecordBatch, list[Answer]]]:
    """Yield each batch with the answers of its rows, in order; many prompts are under way at a time.

    Prompts hold neighbouring rows of the stream, wherever its batches are cut, and equal rows within a window are asked once. A row whose
    columns are all null or empty is not asked. Raises StepError where the client gave up (budget spent, endpoint down): what was
    answered until then is in the cache and is not paid again.
    """
    waiting: deque[pa.RecordBatch] = deque()
    windows: deque[_Window] = deque()

    def prompts() -> Iterator[list[Row]]:
        for window in _windows(batches, question, waiting):
            windows.append(window)
            yield from filled(window.different, question)
        windows.append(_Window([], []))  # an end that is always complete

    async def work(session: llm.Session, rows: list[Row]) -> list[Answer]:
        return _usable(await ask(session, question, rows), question)

    ready: deque[Answer] = deque()
    for answers in llm.in_order(work, prompts(), window=llm.current().in_flight * 2):
        while len(windows[0].answers) == len(windows[0].different):
            ready.extend(_spread(windows.popleft()))
        windows[0].answers += answers
        if len(windows[0].answers) == len(windows[0].different):
            ready.extend(_spread(windows.popleft()))
        yield from _emitted(waiting, ready)
    for window in windows:
        ready.extend(_spread(window))
    yield from _emitted(waiting, ready)


def _windows(batches: Iterable[pa.RecordBatch], question: Question, waiting: deque[pa.RecordBatch]) -> Iterator[_Window]:
    rows: list[Row] = []
    for batch in batches:
        waiting.append(batch)
        rows += shown(batch, question)
        while len(rows) >= WINDOW:
            yield _ordered(_window(rows[:WINDOW]), question)
            rows = rows[WINDOW:]
    if rows:
        yield _ordered(_window(rows), question)


def _window(rows: list[Row]) -> _Window:
    seen: dict[str, int] = {}
    different: list[Row] = []
    which = []
    for row in rows:
        if all(value is None or value == "" for value in row.values()):
            which.append(-1)
            continue
        key = line(row, 0)
        if key not in seen:
            seen[key] = len(different)
            different.append(row)
        which.append(seen[key])
    return _Window(which, different)


def _ordered(window: _Window, question: Question) -> _Window:
    """The same rows in the order, and with the fields first, that a server's prefix cache has most of.

    Where rows share prompts only the first of them could gain, and other neighbours would make other prompts: they stay as they are.
    """
    if question.batch > 1 or len(question.columns) < 2 or len(window.different) < 2:
        return window
    table = pa.Table.from_pylist(window.different)
    order = plan_order(table, list(question.columns), prompt=question.prompt(()), fields=question.fields)
    return _Window([which if which < 0 else int(order.calls[which]) for which in window.which], list(order.records(table)))


def shown(batch: pa.RecordBatch, question: Question) -> list[Row]:
    """Return what a prompt shows of each row: the columns of the question; RecipeError where one is missing."""
    missing = [name for name in question.columns if name not in batch.schema.names]
    if missing:
        raise RecipeError(
            f"There is no column {missing[0]!r}.", where=f"semantic {question.kind}: {question.instruction[:60]}",
            why=f"the columns are: {', '.join(batch.schema.names)}", fix=f'columns=("{batch.schema.names[-1]}",)',
        )  # fmt: skip
    rows: list[Row] = batch.select(list(question.columns)).to_pylist()
    return rows


def _spread(window: _Window) -> Iterator[Answer]:
    empty = Answer(status="empty", reason="there is nothing to ask about")
    for which in window.which:
        yield empty if which < 0 else window.answers[which]


def _emitted(waiting: deque[pa.RecordBatch], ready: deque[Answer]) -> Iterator[tuple[pa.RecordBatch, list[Answer]]]:
    while waiting and len(waiting[0]) <= len(ready):
        batch = waiting.popleft()
        yield batch, [ready.popleft() for _ in range(len(batch))]


def _usable(answers: list[Answer], question: Question) -> list[Answer]:
    for answer in answers:
        if answer.status == "capped":
            raise StepError(
                "The budget is spent.", where=f"semantic {question.kind}: {question.instruction[:60]}", why=answer.reason,
                fix="raise the client's budget and run again: what was answered is in the cache and is not paid again",
            )  # fmt: skip
    return answers
