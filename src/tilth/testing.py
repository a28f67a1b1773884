"""The laws of steps as a function: `check(step, table)` is what our own steps pass in the tests, and yours can too."""

from __future__ import annotations

import pickle
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import cloudpickle
import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.memory import Evaluation, addressed, evaluate, observed
from tilth.op import Exchange, Fold, Op, label
from tilth.record import digest, record, restore

EXAMPLES = (
    "The cat sat on the mat, and the dog that was with it did not mind at all.",
    "", " ", "\n\n", "a", "word " * 80, "Same text.", "Same text.", "Line one.\nLine two.\nLine one.\n", "• point\n- point\n...",
    "Ünïcödé, 漢字かな交じり文。 العربية ไทย हिन्दी", "emoji 👩‍👩‍👧 e\u0301 \u200b \ufeff", "nul \x00 nel \x85 sep \u2028 nbsp \u00a0",
    "win\r\ndows\r\n", "mail@example.com 10.0.0.1 +1 202 555 0101", "{ lorem ipsum } javascript", "x" * 5000,
)


def examples(copies: int = 3) -> pa.Table:
    """Return a small table of awkward texts, some of them twice, with row, id, source and text."""
    texts = [text if i == 0 else f"{text} {i}" for i in range(copies) for text in EXAMPLES]
    return addressed(pa.table({"text": pa.array(texts, pa.large_string())}))


def check(step: Any, table: pa.Table | None = None, *, seed: int = 0, tries: int = 4) -> None:
    """Hold a step against the laws of op.py on `table` (default: `examples()`); raise RecipeError that names the law it breaks.

    >>> from tilth.rules import Filter
    >>> check(Filter("text != ''"))
    """
    rows = addressed(examples() if table is None else table)
    _check_value(step)
    chance = random.Random(seed)
    if isinstance(step, Op):
        _check_op(step, rows, chance, tries)
    elif isinstance(step, Fold):
        _check_fold(step, rows, chance, tries)
    elif isinstance(step, Exchange):
        _check_exchange(step, rows, chance, tries)
    else:
        raise _broken(step, "it is an Op, a Fold or an Exchange", f"it is a {type(step).__name__}")


def _check_value(step: Any) -> None:
    """A step is a value: equal to its copy, hashable, and the same after it was stored or sent."""
    kept: dict[str, bytes] = {}

    def keep(data: bytes) -> str:
        kept[digest(data)] = data
        return digest(data)

    if restore(record(step, keep), kept.__getitem__) != step or pickle.loads(cloudpickle.dumps(step)) != step:
        raise _broken(step, "a step is a value", "its copy is not equal to it")
    hash(step)


def _check_op(step: Op, rows: pa.Table, chance: random.Random, tries: int) -> None:
    whole = _stream(step, [_batch(rows)])
    if len(_stream(step, [_batch(rows).slice(0, 0)])) != 0:
        raise _broken(step, "3: an empty batch works", "rows came from nowhere")
    for _ in range(tries):
        if not _same(_stream(step, _cut(rows, chance)), whole):
            raise _broken(step, "1: apply does not care where batches are cut", "other cuts gave another result")
    if type(step).stream is Op.stream:
        order = chance.sample(range(len(rows)), len(rows))
        shuffled = _stream(step, [_batch(rows.take(order))]).sort_by("row")
        if not _same(shuffled, whole.sort_by("row")):
            raise _broken(step, "1: apply does not care in which order rows come", "another order gave another result")
    if not whole.select(["row"]).equals(rows.select(["row"])):
        raise _broken(step, "a step marks rows, it never removes, adds or reorders them", "`row` is not what it was")
    _check_reads(step, rows, whole)


def _check_reads(step: Op, rows: pa.Table, whole: pa.Table) -> None:
    if step.reads is None:
        return
    names = [name for name in rows.schema.names if name in ("row", *step.reads)]
    narrow = _stream(step, [_batch(rows.select(names))])
    if not _same(narrow, whole.select(narrow.schema.names)):
        raise _broken(step, "`reads` names every column that it needs", "with only these columns the result is another")


