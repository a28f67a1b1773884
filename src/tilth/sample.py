"""A few documents of a run to look at: kept ones that a rule is true of, or dropped ones by a word of why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.embed.sample import bottom, ranks
from tilth.errors import RecipeError
from tilth.fates import fates
from tilth.piece import read_piece, schema_of
from tilth.rules import columns, did_you_mean, passes
from tilth.run import load


def sample(out: str, where: str = "", rows: int = 10, columns_shown: tuple[str, ...] = ("id", "text")) -> pa.Table:
    """Return up to `rows` of the rows that the run in folder `out` kept and that the rule `where` is true of: those of lowest hash.

    The table has `row`, `columns_shown`, and the columns that the rule reads. Raises RecipeError for a column that there is not.
    """
    run = load(out)
    store, wanted = run.store(), tuple(dict.fromkeys((*columns_shown, *(columns(where) if where else ()))))
    found: list[pa.Table] = []
    for piece in run.pieces().values():
        _known(wanted, schema_of(store, piece).names, out)
        for batch in read_piece(store, piece, list(wanted)):
            table = pa.Table.from_batches([batch])
            found = [bottom(pa.concat_tables([*found, table.filter(passes(where, batch)) if where else table]), rows)]
    return found[0].select(["row", *wanted]) if found else pa.table({"row": pa.array([], pa.uint64())})


def dropped(out: str, reason: str = "", rows: int = 10) -> pa.Table:
    """Return up to `rows` of the rows that a run did not keep, of those whose fate, step or reason holds `reason`, in any case.

    Columns are those of `tilth.fates.FATES`.
    """
    found = fates(load(out))
    told = pc.binary_join_element_wise(found["fate"], found["step"], pc.fill_null(found["reason"], ""), pa.scalar(" ", pa.large_string()))
    hit = pc.and_(pc.not_equal(found["fate"], "kept"), pc.match_substring(told, reason, ignore_case=True))
    gone = found.filter(pc.fill_null(hit, False))
    return gone.take(pa.array(np.sort(np.argsort(ranks(gone["row"].to_numpy()))[:rows])))


def _known(wanted: tuple[str, ...], names: list[str], out: str) -> None:
    missing = [name for name in wanted if name not in names]
    if missing:
        raise RecipeError(
            f"There is no column {missing[0]!r}.", where=out, why=f"the columns are: {', '.join(names)}",
            fix=did_you_mean(missing[0], names),
        )


def shown(table: pa.Table, width: int = 300) -> list[dict[str, Any]]:
    """Return the rows as people look at them: texts cut after `width` characters.

    >>> shown(pa.table({"text": ["a" * 9]}), width=3)
    [{'text': 'aaa…'}]
    """
    return [
        {name: value[:width] + "…" if isinstance(value, str) and len(value) > width else value for name, value in row.items()}
        for row in table.to_pylist()
    ]
