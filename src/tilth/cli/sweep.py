"""Show what other thresholds of a finished run would keep, without measuring again.

  tilth sweep work/web-en
  tilth sweep work/web-en lang_en
  tilth sweep work/web-en lang_en --values 0.5 0.8 0.9
  tilth sweep work/web-en lang_en --plot --steps 20
"""

from __future__ import annotations

import argparse

from tilth.cli.show import bar, figure, line, share, size, table


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="RUN", help="the folder of a run")
    parser.add_argument("column", metavar="COLUMN", nargs="?", help="the signal to sweep (default: list those that rules compare)")
    parser.add_argument("--values", metavar="N", type=float, nargs="+", default=(), help="the values to try (default: quantiles)")
    parser.add_argument("--steps", metavar="N", type=int, default=9, help="how many quantiles (default: 9)")
    parser.add_argument("--plot", action="store_true", help="draw the share of rows that each value keeps")


def command(given: argparse.Namespace) -> None:
    from tilth.run import load
    from tilth.sweep import places, sweep

    if given.column is None:
        every = places(load(given.out))
        shown = [(place.threshold.column, place.threshold.op, place.threshold.value, place.reason) for place in every]
        table(("column", "", "threshold", "reason to drop"), shown)
        return
    for found in sweep(given.out, given.column, given.values, given.steps):
        came = found.came
        line(f"{found.rule}\n{came.rows:,} rows came to this rule; later rules are not applied\n")
        rows = [
            (f"{found.threshold.op} {_value(point.value)}", point.rows, share(point.rows, came.rows),
             "" if point.bytes is None else size(point.bytes), share(point.bytes or 0, came.bytes or 0),
             *([bar(point.rows, came.rows)] if given.plot else []), "as it was run" if point.value == found.threshold.value else "")
            for point in found.points
        ]
        table((found.threshold.column, "rows kept", "of rows", "text kept", "of text", *([""] if given.plot else []), ""), rows)
        line("")


def _value(value: float) -> str:
    return figure(int(value) if float(value).is_integer() else value)
