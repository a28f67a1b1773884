"""URL filters against what the tools said of 2,456 addresses made to trip them: none may differ."""

from __future__ import annotations

import json
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
