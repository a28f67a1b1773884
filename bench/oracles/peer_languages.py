"""Runs under a Python with datatrove 0.10.1 and its word tokenizers: its words, and what its filters say with a language given.

    python peer_languages.py TEXTS.jsonl.gz RECORDS.jsonl

A line of TEXTS has `language`, `text` and `parameters` (as FineWeb-2's configurations); one of RECORDS the words' number and digest, and
the reason of each of FineWeb-2's three filters, "" for none.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import sys
import warnings
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.utils.text import split_into_words


@functools.cache
def filters(language: str, parameters: str) -> dict[str, Any]:
    """Return the filters of fineweb-2-pipeline.py for one language."""
    limits = json.loads(parameters)
    return {
        "repetition": GopherRepetitionFilter(
            language=language, dup_para_frac=0, dup_line_char_frac=0, dup_para_char_frac=0, dup_line_frac=limits["dup_line_frac"],
            top_n_grams=limits["top_n_grams"], dup_n_grams=limits["dup_n_grams"],
        ),
        "lines": FineWebQualityFilter(
            language=language, short_line_thr=999, char_duplicates_ratio=0.1, line_punct_thr=limits["line_punct_thr"],
            new_line_ratio=limits["new_line_ratio"],
        ),
        "quality": GopherQualityFilter(
            language=language, max_avg_word_length=limits["max_avg_word_length"], min_avg_word_length=limits["min_avg_word_length"],
            stop_words=limits["stopwords"], max_non_alpha_words_ratio=limits["max_non_alpha_words_ratio"], min_stop_words=2,
        ),
    }  # fmt: skip


def record(row: dict[str, Any]) -> dict[str, Any]:
    words = split_into_words(row["text"], row["language"])
    digest = hashlib.blake2b("\x1f".join(words).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    reasons = {name: verdict(step, row["text"]) for name, step in filters(row["language"], json.dumps(row["parameters"])).items()}
    return {"words": len(words), "digest": digest, **reasons}


def verdict(step: Any, text: str) -> str:
    try:
        result = step.filter(Document(text=text, id=""))
    except (ZeroDivisionError, IndexError, AssertionError, ValueError) as error:
        return f"raises {type(error).__name__}"
    return "" if result is True else str(result[1])


def main(texts: str, records: str) -> None:
    warnings.filterwarnings("ignore")
    with gzip.open(texts, "rt", encoding="utf-8") as lines, open(records, "w", encoding="utf-8") as out:
        for line in lines:
            out.write(json.dumps(record(json.loads(line))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
