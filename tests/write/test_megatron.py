"""Megatron's indexed datasets: a reader written from the format alone finds every document."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tilth import write
from tilth.errors import CorpusError, RecipeError


def documents(prefix: Path) -> list[list[int]]:
    """As IndexedDataset reads them: through the pointers, not the order."""
    head = prefix.with_suffix(".idx").read_bytes()
    assert head[:9] == b"MMIDIDX\x00\x00"
    version, code, sequences, entries = struct.unpack_from("<QBQQ", head, 9)
    assert version == 1
    dtype = np.dtype({4: np.int32, 8: np.uint16}[code])
    lengths = np.frombuffer(head, "<i4", sequences, 34)
    pointers = np.frombuffer(head, "<i8", sequences, 34 + 4 * sequences)
    bounds = np.frombuffer(head, "<i8", entries, 34 + 12 * sequences)
    assert len(head) == 34 + 12 * sequences + 8 * entries
    assert bounds.tolist() == list(range(sequences + 1))
    data = prefix.with_suffix(".bin").read_bytes()
    assert len(data) == lengths.sum() * dtype.itemsize
    return [np.frombuffer(data, dtype, length, at).tolist() for length, at in zip(lengths, pointers, strict=True)]


@pytest.mark.parametrize(("vocab", "end"), [(0, None), (65_499, None), (65_499, 9), (65_500, 9)])
def test_documents_come_back(vocab: int, end: int | None, written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    about = written(write.Megatron(vocab, end), table, [3, 20])
    tokens = [row["tokens"] + ([] if end is None else [end]) for row in table.to_pylist() if row["tokens"] is not None]
    assert documents(tmp_path / "out" / "00000") == tokens
    assert about == {"documents": len(tokens), "tokens": sum(map(len, tokens))}
    wide = (tmp_path / "out" / "00000.idx").read_bytes()[17] == 4
    assert wide == (not 0 < vocab < 65_500)


def test_bytes_depend_on_the_rows_alone(same_bytes: Callable[..., None]) -> None:
    same_bytes(write.Megatron(300, 0))


def test_tokens_that_do_not_fit_are_an_error(written: Callable[..., Any]) -> None:
    big = pa.table({"tokens": pa.array([[1, 70_000]], pa.large_list(pa.uint32()))})
    with pytest.raises(CorpusError, match="does not fit uint16"):
        written(write.Megatron(100), big)
    with pytest.raises(CorpusError, match=r"(?s)no column 'tokens'.*tokenize\.Encode"):
        written(write.Megatron(100), pa.table({"text": ["a"]}))
    with pytest.raises(RecipeError, match="is no token"):
        write.Megatron(100, end=70_000)


@pytest.mark.parametrize("vocab", [0, 65_499])
def test_megatrons_own_reader_finds_them(vocab: int, written: Callable[..., Any], table: pa.Table, tmp_path: Path) -> None:
    theirs = pytest.importorskip("megatron.core.datasets.indexed_dataset", reason="megatron-core, which needs PyTorch, is not installed")
    written(write.Megatron(vocab, 9), table, [3, 20])
    found = theirs.IndexedDataset(str(tmp_path / "out" / "00000"))
    expected = [[*row["tokens"], 9] for row in table.to_pylist() if row["tokens"] is not None]
    assert [found[n].tolist() for n in range(len(found))] == expected
    assert found.document_indices.tolist() == list(range(len(expected) + 1))
