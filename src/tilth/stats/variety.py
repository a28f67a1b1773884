"""How varied the texts of a corpus are, on a sample of rows chosen by the hash of their addresses: words, phrases, bytes, documents.

A share of distinct words falls with the number of words that are looked at, so every measure here is taken on so many words, bytes or
rows and no more. Corpora that have as many can be compared.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.embed.sample import bottom, ranks
from tilth.op import Batch
from tilth.segment import split_words

CHARACTERS = 4000  # of each row in the sample
WORDS = 50_000  # for shares of distinct words and phrases
SEGMENT = 1000  # words
BYTES = 1 << 20  # for compression
ROWS, DIMENSIONS = 256, 4096  # for the Vendi score
LENGTHS = (1, 2, 3)  # words of an n-gram


@dataclass(frozen=True)
class Phrase:
    """Words that stand beside each other: in how many rows of the sample, and how often."""

    words: str
    rows: int
    times: int


@dataclass(frozen=True)
class Variety:
    """Measures of a sample of `rows` rows; None where the sample is too small for one.

    `distinct`: shares of distinct n-grams of 1, 2 and 3 words among the first `words` words (distinct-n, Li et al., A Diversity-Promoting
    Objective Function, NAACL 2016). `segments`: mean share of distinct words in stretches of 1,000 (Johnson, 1944). `compression`: bytes
    by bytes after zstd 3, high where texts repeat each other (Shaib et al., Standardizing the Measurement of Text Diversity, 2024).
    `vendi`: how many wholly different rows as varied a set would have, of `vendi_rows` (Friedman and Dieng, The Vendi Score, TMLR 2023;
    likeness is the cosine of hashed counts of words). `top`: for each length, the n-grams that stand in most rows.
    """

    rows: int
    words: int
    distinct: tuple[float | None, ...]
    segments: float | None
    compression: float | None
    vendi: float | None
    vendi_rows: int
    top: tuple[tuple[Phrase, ...], ...]


class Sampled:
    """The texts of the `size` rows of lowest rank, as far as rows have been seen."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.found = pa.table({"row": pa.array([], pa.uint64()), "text": pa.array([], pa.large_string())})

    def add(self, batch: Batch) -> None:
        rows = np.asarray(batch["row"])
        if len(self.found) >= self.size:
            batch = batch.filter(pa.array(ranks(rows) < ranks(self.found["row"].to_numpy()).max()))
        cut = pc.utf8_slice_codeunits(pc.fill_null(batch["text"], ""), 0, CHARACTERS)
        fresh = pa.table({"row": batch["row"], "text": cut.cast(pa.large_string())})
        self.found = bottom(pa.concat_tables([self.found, fresh]), self.size)

    def texts(self) -> pa.Array:
        """Return the texts, those of lowest rank first: any beginning of them is a sample too."""
        order = np.argsort(ranks(self.found["row"].to_numpy()))
        return self.found["text"].combine_chunks().take(pa.array(order))


def variety(texts: pa.Array, most: int = 10) -> Variety:
    """Return the measures of these texts, and the `most` n-grams of each length that stand in most of them.

    Words are those of Unicode's rules (UAX #29) that have a letter or digit, in lower case; Chinese is cut into characters.
    """
    lists = [[word.lower() for word in words if any(map(str.isalnum, word))] for words in split_words(texts, "en", "unicode").lists()]
    counted = _first(lists, WORDS)
    flat = [word for words in counted for word in words]
    stretches = [flat[at : at + SEGMENT] for at in range(0, len(flat) - SEGMENT + 1, SEGMENT)]
    return Variety(
        rows=len(texts), words=len(flat), distinct=tuple(_distinct(counted, n) for n in LENGTHS),
        segments=sum(len(set(stretch)) for stretch in stretches) / SEGMENT / len(stretches) if stretches else None,
        compression=_compression(texts), vendi=_vendi(lists[:ROWS]), vendi_rows=min(ROWS, len(texts)),
        top=tuple(_top(lists, n, most) for n in LENGTHS),
    )  # fmt: skip


def _first(lists: list[list[str]], most: int) -> list[list[str]]:
    found = []
    for words in lists:
        found.append(words[:most])
        most -= len(found[-1])
    return found


def _grams(words: list[str], n: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[at:] for at in range(n)), strict=False)


def _distinct(lists: list[list[str]], n: int) -> float | None:
    total = sum(max(0, len(words) - n + 1) for words in lists)
    return len({gram for words in lists for gram in _grams(words, n)}) / total if total else None


def _top(lists: list[list[str]], n: int, most: int) -> tuple[Phrase, ...]:
    rows, times = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for words in lists:
        here = Counter(_grams(words, n))
        times.update(here)
        rows.update(here.keys())
    chosen = sorted(rows, key=lambda gram: (-rows[gram], -times[gram], gram))[:most]
    return tuple(Phrase(" ".join(gram), rows[gram], times[gram]) for gram in chosen)


def _compression(texts: pa.Array) -> float | None:
    data = "\n".join(texts.to_pylist()).encode()[:BYTES]
    return len(data) / len(pa.Codec("zstd", 3).compress(data)) if data else None


def _vendi(lists: list[list[str]]) -> float | None:
    """The exponential of the entropy of the eigenvalues of likeness, each row as like itself as can be."""
    counts = np.zeros((len(lists), DIMENSIONS))
    for row, words in enumerate(lists):
        np.add.at(counts[row], [zlib.crc32(word.encode()) % DIMENSIONS for word in words], 1)
    lengths = np.linalg.norm(counts, axis=1)
    unit = counts[lengths > 0] / lengths[lengths > 0, None]
    if not len(unit):
        return None
    shares = np.linalg.eigvalsh(unit @ unit.T / len(unit))
    shares = shares[shares > 1e-12]
    return round(float(np.exp(-(shares * np.log(shares)).sum())), 6)  # the last digits are the machine's
