"""What the languages are recorded on: our own cases, and real texts from a folder of public data, of which only figures are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import documents
import language_cases
import language_texts

from tilth.errors import RecipeError
from tilth.filters.fineweb2 import PUBLISHED
from tilth.filters.parameters import parameters
from tilth.segment.datatrove import tools
from tilth.segment.languages import full_name
from tilth.segment.words import tool_of

CAP = 5_000
XQUAD = ("ar", "de", "el", "en", "es", "hi", "ro", "ru", "th", "tr", "vi", "zh")
DEFAULTS = {
    "dup_line_frac": 0.3, "top_n_grams": [[2, 0.2], [3, 0.18], [4, 0.16]],
    "dup_n_grams": [[5, 0.15], [6, 0.14], [7, 0.13], [8, 0.12], [9, 0.11], [10, 0.1]], "line_punct_thr": 0.12, "new_line_ratio": 0.3,
    "min_avg_word_length": 3, "max_avg_word_length": 10, "max_non_alpha_words_ratio": 0.8,
}
COMMON = ("a", "e", "i", "o", "u", "na", "de", "la", "ka", "ya", "и", "в", "на", "و", "من", "的", "の", "에", "के", "ที่")

Row = tuple[str, str, int, str]  # language, set, place in it, text


def cases() -> Iterator[Row]:
    """Yield our own cases of every language that datatrove has a tool for."""
    for language in language_texts.MARKED:
        if served(language):
            for index, (_, text) in enumerate(language_cases.cases(language)):
                yield language, "cases", index, text


def real(folder: Path) -> Iterator[Row]:
    """Yield the real texts of the folder that are there, in the languages that are served."""
    for name, read in SETS.items():
        for index, (language, text) in enumerate(read(folder)):
            if served(language):
                yield language, name, index, text[:CAP]


def served(language: str) -> bool:
    try:
        return bool(tool_of(language, "datatrove"))
    except RecipeError:
        return False


def xquad(folder: Path) -> Iterator[tuple[str, str]]:
    for code, data in zip(XQUAD, documents.tar_files(folder / "docs/xquad.tar.gz", ".json"), strict=True):
        paragraphs = [paragraph["context"] for article in json.loads(data)["data"] for paragraph in article["paragraphs"]]
        for start in range(0, len(paragraphs), 4):
            yield full_name(code), paragraphs[start]
            yield full_name(code), "\n".join(paragraphs[start : start + 4])


def declarations(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the Declaration of Human Rights in the languages of which datatrove knows one script."""
    import zipfile

    scripts: dict[str, list[str]] = {}
    for name in tools():
        scripts.setdefault(name[:3], []).append(name)
    with zipfile.ZipFile(folder / "docs/nltk/udhr2.zip") as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".txt")):
            known = scripts.get(name.partition("/")[2][:3], [])
            if len(known) == 1:
                yield known[0], archive.read(name).decode("utf-8", "replace")


def poems(folder: Path) -> Iterator[tuple[str, str]]:
    for text in documents.jsonl(folder / "docs/chinese_poetry_part.jsonl.gz", 120):
        yield "cmn_Hani", text


def novels(folder: Path) -> Iterator[tuple[str, str]]:
    for language, part in (("deu_Latn", "deu"), ("fra_Latn", "fra")):
        for text in documents.chapters(folder / f"docs/eltec_{part}_part.jsonl.gz", 3000, 60):
            yield language, text


SETS = {"xquad": xquad, "declarations": declarations, "poems": poems, "novels": novels}


def parameters_of(language: str) -> dict[str, Any]:
    """Return the parameters that a language is recorded with, as FineWeb-2's files have them: its own, or English ones."""
    known = parameters(PUBLISHED).get(language)
    if known is None:
        return DEFAULTS | {"stopwords": list(COMMON)}
    limits = dict.fromkeys(("dup_line_frac", "min_avg_word_length", "max_avg_word_length", "max_non_alpha_words_ratio"), 0) | known.limits
    sizes = {"top": range(2, 5), "dup": range(5, 11)}
    grams = {f"{kind}_n_grams": [[n, limits[f"{kind}_{n}_gram"]] for n in sizes[kind]] for kind in sizes}
    return limits | grams | {"stopwords": list(known.stop_words)}
