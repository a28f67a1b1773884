"""Run a recipe over its input; a run that was stopped goes on where it was.

  tilth run recipes/web_en.yaml
  tilth run recipes/web_en.yaml --input 's3://bucket/crawl/*.warc.gz' --out work/mine --executor local:8
  tilth run recipes/web_en.yaml --set NearDuplicates.jaccard=0.7
  tilth run work/mine --input 'tomorrow/*.warc.gz' --out work/tomorrow
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from tilth.cli.given import out_of, recipe_arguments, recipe_of, run_arguments
from tilth.cli.show import errors, line

if TYPE_CHECKING:
    from tilth.conductor import Progress as State


def arguments(parser: argparse.ArgumentParser) -> None:
    recipe_arguments(parser)
    run_arguments(parser)
    parser.add_argument(
        "--executor", default="local", help="local, dask, ray or slurm, each also with a number as in local:4 (default: local)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def command(given: argparse.Namespace) -> None:
    from tilth.run import run

    corpus, recipe = recipe_of(given)
    out = out_of(given, recipe)
    with progress(quiet=given.quiet) as tell:
        done = run(corpus, recipe.steps, out, given.executor, progress=tell, split=given.split and given.split << 20, store=given.store)
    line(done.summary())
    line(f"{out}: see `tilth ls {shlex.quote(out)}` and `tilth report {shlex.quote(out)}`")


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[State], None]]:
    """Give a function that shows a wave's state as a bar with tasks, rows, MB/s and time left, on standard error."""
    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[tasks]} tasks  {task.fields[rows]:,} rows"),
        TextColumn("{task.fields[speed]:.1f} MB/s"), TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, disable=quiet) as bar:
        bars = dict[str, TaskID]()

        def tell(state: State) -> None:
            speed = state.bytes_done / 1e6 / state.seconds if state.seconds else 0.0
            fields: dict[str, Any] = {"tasks": f"{state.done}/{state.total}", "rows": state.rows, "speed": speed}
            name = state.wave if len(state.wave) <= 40 else state.wave[:39] + "…"
            if state.wave not in bars:
                bars[state.wave] = bar.add_task(name, total=state.total, **fields)
            bar.update(bars[state.wave], completed=state.done, total=state.total, **fields)

        yield tell
