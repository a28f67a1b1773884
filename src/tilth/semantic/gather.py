"""Steps that must see all rows together: they remember these, and finish into the step that says of each what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError, StepError
from tilth.op import Fold, Op, mark, put


class Gather(Fold):
    """Abstract: a Fold whose state are the rows themselves, `reads` of each, at most `most` of them.

    Raises StepError where there are more: a cheaper step should have chosen among them before.
    """

    most: int

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return these rows: `row` (uint64) and the columns that are read."""
        wanted = [name for name in (self.reads or batch.schema.names) if name != "row"]
        missing = [name for name in wanted if name not in batch.schema.names]
        if missing:
            raise RecipeError(
                f"There is no column {missing[0]!r}.", where=repr(self), why=f"the columns are: {', '.join(batch.schema.names)}",
                fix=f'columns=("{batch.schema.names[-1]}",)',
            )  # fmt: skip
        return self._bounded(pa.Table.from_batches([batch.select(["row", *wanted])]))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return self._bounded(pa.concat_tables([a, b]))

    def finish(self, state: pa.Table) -> Sequence[Op]:
        """Return the step that takes this one's place."""
        raise NotImplementedError(f"{type(self).__name__}.finish")

    def _bounded(self, rows: pa.Table) -> pa.Table:
        if len(rows) > self.most:
            raise StepError(
                f"More than {self.most:,} rows reached {type(self).__name__}.", where=repr(self)[:200],
                why="all of them would be held in memory and shown to a model",
                fix="put select.TopShare or a filter before it, or raise `most`",
            )  # fmt: skip
        return rows.sort_by("row").combine_chunks()


@dataclass(frozen=True)
class Placed(Op):
    """Add to rows, by their address, what a step found out about all of them together.

    `found` is an Arrow stream: `row` (uint64), and columns to be added, null for rows that it does not hold. Where it has a `drop`
    (large_string) the row is dropped for that reason, for the sake of `drop_of` (uint64) if it has that. With `others` rows that it
    does not hold are dropped for that reason.

    >>> found = packed(pa.table({"row": pa.array([7], pa.uint64()), "rank": [1]}))
    >>> Placed(found, others="not the best").apply(pa.record_batch({"row": pa.array([6, 7], pa.uint64())})).to_pydict()
    {'row': [6, 7], 'rank': [None, 1], 'drop': ['not the best', None]}
    """

    found: bytes
    others: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        return ()

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        found = pa.ipc.open_stream(self.found).read_all().combine_chunks()
        at = pc.index_in(batch["row"], found["row"])
        for name in found.column_names:
            if name not in ("row", "drop", "drop_of"):
                batch = put(batch, name, _taken(found, name, at))
        if "drop" in found.column_names:
            why = _taken(found, "drop", at)
            batch = mark(batch, why.is_valid(), why, _taken(found, "drop_of", at) if "drop_of" in found.column_names else None)
        return mark(batch, pc.is_null(at), self.others) if self.others else batch

    def __repr__(self) -> str:
        return f"Placed({len(self.found)} bytes, {self.others!r})"


def packed(table: pa.Table) -> bytes:
    """Return a table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


def _taken(found: pa.Table, name: str, at: pa.Array) -> pa.Array:
    values = found[name].combine_chunks()
    return values.take(at)
