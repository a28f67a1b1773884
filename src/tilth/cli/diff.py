"""Compare two runs: what one keeps and the other drops, by whose rule, with examples.

  tilth diff work/strict work/loose --examples 5
"""

from __future__ import annotations

import argparse

from tilth.cli.show import line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("a", metavar="RUN_A", help="the folder of a run")
    parser.add_argument("b", metavar="RUN_B", help="the folder of another, over the same input")
    parser.add_argument("--examples", metavar="N", type=int, default=3, help="rows to show for each side (default: 3)")


def command(given: argparse.Namespace) -> None:
    from tilth.diff import diff

    line(str(diff(given.a, given.b, given.examples)))
