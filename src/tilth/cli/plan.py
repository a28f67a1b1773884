"""Show what a run would do now: tasks that are done already, tasks to do, and the most that may be.
For near duplicates it also says which similarities will be found, and what pairing sends and holds; for questions to a model, what
they cost at most. Nothing is asked.

  tilth plan recipes/web_en.yaml --out work/web-en
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from tilth.cli.given import out_of, recipe_arguments, recipe_of, run_arguments
from tilth.cli.show import line


def arguments(parser: argparse.ArgumentParser) -> None:
    recipe_arguments(parser)
    run_arguments(parser)


def command(given: argparse.Namespace) -> None:
    from tilth.dedup.plan import foretold
    from tilth.probe import sample
    from tilth.run import plan

    corpus, recipe = recipe_of(given)
    planned = plan(corpus, recipe.steps, out_of(given, recipe), split=given.split and given.split << 20, store=given.store, probe=True)
    line(str(planned))
    rows, size = sample(corpus), planned.estimate.payload_bytes if planned.estimate else 0
    for text in (*foretold(recipe.steps, rows, size), *_asked(recipe.steps, rows, size)):
        line(text)


def _asked(recipe: Sequence[Any], rows: pa.Table, size: int) -> Iterator[str]:
    """What each question of a recipe takes, by the probed rows that reach it."""
    from tilth.estimate import payload
    from tilth.memory import evaluate
    from tilth.probe import rehearsed

    steps = rehearsed(recipe)
    for n, step in enumerate(steps):
        if (question := getattr(step, "question", None)) is not None:
            from tilth.semantic.foretell import foretold

            yield str(foretold(question, evaluate(steps[:n], rows, probe=True).table, size / max(1, payload(rows))))
