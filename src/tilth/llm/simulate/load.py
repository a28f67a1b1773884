"""Gold and patterns from files: a line or a row for each answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from tilth.errors import CorpusError
from tilth.llm.simulate.gold import Gold
from tilth.llm.simulate.pattern import Pattern


def load(path: str | Path) -> list[Gold]:
    """Return the gold in a JSON Lines or Parquet file.

    Every row has `task` and `kind`, and `key` and `answer` (or `answer_json`, its JSON), or `left` and `right` for a pair of a join, or
    only `answer` for an answer to all rows. It may have `difficulty`, `column` (which one holds the key) and `combine`. Rows of equal
    `task`, `kind`, `column` and `combine` make one gold. Raises CorpusError for a file that cannot be read, and names the row.
    """
    grouped: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for number, row in _rows(Path(path)):
        wrong = _wrong(row)
        if wrong:
            raise _unreadable(f"{path}, row {number}", wrong)
        grouped.setdefault((row["task"], row["kind"], row.get("column"), row.get("combine")), []).append(row)
    return [_gold(rows, *named) for named, rows in grouped.items()]


def _wrong(row: dict[str, Any]) -> str | None:
    """Return why a row is no gold; where it is, its `answer` is there afterwards."""
    if row.get("answer_json") is not None:
        try:
            row["answer"] = orjson.loads(row["answer_json"])
        except orjson.JSONDecodeError as problem:
            return f"its answer is not JSON: {problem}"
    pair = row.get("kind") == "join"
    missing = [name for name in ("task", "kind", *(("left", "right") if pair else ())) if not row.get(name)]
    missing += [] if pair or "answer" in row else ["answer"]
    return f"it has no {' and no '.join(missing)}" if missing else None


def _gold(rows: list[dict[str, Any]], task: str, kind: str, column: str | None, combine: str | None) -> Gold:
    if kind == "join":
        return Gold(task, kind, [(row["left"], row["right"]) for row in rows], column)
    answers = {row["key"]: row["answer"] for row in rows if row.get("key") is not None}
    difficulty = {row["key"]: row["difficulty"] for row in rows if row.get("difficulty") is not None}
    return Gold(task, kind, answers or rows[0]["answer"], column, combine, difficulty)


def patterns(path: str | Path) -> list[Pattern]:
    """Return the patterns in a JSON Lines file, whose objects have the fields of `Pattern`; raises CorpusError and RecipeError."""
    found = []
    for number, row in _rows(Path(path)):
        try:
            fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
            found.append(Pattern(**fields))
        except TypeError as problem:
            raise _unreadable(f"{path}, row {number}", str(problem)) from None
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        if path.suffix == ".parquet":
            yield from enumerate(pq.read_table(path).to_pylist(), 1)
        else:
            yield from _lines(path)
    except (OSError, pa.ArrowInvalid) as problem:
        raise _unreadable(str(path), str(problem)) from None


def _lines(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as problem:
                raise _unreadable(f"{path}, row {number}", f"it is not JSON: {problem}") from None
            if not isinstance(row, dict):
                raise _unreadable(f"{path}, row {number}", "it is not an object")
            yield number, row


def _unreadable(where: str, why: str) -> CorpusError:
    fix = '{"task": "praises the film", "kind": "filter", "key": "A joy.", "answer": true}'
    return CorpusError("This is no gold that can be read.", where=where, why=why, fix=fix)
