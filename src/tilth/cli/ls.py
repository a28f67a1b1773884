"""List what a reader finds (files, columns, first rows), or what a run left.

  tilth ls 'crawl/*.warc.gz'
  tilth ls data/part.jsonl.zst --rows 10
  tilth ls table.csv --set corpus.text=body
  tilth ls work/web-en
"""

from __future__ import annotations

import argparse
from itertools import islice

from tilth.catalog import settings
from tilth.cli.given import setting
from tilth.cli.show import line, size, table
from tilth.recipe import Recipe, override

SHOWN = 20  # files
EXCERPT = 80  # characters of a value


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="+", help="files, globs, folders or URLs to read; or the folder of a run")
    parser.add_argument("--rows", type=int, default=3, help="how many rows to show (default: 3)")
    parser.add_argument("--set", metavar="corpus.FIELD=VALUE", action="append", default=[], help="change the reader (corpus.text=body)")


def command(given: argparse.Namespace) -> None:
    from tilth.store import Store

    first = Store(given.path[0])
    if len(given.path) == 1 and any(first.fs.exists(first.path(*each)) for each in (("run.json",), ("store", "format.json"))):
        _run(given.path[0])
    else:
        _input(tuple(given.path), given.rows, given.set)


def _run(out: str) -> None:
    from tilth.run import load

    run = load(out)
    line(f"{out}: {run.data['rows_in']:,} rows in {run.data['shards']:,} shards, {run.rows:,} left\n")
    outputs = run.data["outputs"].items()
    table(("folder", "writer", "shards", "size"), [(name, each["writer"], each["shards"], size(each["bytes"])) for name, each in outputs])
    line("")
    pieces = run.pieces().items()
    table(("shard", "rows", "layers", "columns"), [(shard, each.rows, len(each.layers), _columns(each)) for shard, each in pieces])


def _columns(piece: object) -> str:
    return ", ".join(dict.fromkeys(name for layer in piece.layers for name in layer.columns))  # type: ignore[attr-defined]


def _input(paths: tuple[str, ...], rows: int, changes: list[str]) -> None:
    from tilth.cli.input import reader_of
    from tilth.probe import sample

    reader = override(Recipe((), reader_of(paths)), dict(map(setting, changes))).corpus
    assert reader is not None
    files = reader.files()
    told = ", ".join(f"{name}={value!r}" for name, value in settings(reader))
    count = f"{len(files):,} file{'s' if len(files) > 1 else ''}"
    line(f"read.{type(reader).__name__}({told}): {count}, {size(sum(file.size for file in files))}\n")
    table(("file", "size"), [(file.path, size(file.size)) for file in files[:SHOWN]])
    if len(files) > SHOWN:
        line(f"... and {len(files) - SHOWN:,} more")
    line("")
    table(("column", "type"), [(field.name, str(field.type)) for field in reader.schema(files)])
    for number, row in enumerate(islice(sample(reader, rows).to_pylist(), rows), 1):
        line(f"\nrow {number}")
        table(("column", "value"), [(name, _short(value)) for name, value in row.items() if value is not None and name != "row"])


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}… ({len(str(value)):,} characters)"
