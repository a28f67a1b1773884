"""Tilth makes raw data ready for training language models.

  tilth check recipes/web_en.yaml --input 'crawl/*.warc.gz'
  tilth run recipes/web_en.yaml --input 'crawl/*.warc.gz' --out work/web-en
  tilth explain work/web-en https://example.org/page
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import re
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from tilth.cli.show import errors
from tilth.errors import TilthError
from tilth.rules import did_you_mean

COMMANDS = ("collect", "check", "plan", "run", "ls", "explain", "sample", "diff", "stats", "sweep", "lineage", "report", "gc", "llm")


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are ours, and whose help is a docstring: one sentence, then examples."""

    def __init__(self, prog: str, doc: str | None = None, **_ignored: object) -> None:
        purpose, _, examples = (doc or "").partition("\n\n")
        super().__init__(prog, description=purpose, epilog=f"examples:\n{examples}", formatter_class=_Help, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"argument COMMAND: invalid choice: '(.*)' \(", message)
        if wrong:
            raise TilthError(f"There is no command {wrong[1]!r}.", where="tilth", fix=did_you_mean(wrong[1], COMMANDS))
        raise TilthError("The command cannot be read.", where=self.prog, why=message, fix=f"{self.prog} --help")

    def unknown(self, left: Sequence[str]) -> NoReturn:
        """Raise TilthError for what no argument takes, with the option that is nearest."""
        near = difflib.get_close_matches(left[0].partition("=")[0], self._option_string_actions, n=1)
        hint = f", did you mean {near[0]}?" if near else ""
        self.error(f"unrecognized arguments: {' '.join(left)}{hint}")


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=120)


def parser() -> Parser:
    """Return the parser of the whole command line."""
    top = Parser("tilth", __doc__)
    top.add_argument("--version", action="version", version=f"tilth {version('tilth')}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = importlib.import_module(f"tilth.cli.{name}")
        one = commands.add_parser(name, doc=module.__doc__, help=(module.__doc__ or "").partition("\n")[0])
        module.arguments(one)
        one.add_argument("--debug", action="store_true", help="show where in the code an error came from")
        one.set_defaults(command=module.command, parser=one)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command (or show the help if there is none); return 0, 2 after an error that was shown, or 130 after an interrupt."""
    argv = (sys.argv[1:] if argv is None else argv) or ["--help"]
    try:
        given, left = parser().parse_known_args(argv)
        if left:
            given.parser.unknown(left)
        given.command(given)
    except TilthError as error:
        if "--debug" in argv:
            raise
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        errors.print("Interrupted. The same command goes on where it was.", highlight=False)
        return 130
    return 0
