"""Write the sentence break class of every code point: run once per release of uniseg, with an interpreter that has it.

    python bench/sentence_break_table.py src/tilth/kernels/sentences.json

Nothing is copied from source files: every entry is what the library answers when it is asked about one code point.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from uniseg.sentencebreak import SentenceBreak, sentence_break

SOURCE = (
    f"Sentence_Break of Unicode 16.0.0 (Unicode License v3) as uniseg {version('uniseg')} (MIT) answers it, and the General_Category of "
    "Unicode 14.0.0 as CPython 3.11 does; written by bench/sentence_break_table.py"
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
    classes = {
        kind.value.lower(): ranges(lambda c, kind=kind: sentence_break(c) == kind) for kind in SentenceBreak if kind != SentenceBreak.OTHER
    }
    for name, category in (("opening", "Ps"), ("initial", "Pi")):
        classes[name] = ranges(lambda c, category=category: unicodedata.category(c) == category)
    lines = [f"{json.dumps(name)}:{json.dumps(found, separators=(',', ':'))}" for name, found in classes.items()]
    target.write_text(f'{{"source":{json.dumps(SOURCE)},"classes":{{\n' + ",\n".join(lines) + "}}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
