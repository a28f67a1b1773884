"""Collect a corpus that this machine has anyway: Python's own documentation, crawled on loopback, sources, licences, texts.

  tilth collect work/input
"""

from __future__ import annotations

import argparse

from rich.progress import Progress, TaskID, TextColumn

from tilth.cli.show import errors, line, size, table


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default="work/input", help="where to (default: work/input)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def command(given: argparse.Namespace) -> None:
    from tilth.read.machine import collect

    bars = dict[str, TaskID]()
    columns = TextColumn("{task.description:<12}"), TextColumn("{task.completed:,} documents  {task.fields[megabytes]:.1f} MB")
    with Progress(*columns, console=errors, disable=given.quiet) as bar:

        def tell(source: str, _: str, count: int) -> None:
            if source not in bars:
                bars[source] = bar.add_task(source, total=None, megabytes=0.0)
            bar.update(bars[source], advance=1, megabytes=bar.tasks[bars[source]].fields["megabytes"] + count / 1e6)

        found = collect(given.folder, progress=tell)
    table(("source", "documents", "size", "seconds", "left out"), (
        (name, each.documents, size(each.bytes), f"{each.seconds:.1f}", len(each.failed)) for name, each in found.items()
    ))
    line(f"\n{given.folder}: see `tilth ls {given.folder}/SOURCE`")
