"""Real texts to record on, read from a folder of public data sets; only digests and figures of them are ever written.

`documents(folder)` are (set name, index in that set, text), at most `CAP` characters each, in a fixed order. A set whose file is
absent is left out. Pages of HTML become text with resiliparse, whose version can change a text; its digest then tells.
"""

from __future__ import annotations

import functools
import gzip
import io
import itertools
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

CAP = 5_000

Texts = Iterator[str]


@functools.cache
def documents(folder: Path) -> list[tuple[str, int, str]]:
    """Return (set, index, text) of every set that is there; a process reads them once, whatever it compares on them."""
    there = [(name, read(folder / file)) for name, (file, read) in SETS.items() if (folder / file).exists()]
    return [(name, index, text[:CAP]) for name, texts in there for index, text in enumerate(texts)]


def jsonl(path: Path, every: int = 1, column: str = "text") -> Texts:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, 0, None, every):
            yield json.loads(line)[column]


def chapters(path: Path, size: int, every: int) -> Texts:
    """Cut long texts at blank lines into parts of about `size` characters, and take every n-th part."""
    for at, part in enumerate(part for text in jsonl(path) for part in _parts(text, size)):
        if at % every == 0:
            yield part


def _parts(text: str, size: int) -> Texts:
    held: list[str] = []
    for paragraph in text.split("\n\n"):
        held.append(paragraph)
        if sum(map(len, held)) >= size:
            yield "\n\n".join(held)
            held = []
    if held:
        yield "\n\n".join(held)


def tar_files(path: Path, suffix: str) -> Iterator[bytes]:
    with tarfile.open(path) as archive:
        for member in sorted((m for m in archive if m.isfile() and m.name.endswith(suffix)), key=lambda m: m.name):
            file = archive.extractfile(member)
            if file is not None:
                yield file.read()


def tar_jsonl(path: Path) -> Texts:
    for data in tar_files(path, ".jsonl"):
        for line in io.TextIOWrapper(io.BytesIO(data), "utf-8"):
            whole = line.startswith("{") and line.rstrip().endswith("}")  # some files here are one object over many lines
            row = json.loads(line) if whole else {}
            if isinstance(row.get("text"), str):
                yield row["text"]


def zip_texts(path: Path, every: int = 1) -> Texts:
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".txt") and not name.endswith("README.txt"))
        for name in names[::every]:
            yield archive.read(name).decode("utf-8", "replace")


def pages(path: Path, main: bool, suffix: str = ".html", every: int = 1) -> Texts:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    for data in itertools.islice(tar_files(path, suffix), 0, None, every):
        yield extract_plain_text(bytes_to_str(data, detect_encoding(data)), main_content=main, alt_texts=False)


def wiki_sections(path: Path) -> Texts:
    for file in sorted(path.glob("*.txt")):
        yield from re.split(r"(?m)^(?= = )", file.read_text("utf-8"))


def xquad(path: Path) -> Texts:
    for data in tar_files(path, ".json"):
        for article in json.loads(data)["data"]:
            for paragraph in article["paragraphs"][::3]:
                yield paragraph["context"]


def human_eval(path: Path) -> Texts:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["prompt"] + row["canonical_solution"] + row["test"]


SETS: dict[str, tuple[str, Callable[[Path], Texts]]] = {
    "web_main": ("web/trafilatura_eval_html.tar.gz", lambda path: pages(path, main=True)),
    "web_whole": ("web/trafilatura_eval_html.tar.gz", lambda path: pages(path, main=False, every=2)),
    "readability": ("web/readability_test_pages.tar.gz", lambda path: pages(path, main=True, suffix="source.html")),
    "movie_reviews": ("docs/nltk/movie_reviews.zip", lambda path: zip_texts(path, 2)),
    "wikitext": ("docs/wikitext-2", wiki_sections),
    "dclm_quality": ("labels/dclm_human_quality_majority.jsonl.gz", jsonl),
    "pile": ("docs/pile_toy_dsir.jsonl.gz", lambda path: jsonl(path, column="contents")),
    "data_juicer": ("docs/data_juicer_demos.tar.gz", tar_jsonl),
    "common_crawl": ("docs/dolma_tests_data.tar.gz", tar_jsonl),
    "tldr": ("docs/tldr_pages.jsonl.gz", lambda path: jsonl(path, 26)),
    "laws": ("docs/german_laws_part.jsonl.gz", lambda path: jsonl(path, 3)),
    "novels_eng": ("docs/eltec_eng_part.jsonl.gz", lambda path: chapters(path, 3000, 14)),
    "novels_deu": ("docs/eltec_deu_part.jsonl.gz", lambda path: chapters(path, 3000, 14)),
    "novels_fra": ("docs/eltec_fra_part.jsonl.gz", lambda path: chapters(path, 3000, 14)),
    "poems_zho": ("docs/chinese_poetry_part.jsonl.gz", lambda path: jsonl(path, 60)),
    "functions": ("instruct/HumanEval.jsonl.gz", human_eval),
    "snippets": ("instruct/mbpp.jsonl.gz", lambda path: jsonl(path, column="code")),
    "xquad": ("docs/xquad.tar.gz", xquad),
    "declarations": ("docs/nltk/udhr2.zip", zip_texts),
    "inaugural": ("docs/nltk/inaugural.zip", zip_texts),
    "simplified": ("neardup/onestopenglish.jsonl.gz", jsonl),
}
