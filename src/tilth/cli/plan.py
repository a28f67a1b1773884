"""Show what a run would do now: tasks that are done already, tasks to do, and the most that may be.
For near duplicates it also says which similarities will be found, and what pairing sends and holds.

  tilth plan recipes/web_en.yaml --out work/web-en
"""

from __future__ import annotations

import argparse

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
    for text in foretold(recipe.steps, sample(corpus), planned.estimate.payload_bytes if planned.estimate else 0):
        line(text)
