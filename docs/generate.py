"""Writes what is made from the code: docs/cli.md, docs/operators.md, recipes/recipe.schema.json. Run it after changing a step or command.

    python docs/generate.py
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
from pathlib import Path
from typing import Any

from tilth import catalog
from tilth.cli.main import COMMANDS, parser
from tilth.schema import schema

ROOT = Path(__file__).resolve().parent.parent
MADE = "<!-- made by docs/generate.py -->\n\n"


def files() -> dict[str, str]:
    """Return the text of every generated file by its path in the repository."""
    return {
        "docs/cli.md": cli(), "docs/operators.md": operators(),
        "recipes/recipe.schema.json": json.dumps(schema(), indent=1, ensure_ascii=False) + "\n",
    }


def cli() -> str:
    top = parser()
    commands = next(action for action in top._actions if isinstance(action, argparse._SubParsersAction))
    parts = [("tilth", top), *((f"tilth {name}", commands.choices[name]) for name in COMMANDS)]
    texts = [f"## {name}\n\n```text\n{one.format_help().rstrip()}\n```\n" for name, one in parts]
    return MADE + "# The command line\n\n" + ERRORS + "\n" + "\n".join(texts)


ERRORS = """A command that fails says what happened, where, why, and the line that fixes it, and returns 2; an interrupted one returns 130.
Nothing that a run finished is done again by the next.
"""


def operators() -> str:
    text = MADE + "# Operators\n\nEvery name that a recipe may use, in Python and in YAML. Kinds: " + KINDS + "\n"
    for package in ("", *catalog.PACKAGES):
        mine = {name: part for name, part in catalog.names().items() if name.rpartition(".")[0] == package}
        if mine:
            text += f"\n## {package or 'tilth'}\n\n| name | kind | reads | what it does | source of the method |\n|---|---|---|---|---|\n"
            text += "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in map(_row, mine, mine.values()))
    return text


KINDS = """`Op` sees one batch, `Fold` learns from the whole corpus, `Exchange` lets rows of the
whole corpus meet, a *composite* is a function that returns a list of steps, a `Reader` says where rows come from, a `Writer` what is left.
"""


def _row(name: str, part: catalog.Part) -> tuple[str, ...]:
    return f"`{name}`", catalog.kind(part), _reads(part), catalog.purpose(part), _source(part)


def _reads(part: Any) -> str:
    """The columns that a step reads as it stands without arguments."""
    if not inspect.isclass(part) or not issubclass(part, catalog.STEPS) or any(each.required for each in catalog.parameters(part).values()):
        return ""
    reads = part().reads
    return "all" if reads is None else ", ".join(f"`{name}`" for name in reads)


def _source(part: catalog.Part) -> str:
    """The paragraph of the docstring that says where the method is from."""
    found = re.search(r"^(?:Sources?|Methods?): (.*?)(?:\n\n|\Z)", inspect.getdoc(part) or "", re.DOTALL | re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for path, content in files().items():
        (ROOT / path).write_text(content, encoding="utf-8")
