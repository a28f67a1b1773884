"""Write the word break class of every code point: run once per release of uniseg, with an interpreter that has it.

    python bench/word_break_table.py src/tilth/kernels/uax29.json

Nothing is copied from source files: every entry is what the library answers when it is asked about one code point.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from uniseg.emoji import extended_pictographic
from uniseg.wordbreak import WordBreak, word_break

SOURCE = (
    f"Word_Break and Extended_Pictographic of Unicode 16.0.0 (Unicode License v3) as uniseg {version('uniseg')} (MIT) answers them; "
    "written by bench/word_break_table.py"
)
CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]


def ranges(test: Callable[[str], object]) -> list[list[int]]:
    """Return the inclusive ranges of code points that pass."""
    found: list[list[int]] = []
    for code in CODES:
        if test(chr(code)):
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return found


def main(target: Path) -> None:
    classes = {kind.value.lower(): ranges(lambda c, kind=kind: word_break(c) == kind) for kind in WordBreak if kind != WordBreak.OTHER}
    classes["extended_pictographic"] = ranges(extended_pictographic)
    lines = [f"{json.dumps(name)}:{json.dumps(found, separators=(',', ':'))}" for name, found in classes.items()]
    target.write_text(f'{{"source":{json.dumps(SOURCE)},"classes":{{\n' + ",\n".join(lines) + "}}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
