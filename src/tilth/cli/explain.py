"""Tell one document's whole way through a run: kept, edited where, dropped by which rule, duplicate of whom.

  tilth explain work/web-en https://example.org/page
"""

from __future__ import annotations

import argparse

from tilth.cli.show import line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="RUN", help="the folder of a run")
    parser.add_argument("id", metavar="ID", help="the document's id, or its row address")


def command(given: argparse.Namespace) -> None:
    from tilth.explain import explain

    line("\n\n".join(map(str, explain(given.out, given.id))))
