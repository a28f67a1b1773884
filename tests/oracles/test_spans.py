"""Lines and sentences cut, against what datatrove 0.10.1, the code of C4 and dolma 1.2.1 leave of the same texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from oracles.recorded import GOLDEN, digest, documents, oracle

from tilth.dedup import c4_lines, datatrove_bloom, datatrove_sentences, dolma_paragraphs
from tilth.memory import evaluate
from tilth.op import Exchange, Op

TIDY: dict[str, Callable[[str], str]] = oracle("peer_spans").TIDY
Left = dict[int, bytes | None]
STEPS: dict[str, list[Op | Exchange]] = {
    "datatrove": datatrove_sentences(), "datatrove_bloom": list(datatrove_bloom()), "c4": c4_lines()[:3], "dolma": dolma_paragraphs(),
}


def left(peer: str, texts: list[str]) -> Left:
    """Return of every text that changes a digest of what is left, None where it is dropped."""
    urls = pa.array([oracle("record_spans").url(at) for at in range(len(texts))], pa.large_string())
    done = evaluate(STEPS[peer], pa.table({"text": pa.array(texts, pa.large_string()), "url": urls})).table
    kept = dict(zip(done["row"].to_pylist(), done["text"].to_pylist(), strict=True))
    return {at: digest(TIDY[peer](kept[at])) if at in kept else None for at, text in enumerate(texts) if kept.get(at) != text}


def golden(peer: str, name: str) -> Left:
    table = pq.read_table(GOLDEN / f"spans_{peer}_{name}.parquet")
    return dict(zip(table["document"].to_pylist(), table["left"].to_pylist(), strict=True))


def differing(ours: Left, theirs: Left, texts: list[str]) -> list[str]:
    return [repr(texts[at][:300]) for at in sorted(ours.keys() | theirs.keys()) if ours.get(at, "as it was") != theirs.get(at, "as it was")]


@pytest.mark.parametrize("peer", STEPS)
def test_our_own_documents(peer: str) -> None:
    texts = oracle("span_cases").documents()
    theirs = golden(peer, "cases")
    assert len(theirs) > (90 if peer == "datatrove_bloom" else 500) and None in theirs.values()
    assert differing(left(peer, texts), theirs, texts) == []


@pytest.mark.parametrize("peer", STEPS)
def test_real_documents(peer: str, shared: Path) -> None:
    texts = oracle("record_spans").texts(shared)
    known = [row["digest"] for row in documents() if row["set"] != "cases"]
    if [digest(text) for text in texts[-len(known) :]] != known:
        pytest.skip("other real texts, or another resiliparse, than were recorded; a text changes what is left of others")
    texts = texts[: oracle("record_spans").FEW] if peer == "datatrove_bloom" else texts
    assert differing(left(peer, texts), golden(peer, "all"), texts) == []
