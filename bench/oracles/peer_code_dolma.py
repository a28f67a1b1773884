"""Runs under a Python with dolma 1.2.1 and its code extras: what its code taggers measure of every file.

    python peer_code_dolma.py FILES.jsonl RECORDS.jsonl
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any


def record(taggers: dict[str, Any], path: str, text: str) -> dict[str, float | None]:
    """Return the document-level score of every tag, by the tagger's short name; None where a tagger raises."""
    from dolma.core.data_types import DocumentWithMetadata

    extension = path.rpartition(".")[2]
    document = DocumentWithMetadata(source="", version="0", id=path, text=text, metadata={"ext": extension})
    scores: dict[str, float | None] = {}
    for name, tagger in taggers.items():
        try:
            spans = tagger.predict(document).spans
            scores |= {f"{name}_{span.type}": float(span.score) for span in spans if span.type.endswith("doc")}
        except ZeroDivisionError:  # an empty file
            scores[f"{name}_raised"] = None
    return scores


def main(source: str, target: str) -> None:
    from dolma.taggers.code import CodeCopyrightTagger, CodeRedPajamaTaggers, CodeStarCoderTaggers, CodeStarCoderTaggers2

    warnings.filterwarnings("ignore")
    logging.disable()
    taggers = {
        "v1": CodeStarCoderTaggers(), "v2": CodeStarCoderTaggers2(), "redpajama": CodeRedPajamaTaggers(),
        "copyright": CodeCopyrightTagger(),
    }
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
        for line in lines:
            out.write(json.dumps(record(taggers, **json.loads(line))) + "\n")


if __name__ == "__main__":
    Path(sys.argv[2]).unlink(missing_ok=True)
    main(*sys.argv[1:])
