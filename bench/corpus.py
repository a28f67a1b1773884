"""Texts to time things on: real prose where the folder of real data is there, else what every Python machine has; grown with noise."""

from __future__ import annotations

import gzip
import json
import random
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from tilth.write.parquet import write_parquet

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def prose() -> list[str]:
    """Film reviews and chapters of English novels; where they are absent, the sources of the standard library."""
    reviews = DATA / "docs" / "nltk" / "movie_reviews.zip"
    if not reviews.exists():
        return [path.read_text("utf-8", "replace") for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py"))[:3000]]
    with zipfile.ZipFile(reviews) as archive:
        names = [name for name in archive.namelist() if name.endswith(".txt") and "README" not in name]
        found = [archive.read(name).decode("utf-8", "replace") for name in names]
    with gzip.open(DATA / "docs" / "eltec_eng_part.jsonl.gz", "rt") as lines:
        for line in lines:
            found += chapters(json.loads(line)["text"])
    return found


def chapters(text: str, size: int = 6000) -> Iterator[str]:
    """Pieces of about `size` characters that end between paragraphs."""
    held: list[str] = []
    for paragraph in text.split("\n\n"):
        held.append(paragraph)
        if sum(map(len, held)) >= size:
            yield "\n\n".join(held)
            held = []
    if held:
        yield "\n\n".join(held)


def grown(texts: list[str], megabytes: float, seed: int = 0) -> Iterator[str]:
    """The texts over and over, from the second time with every eighth word replaced: no copy is a duplicate of another."""
    chance, size, once = random.Random(seed), 0, sum(map(len, texts))
    while True:
        for text in texts:
            if size >= megabytes * 1e6:
                return
            if size >= once:
                words = text.split(" ")
                for i in range(chance.randrange(8), len(words), 8):
                    words[i] = f"{words[i][:3]}{chance.randrange(10_000)}"
                text = " ".join(words)
            size += len(text)
            yield text


def write_files(folder: Path, texts: Iterator[str], files: int = 8) -> int:
    """Write the texts as Parquet files of one column and an id; return the bytes of text."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(texts)
    size = sum(len(text.encode()) for text in rows)
    each = -(-len(rows) // files)
    for number in range(files):
        part = rows[number * each : (number + 1) * each]
        ids = [f"{number}-{i}" for i in range(len(part))]
        batch = pa.record_batch([pa.array(ids, pa.large_string()), pa.array(part, pa.large_string())], names=["id", "text"])
        with open(folder / f"{number:03d}.parquet", "wb") as sink:
            write_parquet([batch], batch.schema, sink)
    return size
