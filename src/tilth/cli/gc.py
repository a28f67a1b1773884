"""Remove from a run's store what no finished run names any more.

  tilth gc work/web-en --dry
  tilth gc work/web-en
"""

from __future__ import annotations

import argparse

from tilth.cli.show import line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="RUN", help="the folder of a run")
    parser.add_argument("--dry", action="store_true", help="say what would be removed, and remove nothing")


def command(given: argparse.Namespace) -> None:
    from tilth.gc import gc

    line(f"{gc(given.out, dry=given.dry)} {'would be removed' if given.dry else 'removed'}")
