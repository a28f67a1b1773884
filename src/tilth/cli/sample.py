"""Show some documents of a run: kept ones that a rule is true of, or dropped ones by a word of why.

  tilth sample work/web-en --where 'lang_en < 0.8'
  tilth sample work/web-en --dropped 'gopher'
"""

from __future__ import annotations

import argparse

from tilth.cli.show import figure, line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="RUN", help="the folder of a run")
    parser.add_argument("--where", metavar="RULE", default="", help="of the kept ones, those that this rule is true of")
    parser.add_argument("--dropped", metavar="WORDS", nargs="?", const="", help="dropped ones, whose step or reason holds these words")
    parser.add_argument("--rows", metavar="N", type=int, default=10, help="how many (default: 10)")


def command(given: argparse.Namespace) -> None:
    from tilth.sample import dropped, sample, shown

    table = sample(given.out, given.where, given.rows) if given.dropped is None else dropped(given.out, given.dropped, given.rows)
    for row in shown(table):
        head = "  ".join(f"{name} {figure(value)}" for name, value in row.items() if name not in ("row", "id", "text", "excerpt") and value)
        line("\n  ".join(each for each in (str(row["id"]), head, repr(row.get("text", row.get("excerpt")))) if each) + "\n")
    if not len(table):
        line("no such row")
