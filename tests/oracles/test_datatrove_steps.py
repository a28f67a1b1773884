"""Repair, redaction and signatures against what datatrove 0.10.1 made of the same texts."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from oracles.recorded import GOLDEN, Recorded, digest

from tilth import clean
from tilth.dedup import Normalise, Signatures

LATIN = ("mixed/prose_", "similar/", "whitespace/between_words_")
OURS_BY_DESIGN = ("zwsp", "zwj", "wj", "bom", "soft_hyphen")  # format characters do not part words here; there they stay in them


def test_repaired_texts_to_the_byte(recorded: Recorded) -> None:
    pytest.importorskip("ftfy", reason="the extra 'text' is not installed")
    repaired = [digest(text) for text in clean.FixUnicode().apply(recorded.batch())["text"].to_pylist()]
    assert recorded.differing(repaired, recorded.golden("datatrove_edits")["ftfy"].to_pylist()) == []


def test_redacted_texts_to_the_byte(recorded: Recorded) -> None:
    """With one replacement each, as datatrove's rotation depends on what a process saw before."""
    step = clean.RedactPii(email=("someone@example.com",), ip=("192.0.2.1",), phone=())
    redacted, golden = step.apply(recorded.batch()), recorded.golden("datatrove_edits")
    assert recorded.differing([digest(text) for text in redacted["text"].to_pylist()], golden["pii"].to_pylist()) == []
    assert recorded.differing(redacted["pii_emails"].to_pylist(), golden["emails"].to_pylist()) == []
    assert sum(golden["emails"].to_pylist()) >= 100


def minhash(ours: Recorded) -> tuple[list[int], list[bytes], list[list[int]]]:
    """Return of the Latin texts whose signatures are recorded: their places, their normalised digests, the signatures."""
    rows = pq.read_table(GOLDEN / "datatrove_minhash.parquet").to_pylist()
    names = [ours.names[row["document"]] for row in rows]
    rows = [row for row, name in zip(rows, names, strict=True) if name.startswith(LATIN) and not name.endswith(OURS_BY_DESIGN)]
    return [row["document"] for row in rows], [row["text"] for row in rows], [row["signature"] for row in rows]


def test_normalised_prose_to_the_byte(ours: Recorded) -> None:
    at, texts, _ = minhash(ours)
    assert len(at) >= 70
    found = [digest(text) for text in Normalise()(ours.texts.take(at)).to_pylist()]
    assert [ours.names[number] for number, a, b in zip(at, found, texts, strict=True) if a != b] == []


def test_signatures_estimate_the_same_similarity(ours: Recorded) -> None:
    """The values are of other functions: 112 estimate a similarity with a standard error of at most 0.047, eight times as many 0.017."""
    at, _, theirs = minhash(ours)
    both = [number for number, signature in enumerate(theirs) if signature]
    batch = ours.batch().take([at[number] for number in both])
    pairs = np.array(list(itertools.combinations(range(len(both)), 2)))
    wanted = alike(np.array([theirs[number] for number in both], np.uint64), pairs)
    found = np.mean([alike(signatures(batch, seed), pairs) for seed in range(1, 9)], axis=0)
    near = (wanted > 0.1) & (wanted < 1)
    assert near.sum() >= 50
    assert np.array_equal(found == 1, wanted == 1)
    assert np.sqrt(np.mean((found - wanted)[near] ** 2)) < 0.05
    assert np.abs(found - wanted).max() < 5 * 0.05


def signatures(batch: pa.RecordBatch, seed: int) -> np.ndarray:
    """Return Tilth's own signatures of these texts, uint32[n, 112]."""
    return np.array([np.frombuffer(value, np.uint32) for value in Signatures(seed=seed).apply(batch)["minhash"].to_pylist()])


def alike(signatures: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return the share of equal values of each pair of signatures."""
    return (signatures[pairs[:, 0]] == signatures[pairs[:, 1]]).mean(axis=1)
