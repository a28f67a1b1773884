"""Runs under a Python with NeMo Curator 1.4.0, comment_parser and beautifulsoup4: what its code filters score every file.

    python peer_code_nemo.py FILES.jsonl RECORDS.jsonl

The comments of a language are asked for by the MIME type that comment_parser has for it; Python's by the filter of their own.
"""

from __future__ import annotations

import importlib
import json
import sys
import types
import warnings
from typing import Any

import peer_nemo

MIME = {
    "c": "text/x-c", "h": "text/x-c", "cpp": "text/x-c++", "cs": "text/x-c++", "java": "text/x-java", "js": "application/javascript",
    "go": "text/x-go", "sh": "text/x-shellscript", "rb": "text/x-ruby", "html": "text/html", "xml": "text/xml",
}


def scores(code: Any, path: str, text: str) -> dict[str, float | None]:
    """Return the score of every filter; None where it raises, or does not speak of the language."""
    extension = path.rpartition(".")[2]
    filters: dict[str, Any] = {"lines": code.NumberOfLinesOfCodeFilter(), "xml": code.XMLHeaderFilter(), "alpha": code.AlphaFilter()}
    if extension == "py":
        filters["comments"] = code.PythonCommentToCodeFilter()
    elif extension in MIME:
        filters["comments"] = code.GeneralCommentToCodeFilter(MIME[extension])
    if extension == "html":
        filters["html"] = code.HTMLBoilerplateFilter()
    found: dict[str, float | None] = {"comments": None, "html": None}
    for name, each in filters.items():
        try:
            found[name] = each.score_document(text)
        except ZeroDivisionError:  # an empty file
            found[name] = None
    longest, mean = code.PerExtensionFilter._line_statistics(None, text)
    return found | {"max_line": longest, "mean_line": mean, "alphanumeric": code.PerExtensionFilter._alphanum_fraction(None, text or " ")}


def main(source: str, target: str) -> None:
    warnings.filterwarnings("ignore")
    peer_nemo.stand_in()
    sys.modules["sentencepiece"] = types.ModuleType("sentencepiece")  # for the filter that needs a tokenizer, which is not asked
    code = importlib.import_module("nemo_curator.stages.text.filters.heuristic.code.code")
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(scores(code, **json.loads(line))) + "\n" for line in lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
