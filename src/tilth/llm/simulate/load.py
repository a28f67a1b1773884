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

    Every row has `task` and `kind`, and `key` and `answer` (or `answer_json`, its JSON), or `left` and `right` for a pair of a join, or only
    `answer` for an answer to all rows. It may have `difficulty`, `column` (which one holds the key) and `combine`. Rows of equal `task`,
    `kind`, `column` and `combine` make one gold. Raises CorpusError for a file that cannot be read, and names the row.
    """
    grouped: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for number, row in _rows(Path(path)):
        missing = [name for name in ("task", "kind") if not row.get(name)] or _lacks(row)
        if missing:
            raise _unreadable(f"{path}, row {number}", f"it has no {' and no '.join(missing)}")
        grouped.setdefault((row["task"], row["kind"], row.get("column"), row.get("combine")), []).append(row)
    return [_gold(*named, rows) for named, rows in grouped.items()]


def _lacks(row: dict[str, Any]) -> list[str]:
    wanted = ("left", "right") if row["kind"] == "join" else ("answer",) if "answer_json" not in row else ()
    return [name for name in wanted if row.get(name) is None and not (name == "answer" and name in row)]


def _gold(task: str, kind: str, column: str | None, combine: str | None, rows: list[dict[str, Any]]) -> Gold:
    if kind == "join":
        return Gold(task, kind, [(row["left"], row["right"]) for row in rows], column)
    answers = {row["key"]: _answer(row) for row in rows if row.get("key") is not None}
    difficulty = {row["key"]: row["difficulty"] for row in rows if row.get("difficulty") is not None}
    return Gold(task, kind, answers or _answer(rows[0]), column, combine, difficulty)


def _answer(row: dict[str, Any]) -> Any:
    return orjson.loads(row["answer_json"]) if row.get("answer_json") is not None else row.get("answer")


def patterns(path: str | Path) -> list[Pattern]:
    """Return the patterns in a JSON Lines file, whose objects have the fields of `Pattern`; raises CorpusError and RecipeError."""
    found = []
    for number, row in _rows(Path(path)):
        try:
            found.append(Pattern(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}))
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
