"""Write which characters are capitals or digits to Python, and what small letter each is: run with the Python that is to be followed.

    python bench/letter_case_table.py src/tilth/kernels/letter_case.json

Every entry is what str.isupper, str.isdigit, str.lower and re.IGNORECASE answer when they are asked about one code point.
"""

from __future__ import annotations

import json
import platform
import re
import sys
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

SOURCE = (
    f"behaviour of CPython {platform.python_version()} with Unicode {unicodedata.unidata_version}; "
    "written by bench/letter_case_table.py"
)
DOTTED_I = 0x130
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


def lower() -> list[list[int]]:
    """Return runs of capitals as [first, last, step, distance of the small letter]; İ, two characters in small letters, is none."""
    runs: list[list[int]] = []
    for code, small in ((code, ord(chr(code).lower())) for code in CODES if code != DOTTED_I):
        if small == code:
            continue
        last = runs[-1] if runs else None
        if last and last[3] == small - code and code - last[1] in ((1, 2) if last[2] == 0 else (last[2],)):
            last[1], last[2] = code, code - last[1]
        else:
            runs.append([code, code, 0, small - code])
    return [[first, last, max(step, 1), distance] for first, last, step, distance in runs]


def same_letters() -> list[list[int]]:
    """Return the pairs of small letters that are one to re.IGNORECASE, as [one, the lowest of them]."""
    by_capital: dict[str, set[int]] = {}
    for code in CODES:
        by_capital.setdefault(chr(code).upper(), set()).add(ord(chr(code).lower()[0]))
    groups = [sorted(group) for group in by_capital.values() if len(group) > 1]
    groups = [group for group in groups if all(re.fullmatch(chr(a), chr(b), re.IGNORECASE) for a, b in pairwise(group))]
    assert re.fullmatch("i", chr(DOTTED_I), re.IGNORECASE)
    return [[DOTTED_I, ord("i")], *([code, min(group)] for group in groups for code in group if code != min(group))]


def main(target: Path) -> None:
    tables = {"upper": ranges(str.isupper), "digit": ranges(str.isdigit), "lower": lower(), "same": same_letters()}
    lines = [f"{json.dumps(name)}:{json.dumps(rows, separators=(',', ':'))}" for name, rows in tables.items()]
    target.write_text(f'{{"source":{json.dumps(SOURCE)},\n' + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