def _check_fold(fold: Fold, rows: pa.Table, chance: random.Random, tries: int) -> None:
    whole = fold.observe(_batch(rows))
    nothing = fold.observe(_batch(rows).slice(0, 0))
    for a, b in ((nothing, whole), (whole, nothing)):
        if not _same(fold.merge(a, b), whole):
            raise _broken(fold, "3: an empty batch works", "merging the state of an empty batch changed the state")
    for _ in range(tries):
        batches = _cut(rows, chance)
        if not _same(observed(fold, batches), whole):
            raise _broken(fold, "2: merge(observe(x), observe(y)) == observe(x + y)", "merged from the left it is another state")
        if not _same(_merged_as_tree(fold, [fold.observe(batch) for batch in batches]), whole):
            raise _broken(fold, "2: merge is associative", "merged as a tree it is another state")
    finished = [record(step) for step in fold.finish(whole)]
    if finished != [record(step) for step in fold.finish(whole)]:
        raise _broken(fold, "4: the same rows give the same steps", "finishing twice gave two results")


def _merged_as_tree(fold: Fold, states: list[pa.Table]) -> pa.Table:
    while len(states) > 1:
        pairs = [states[i : i + 2] for i in range(0, len(states), 2)]
        states = [fold.merge(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return states[0]


def _check_exchange(exchange: Exchange, rows: pa.Table, chance: random.Random, tries: int) -> None:
    whole = evaluate([exchange], [[_batch(rows)]])
    for turn in range(tries):
        again = evaluate([exchange], [_cut(rows, chance)], partitions=1 + turn)
        if not _same_outcome(again, whole):
            raise _broken(exchange, "4: the same rows give the same result, whatever the cuts and partitions", "it changed")
    spread = [[_readdress(part, shard)] for shard, part in enumerate(_cut(rows, chance))]
    first = evaluate([exchange], spread, partitions=1)
    for partitions in (2, 3, 7):
        if not _same_outcome(evaluate([exchange], spread, partitions=partitions), first):
            raise _broken(exchange, "4: the same rows give the same result, whatever the partitions", f"{partitions} gave another")
    empty = evaluate([exchange], [[_batch(rows).slice(0, 0)]])
    if len(empty.table) or len(empty.audit):
        raise _broken(exchange, "3: an empty batch works", "rows came from nowhere")


def _same_outcome(a: Evaluation, b: Evaluation) -> bool:
    fates = (done.audit.select(["row", "reason", "drop_of"]).sort_by("row") for done in (a, b))
    return _same(a.table.sort_by("row"), b.table.sort_by("row")) and _same(*fates)


def _readdress(batch: pa.RecordBatch, shard: int) -> pa.RecordBatch:
    rows = pa.array([(shard << 32) + i for i in range(len(batch))], pa.uint64())
    return batch.set_column(batch.schema.get_field_index("row"), "row", rows)


def _batch(table: pa.Table) -> pa.RecordBatch:
    columns = [column.combine_chunks() for column in table.columns]
    return pa.record_batch([_flat(column) for column in columns], schema=table.schema)


def _flat(column: Any) -> Any:
    return pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column


def _cut(table: pa.Table, chance: random.Random) -> list[pa.RecordBatch]:
    places = sorted({0, len(table), *(chance.randrange(len(table) + 1) for _ in range(chance.randrange(1, 6)))})
    return [_batch(table.slice(a, b - a)) for a, b in pairwise(places)] or [_batch(table)]


def _stream(step: Op, batches: Sequence[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches(list(step.stream(iter(batches)))).combine_chunks()


def _same(a: pa.Table, b: pa.Table) -> bool:
    """Equal in schema and values; a NaN is equal to a NaN, which for Arrow it is not."""
    if not a.schema.equals(b.schema) or len(a) != len(b):
        return False
    return all(_same_column(a[name].combine_chunks(), b[name].combine_chunks()) for name in a.schema.names)


def _same_column(a: pa.Array, b: pa.Array) -> bool:
    if pa.types.is_floating(a.type) and a.is_valid().equals(b.is_valid()):
        return bool(np.array_equal(a.fill_null(0), b.fill_null(0), equal_nan=True))
    return bool(a.equals(b))


def _broken(step: Any, law: str, why: str) -> RecipeError:
    return RecipeError(f"{label(step)} breaks a law.", where=law, why=why, fix="see the laws at the head of tilth/op.py")
