"""The splitter "datatrove" and the rules over it, against what datatrove 0.10.1 said in 271 languages."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from oracles.recorded import GOLDEN, after, assert_agree, oracle, reasons

from tilth.filters import fineweb_quality, gopher_quality, gopher_repetition
from tilth.segment import split_words, tool_of

SHARE = 0.999
NEEDS = {"spacy": "spacy", "kiwi": "kiwipiepy", "khmernltk": "khmernltk", "pyidaungsu": "pyidaungsu", "spacy:vi": "pyvi"}
Rows = list[tuple[str, dict[str, Any]]]


@functools.cache
def recorded() -> dict[tuple[str, str, int], dict[str, Any]]:
    rows = pq.read_table(GOLDEN / "datatrove_languages.parquet").to_pylist()
    return {(row["language"], row["set"], row["index"]): row for row in rows}


def beside(rows: Iterator[tuple[str, str, int, str]]) -> dict[str, Rows]:
    """Return (text, record) of the texts that are recorded as they are now, by the name of the tool that splits them."""
    found: dict[str, Rows] = {}
    for language, name, index, text in rows:
        record = recorded().get((language, name, index))
        if record and record["text"] == blake2b(text.encode(), digest_size=8).digest():
            found.setdefault(tool_of(language, "datatrove"), []).append((text, record))
    return found


@pytest.fixture(scope="module", params=["cases", "real"])
def texts(request: pytest.FixtureRequest) -> dict[str, Rows]:
    if request.param == "cases":
        return beside(oracle("language_documents").cases())
    return beside(oracle("language_documents").real(request.getfixturevalue("shared")))


TOOLS = sorted({tool_of(language, "datatrove") for language, _, _ in recorded()})


def installed(tool: str) -> None:
    for name in (tool, tool.partition(":")[0]):
        if name in NEEDS and find_spec(NEEDS[name]) is None:
            pytest.skip(f"{NEEDS[name]}, of the extra 'datatrove', is not installed")


def test_every_case_is_recorded() -> None:
    cases = list(oracle("language_documents").cases())
    assert sum(map(len, beside(iter(cases)).values())) == len(cases) > 1000


@pytest.mark.parametrize("tool", TOOLS)
def test_words(texts: dict[str, Rows], tool: str) -> None:
    installed(tool)
    differing = []
    for text, record in texts.get(tool, []):
        words = split_words(pa.array([text]), record["language"], "datatrove").lists()[0]
        if blake2b("\x1f".join(words).encode(), digest_size=8).digest() != record["digest"]:
            differing.append(f"{record['language']} {record['set']} {record['index']}: {len(words)} words, not {record['words']}")
    assert_agree(differing, len(texts.get(tool, [])), SHARE)


@pytest.mark.parametrize("tool", TOOLS)
def test_verdicts_and_first_reasons(texts: dict[str, Rows], tool: str) -> None:
    """Where datatrove itself falls over, on texts without a word, there is nothing to agree with."""
    installed(tool)
    differing, count = [], 0
    for text, record in texts.get(tool, []):
        for name, wanted in ((name, record[name]) for name in ("repetition", "lines", "quality")):
            if not wanted.startswith("raises"):
                count += 1
                found = verdict(name, record["language"], text)
                if found != wanted:
                    differing.append(f"{record['language']} {record['set']} {record['index']}: {found!r}, not {wanted!r}")
    assert_agree(differing, count, SHARE)


def verdict(name: str, language: str, text: str) -> str:
    batch = pa.record_batch({"text": pa.array([text], pa.large_string())})
    return reasons(after(list(chain(name, language)), batch))[0]


@functools.cache
def chain(name: str, language: str) -> tuple[Any, ...]:
    """Return our steps of one of FineWeb-2's filters with the parameters of the record; 0 leaves a rule out, as in datatrove."""
    limits = oracle("language_documents").parameters_of(language)
    line_frac, shortest, longest, letters = (
        limits[limit] or None for limit in ("dup_line_frac", "min_avg_word_length", "max_avg_word_length", "max_non_alpha_words_ratio")
    )
    if name == "repetition":
        grams = (tuple(map(tuple, limits[f"{kind}_n_grams"])) for kind in ("top", "dup"))
        return tuple(gopher_repetition("datatrove", None, None, line_frac, None, *grams, language=language))
    if name == "lines":
        ends, breaks = limits["line_punct_thr"], limits["new_line_ratio"]
        limits = {"line_punct_thr": ends, "short_line_thr": None, "char_duplicates_ratio": 0.1, "new_line_ratio": breaks}
        return tuple(fineweb_quality(**limits, language=language))
    return tuple(gopher_quality(
        language=language, min_avg_word_length=shortest, max_avg_word_length=longest, min_alpha_words_ratio=letters,
        stop_words=tuple(limits["stopwords"]),
    ))  # fmt: skip


def test_the_folder_of_records_is_small() -> None:
    assert Path(GOLDEN / "datatrove_languages.parquet").stat().st_size < 500_000
