"""Measures what the library `regex` takes for letters and for word characters, into src/tilth/kernels/letters.json.

    python bench/letter_tables.py          # in an environment that has regex

NeMo Curator and dolma both read text with `regex`, whose tables are newer than Python's and whose \\w knows marks and joiners.
"""

from __future__ import annotations

import json
from pathlib import Path

import regex

TARGET = Path(__file__).resolve().parent.parent / "src" / "tilth" / "kernels" / "letters.json"
CLASSES = {"letter": r"[[:alpha:]]", "word": r"\w"}


def ranges(pattern: str) -> list[list[int]]:
    """Return the first and last code point of every run that matches."""
    match, runs = regex.compile(pattern).match, list[list[int]]()
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000 and match(chr(code)):
            if runs and runs[-1][1] == code - 1:
                runs[-1][1] = code
            else:
                runs.append([code, code])
    return runs


if __name__ == "__main__":
    source = f"behaviour of regex {regex.__version__} (Apache-2.0); written by bench/letter_tables.py"
    found = {name: ranges(pattern) for name, pattern in CLASSES.items()}
    TARGET.write_text(json.dumps({"source": source, "classes": found}, separators=(",", ":")) + "\n")
