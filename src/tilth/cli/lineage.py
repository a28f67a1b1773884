"""Draw where a corpus comes from: its recipe, its inputs, and the runs that made these.

  tilth lineage work/web-en
"""

from __future__ import annotations

import argparse

from tilth.cli.show import line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="RUN", help="the folder of a run")


def command(given: argparse.Namespace) -> None:
    from tilth.lineage import lineage

    line(str(lineage(given.out)))
