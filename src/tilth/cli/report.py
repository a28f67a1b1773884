"""Write a run's report: one page that opens in a browser without a network.

  tilth report work/web-en
"""

from __future__ import annotations

import argparse

from tilth.cli.show import line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="RUN", help="the folder of a run")


def command(given: argparse.Namespace) -> None:
    from tilth.web.report import report

    line(str(report(given.out)))
