"""The recorded verdicts and figures of the named tools, beside the texts that they are of."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tilth.op import Op

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "oracles"


def oracle(name: str) -> ModuleType:
    """Return the module `bench/oracles/<name>.py`."""
    folder = str(ROOT / "bench" / "oracles")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)


def digest(text: str) -> bytes:
    """Return the 8 bytes by which records know a text."""
    return blake2b(text.encode("utf-8"), digest_size=8).digest()


def key(row: dict[str, Any]) -> tuple[str, int]:
    return row["set"], row["index"]


@dataclass(frozen=True)
class Recorded:
    """Texts, their names, and at which rows of the golden files their records stand."""

    texts: pa.LargeStringArray
    names: list[str]
    rows: pa.Int64Array

    def golden(self, name: str) -> pa.Table:
        """Return the records of the golden file `name`, row for row with `texts`."""
        return pq.read_table(GOLDEN / f"{name}.parquet").take(self.rows)

    def batch(self) -> pa.RecordBatch:
        """Return the texts as rows of a corpus."""
        count = len(self.texts)
        names = pa.array(self.names, pa.large_string())
        return pa.record_batch({"row": pa.array(range(count), pa.uint64()), "id": names, "source": names, "text": self.texts})

    def differing(self, ours: list[Any] | np.ndarray, theirs: list[Any] | np.ndarray) -> list[str]:
        """Return "name: ours, not theirs" of every text on which the two lists differ."""
        return [f"{name}: {a!r}, not {b!r}" for name, a, b in zip(self.names, ours, theirs, strict=True) if a != b]


def close(ours: np.ndarray, theirs: np.ndarray, tolerance: float = 1e-6) -> np.ndarray:
    """Return where two columns of figures agree; records are float32, NaN stands for none and agrees with itself."""
    return np.isclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True)


def column(table: pa.Table, name: str) -> np.ndarray:
    """Return a column of figures as float64, null as NaN."""
    return np.array([np.nan if value is None else value for value in table[name].to_pylist()], np.float64)


def ours() -> Recorded:
    """Return our own cases, every one of which must be in the records as it is now."""
    cases = oracle("cases").cases()
    known = [row for row in documents() if row["set"] == "cases"]
    assert [(row["name"], row["digest"]) for row in known] == [(name, digest(text)) for name,
        text in cases.items()], "the cases changed: record again"
    return Recorded(pa.array(list(cases.values()), pa.large_string()), list(cases), pa.array(range(len(known)), pa.int64()))


def real(folder: Path) -> Recorded:
    """Return the real texts of the folder that are in the records; another resiliparse can make other texts of HTML."""
    at = {key(row): (number, row["digest"]) for number, row in enumerate(documents())}
    texts, names, rows = [], [], []
    for name, index, text in oracle("documents").documents(folder):
        number, known = at.get((name, index), (-1, b""))
        if known == digest(text):
            texts.append(text)
            names.append(f"{name}/{index}")
            rows.append(number)
    return Recorded(pa.array(texts, pa.large_string()), names, pa.array(rows, pa.int64()))


def documents() -> list[dict[str, Any]]:
    """Return the rows of `documents.parquet`: set, index, name (of our cases), digest."""
    return pq.read_table(GOLDEN / "documents.parquet").to_pylist()


def after(steps: list[Op], batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return `batch` after these steps, with all its rows; the first rule that a row fails is its `drop`."""
    for step in steps:
        batch = step.apply(batch)
    return batch


def reasons(batch: pa.RecordBatch) -> list[str]:
    """Return the first reason of every row, "" where there is none."""
    return [reason or "" for reason in batch["drop"].to_pylist()]


def digests(texts: pa.Array, kept: list[bool]) -> list[bytes | None]:
    """Return the digests of the texts that are kept, None for the others."""
    return [digest(text) if keep else None for text, keep in zip(texts.to_pylist(), kept, strict=True)]


def assert_agree(differing: list[str], count: int, share: float) -> None:
    """Assert that at most 1 - `share` of `count` texts differ, and show the first that do."""
    assert len(differing) <= (1 - share) * count, f"{len(differing)} of {count} differ:\n" + "\n".join(differing[:20])
