"""Try a recipe on the first rows of its input, before anything is spent.

  tilth check recipes/web_en.yaml
  tilth check recipes/fineweb.py --input 'crawl/*.warc.gz' --rows 500
"""

from __future__ import annotations

import argparse

from tilth.cli.given import recipe_arguments, recipe_of
from tilth.cli.show import line, share, table


def arguments(parser: argparse.ArgumentParser) -> None:
    recipe_arguments(parser)
    parser.add_argument("--rows", type=int, default=200, help="how many rows to try (default: 200)")


def command(given: argparse.Namespace) -> None:
    from tilth.probe import check

    corpus, recipe = recipe_of(given)
    found = check(corpus, recipe.steps, given.rows)
    if found.evaluation:
        table(("step", "rows in", "dropped", "share", "failed", "edited"), map(_row, found.evaluation.funnel))
    for warning in found.warnings:
        line(f"warning: {warning}")
    found.raise_first()
    line("The recipe fits its input.")


def _row(entry: dict[str, object]) -> tuple[object, ...]:
    came, gone = int(str(entry["came"])), sum(dict(entry["dropped"]).values())  # type: ignore[call-overload]
    return entry["step"], came, gone, share(gone, came), entry["failed"], entry["edited"]
