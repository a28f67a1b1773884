"""Show what a run would do now: tasks that are done already, tasks to do, and the most that may be.

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
    from tilth.run import plan

    corpus, recipe = recipe_of(given)
    line(str(plan(corpus, recipe.steps, out_of(given, recipe), split=given.split and given.split << 20, store=given.store, probe=True)))
