"""URL filters and bad words against what the tools said of 2,456 addresses and 1,440 texts made to trip them: none may differ."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from oracles.recorded import GOLDEN, after, oracle, reasons

from tilth import filters

cases = oracle("list_cases")
LISTS = {"domains": cases.DOMAINS, "words": cases.WORDS, "soft_words": cases.SOFT_WORDS, "substrings": cases.SUBSTRINGS}


def golden(peer: str) -> dict[str, list[Any]]:
    return json.loads((GOLDEN / f"lists_{peer}.json").read_text("utf-8"))


def batch() -> pa.RecordBatch:
    return pa.record_batch({"url": pa.array(cases.urls(), pa.large_string())})


def differing(ours: list[Any], theirs: list[Any]) -> list[str]:
    """Return where they differ; a peer that refuses an address said nothing (None)."""
    return [f"{url}: {a!r}, not {b!r}" for url, a, b in zip(cases.urls(), ours, theirs, strict=True) if b is not None and a != b]


@pytest.mark.parametrize(("variant", "more"), [("datatrove", {"urls": cases.URLS}), ("dclm", {})])
def test_first_reasons(variant: str, more: dict[str, Any]) -> None:
    pytest.importorskip("tldextract", reason="the extra 'web' is not installed")
    found = reasons(after(filters.urls(**LISTS, **more, variant=variant), batch()))
    theirs = golden(variant)["urls"]
    assert min(theirs.count(reason) for reason in set(found)) >= 5
    assert differing(found, theirs) == []


@pytest.mark.parametrize("kind", ["urls", "domains"])
def test_dolma_taggers(kind: str) -> None:
    step = filters.urls(**{kind: cases.HOSTS_LISTS}, variant="dolma")[0]
    found = step.apply(batch())["url_listed" if kind == "urls" else "url_domain_listed"].to_pylist()
    assert sum(found) >= 50
    assert differing(found, golden("dolma")[kind]) == []


def rows() -> pa.RecordBatch:
    langs, texts = zip(*cases.bad_word_texts(), strict=True)
    return pa.record_batch({"lang": pa.array(langs, pa.large_string()), "text": pa.array(texts, pa.large_string())})


def disagreeing(found: pa.RecordBatch, theirs: list[bool]) -> list[str]:
    ours = [count > 0 for count in found["bad_words"].to_pylist()]
    assert sum(theirs) >= 20
    return [f"{text!r}: {a}, not {b}" for (_, text), a, b in zip(cases.bad_word_texts(), ours, theirs, strict=True) if a != b]


def test_datatrove_bad_words_of_nine_languages(tmp_path: Path) -> None:
    for lang, words in cases.BAD_WORDS.items():
        (tmp_path / lang).write_text("\n".join(words))
    step = filters.bad_words(str(tmp_path))[0]
    assert disagreeing(step.apply(rows()), golden("datatrove")["bad_words"]) == []


@pytest.mark.parametrize("variant", ["dolma", "dclm"])
def test_bad_words_of_one_list(variant: str) -> None:
    step = filters.bad_words(cases.BAD_WORDS["en"], variant, lang="en")[0]
    assert disagreeing(step.apply(rows()), golden(variant)["bad_words"]) == []


def test_bad_words_of_the_first_c4_code() -> None:
    """Its release 2 looks for `[^a-z](word)[^a-z]` in each line of the cleaned page; newer packages have it no more."""
    pattern = re.compile(f"[^a-z]({'|'.join(map(re.escape, cases.BAD_WORDS['en']))})[^a-z]")
    theirs = [any(pattern.search(line) for line in text.lower().split("\n")) for _, text in cases.bad_word_texts()]
    step = filters.bad_words(cases.BAD_WORDS["en"], "c4", lang="en")[0]
    assert disagreeing(step.apply(rows()), theirs) == []
