"""Writes what is made from the code: docs/cli.md, docs/operators.md, docs/splitters.md, the tables at the end of docs/variants.md,
recipes/recipe.schema.json. Run it after changing a step or command.

    python docs/generate.py
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from tilth import Filter, catalog
from tilth.cli.main import parser
from tilth.schema import schema
from tilth.segment.datatrove import KERNELS, REFUSED, tools
from tilth.segment.languages import short_names
from tilth.segment.words import tool_of

ROOT = Path(__file__).resolve().parent.parent
MADE = "<!-- made by docs/generate.py -->\n\n"


def files() -> dict[str, str]:
    """Return the text of every generated file by its path in the repository."""
    return {
        "docs/cli.md": cli(), "docs/operators.md": operators(), "docs/variants.md": variants(),
        "docs/splitters.md": splitters(),
        "recipes/recipe.schema.json": json.dumps(schema(), indent=1, ensure_ascii=False) + "\n",
    }


def splitters() -> str:
    """Return the page of which tool serves which language."""
    names = {name: code for code, name in sorted(short_names().items(), key=lambda each: len(each[0]), reverse=True)}
    rows = [(name, code, tool_of(name), _datatrove_tool(tools().get(name, "–"))) for name, code in sorted(names.items())]
    text = MADE + SPLITTERS + "| language | code | splitter `tilth` | splitter `datatrove` |\n|---|---|---|---|\n"
    text += "".join(f"| {' | '.join(row)} |\n" for row in rows)
    text += f"\nOf the {len(tools())} languages that datatrove gives a tool:\n\n| tool | languages |\n|---|---:|\n"
    families = Counter(re.sub(":[^*)]+", "", _datatrove_tool(tool)) for tool in tools().values())
    return text + "".join(f"| {family} | {count} |\n" for family, count in families.most_common())


SPLITTERS = """# Which tool splits which language

What the splitters are: [languages.md](languages.md). `*`: by our own code, to the word, with nothing to install. `–`: no tool; in
brackets: one that Tilth does not call, for it fetches a model from the network when it runs. For `tilth` the script decides: a language
that is not listed has the tool of its script, `uax29` for all that put spaces between words.

"""


def _datatrove_tool(tool: str) -> str:
    name, _, code = tool.partition(":")
    if name in REFUSED:
        return f"({tool})"
    return f"{tool}*" if name == "indic" or (name == "spacy" and code in KERNELS) else tool


def cli() -> str:
    texts = [f"## {name}\n\n```text\n{one.format_help().rstrip()}\n```\n" for name, one in _commands("tilth", parser())]
    return MADE + "# The command line\n\n" + ERRORS + "\n" + "\n".join(texts)


def _commands(name: str, one: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, one
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below, parser in action.choices.items():
                yield from _commands(f"{name} {below}", parser)


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


TABLES = "<!-- from here on made by docs/generate.py -->\n"
PROBES: dict[str, list[tuple[str, str]]] = {  # for each composite, names and texts on which its variants differ
    "gopher_quality": [
        ("marks and bullets", "# The mill…\n\n• wheel #1 and #2\n- stones ... to grind\n* of corn…\n\nRead more"),
        ("case and other scripts", "THE water OF the dam — 12 m² deep, Ⅷ locks; 水 and Öl that be with us."),
    ],
    "gopher_repetition": [
        ("repeated lines", "to the mill\nto the mill\n\nand back again\n\nand back again"),
        ("repeated words", "the wheel turns and the wheel turns and the wheel turns, and then the wheel turns and the wheel stops"),
    ],
    "c4": [(
        "a page",
        "Home\nOur mill is old [1]. It is 'fine'\nIt grinds corn, and \"well\"\nUse of cookies: see our privacy policy.\n\nIt rains...",
    )],
    "code": [
        ("water.py", '"""The mill."""\n\nSTONES = 12  # of granite\n\ndef turn(wheel):\n    """Turn it."""\n    return wheel + STONES\n'),
        ("water.c", "/* Copyright 2023, the millers */\nint turn(int wheel) { // once\n\tputs(\"// no\");\n\treturn wheel + 12;\n}\n"),
    ],
}


def variants() -> str:
    """The page on variants, its tables made anew: rules with limits in their order, and what each variant says of the same text."""
    text = (ROOT / "docs" / "variants.md").read_text(encoding="utf-8").partition(TABLES)[0] + TABLES
    for name, probes in PROBES.items():
        text += f"\n## `{name}`, from the code\n\n" + _rules(name) + "".join(_figures(name, *probe) for probe in probes)
    return text


def _rules(name: str) -> str:
    """A table of a composite's rules: a row for each variant, in the order in which it asks."""
    module = importlib.import_module(f"tilth.filters.{name}")
    rows = [
        (f"`{variant}`", ", ".join(f"{step.reason}: `{step.rule}`" for step in getattr(module, name)(variant) if isinstance(step, Filter)))
        for variant in module.RULES
    ]
    return _table(("variant", "rules, by their reasons, in order"), rows)


def _figures(name: str, title: str, text: str) -> str:
    """A table of what each variant measures of one text."""
    module = importlib.import_module(f"tilth.filters.{name}")
    batch = pa.record_batch({"id": pa.array([title], pa.large_string()), "text": pa.array([text], pa.large_string())})
    found = {variant: getattr(module, name)(variant)[0].apply(batch).to_pylist()[0] for variant in module.RULES}
    signals = dict.fromkeys(signal for row in found.values() for signal in row if signal not in ("id", "text"))
    rows = [(f"`{signal}`", *(_figure(row, signal) for row in found.values())) for signal in signals]
    return f"\nOf {title}, {json.dumps(text, ensure_ascii=False)}:\n\n" + _table(("signal", *(f"`{variant}`" for variant in found)), rows)


def _figure(row: dict[str, Any], signal: str) -> str:
    value = row.get(signal)
    return "–" if signal not in row else "null" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


if __name__ == "__main__":
    for path, content in files().items():
        (ROOT / path).write_text(content, encoding="utf-8")
