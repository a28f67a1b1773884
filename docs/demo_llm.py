"""Writes the output in docs/demo_llm.md, as `make demo-llm` prints it on this machine.

    python docs/demo_llm.py
"""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from rich.console import Console

from tilth.semantic.demo import Demo, show

PAGE = Path(__file__).with_suffix(".md")
OUTPUT = re.compile(r"(?<=<!-- made by docs/demo_llm.py -->\n```text\n).*?(?=^```)", re.MULTILINE | re.DOTALL)


def output() -> str:
    """Return what the demo prints."""
    console = Console(file=StringIO(), width=110)
    show(Demo(), console)
    assert isinstance(console.file, StringIO)
    return "".join(f"{line.rstrip()}\n" for line in console.file.getvalue().splitlines())


if __name__ == "__main__":
    printed = output()
    PAGE.write_text(OUTPUT.sub(lambda _: printed, PAGE.read_text(encoding="utf-8"), count=1), encoding="utf-8")
