import hashlib
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.errors import CorpusError, RecipeError, StepError
from tilth.tokenize import Pack, TokenShards, shards
from tilth.tokenize.vocabulary import Vocabulary

TOKENS = Vocabulary(300, {"<|endoftext|>": 0}, "c0ffee").type


class Kept(io.BytesIO):
    def close(self):
        self.content = self.getvalue()
        super().close()


def packed(documents, first=0):
    rows = range(first, first + len(documents))
    columns = {
        "row": pa.array(rows, pa.uint64()), "id": pa.array([f"d{row}" for row in rows], pa.large_string()),
        "source": pa.array(["ab"[row % 2] for row in rows], pa.large_string()),
        "tokens": pa.array(documents, TOKENS),
    }
    return Pack(length=4).apply(pa.record_batch(columns))


def write(batches, schema=None):
    """Return what a shard's writing told, and its files."""
    files = {}

    def opened(suffix):
        assert suffix not in files
        return files.setdefault(suffix, Kept())

    told = Pack(length=4).writer.write(iter(batches), schema or batches[0].schema, opened)
    assert all(file.closed for file in files.values())
    return told, {suffix: file.content for suffix, file in files.items()}


def test_the_stream_is_documents_each_with_a_separator():
    told, files = write([packed([[7, 8, 9], None, [], [5]])])
    assert np.load(io.BytesIO(files[".npy"])).tolist() == [7, 8, 9, 0, 0, 5, 0]
    assert pq.read_table(io.BytesIO(files[".parquet"])).to_pylist() == [
        {"row": 0, "id": "d0", "source": "a", "start": 0, "count": 3, "copies": 1},
        {"row": 2, "id": "d2", "source": "a", "start": 4, "count": 0, "copies": 1},
        {"row": 3, "id": "d3", "source": "b", "start": 5, "count": 1, "copies": 1},
    ]
    assert told == {
        "vocab_size": 300, "separator_id": 0, "tokenizer": "c0ffee", "dtype": "uint16", "documents": 3, "tokens": 7,
        "digest": hashlib.blake2b(np.array([7, 8, 9, 0, 0, 5, 0], "<u2").tobytes(), digest_size=16).hexdigest(),
        "tokens_by_source": {"a": 5, "b": 2}, "seen_by_source": {"a": 5, "b": 2},
    }


def test_the_files_are_as_other_readers_know_them():
    """Golden: the bytes of the stream's file and of the listing."""
    told, files = write([packed([[7, 8, 9], [298]])])
    header = b"\x93NUMPY\x01\x00v\x00{'descr': '<u2', 'fortran_order': False, 'shape': (6,), }"
    assert files[".npy"] == header.ljust(127) + b"\n" + bytes([7, 0, 8, 0, 9, 0, 0, 0, 42, 1, 0, 0])
    listing = TokenShards(4, "<|endoftext|>").finish({3: told})["tokens.json"]
    assert json.loads(listing) == {
        "format": 2, "dtype": "uint16", "vocab_size": 300, "separator_id": 0, "tokenizer": "c0ffee", "length": 4,
        "separator": "<|endoftext|>", "tokens": 6, "documents": 2, "sequences": 2, "tokens_by_source": {"a": 4, "b": 2},
        "seen_by_source": {"a": 4, "b": 2},
        "shards": [{"shard": 3, "tokens": 6, "documents": 2, "sequences": 2, "digest": told["digest"]}],
    }


@settings(deadline=None)
@given(documents=st.lists(st.none() | st.lists(st.integers(1, 299), max_size=5), max_size=12), data=st.data())
def test_bytes_do_not_depend_on_cuts(documents, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(documents)), max_size=3)))
    whole = packed(documents)
    parts = [whole.slice(a, b - a) for a, b in zip([0, *cuts], [*cuts, len(documents)], strict=True)]
    assert write(parts) == write([whole])


def test_what_is_to_be_seen_more_than_once_is_stored_once():
    told, files = write([packed([[7, 8], [9], [5]]).append_column("copies", pa.array([2, 1, None], pa.int64()))])
    assert np.load(io.BytesIO(files[".npy"])).tolist() == [7, 8, 0, 9, 0, 5, 0]
    assert pq.read_table(io.BytesIO(files[".parquet"]))["copies"].to_pylist() == [2, 1, 1]
    assert told["tokens_by_source"] == {"a": 5, "b": 2} and told["seen_by_source"] == {"a": 8, "b": 2}


def test_a_shard_with_nothing_in_it():
    told, files = write([], packed([]).schema)
    assert (told["tokens"], told["documents"]) == (0, 0)
    assert np.load(io.BytesIO(files[".npy"])).shape == (0,)
    assert TokenShards(4, "<|endoftext|>").finish({0: told})


def test_wide_vocabularies_take_four_bytes():
    wide = Vocabulary(70_000, {"<|endoftext|>": 69_999}, "").type
    batch = packed([[7]]).set_column(3, "tokens", pa.array([[65_536]], wide))
    _, files = write([batch])
    assert np.load(io.BytesIO(files[".npy"])).tolist() == [65_536, 69_999]
    assert np.load(io.BytesIO(files[".npy"])).dtype == np.uint32


def test_a_big_shard_spills_to_a_file(monkeypatch):
    monkeypatch.setattr(shards, "SPOOL", 10)
    _, files = write([packed([[7] * 100])])
    assert np.load(io.BytesIO(files[".npy"])).tolist() == [7] * 100 + [0]


def test_rows_that_went_missing_after_packing_are_noticed():
    batch = packed([[1], [2], [3]])
    with pytest.raises(StepError, match=r"row 2.*\n.*begin at 2, and Pack said 4.*\n.*last step"):
        write([batch.take(pa.array([0, 2]))])


def test_tokens_of_unknown_origin_are_refused():
    batch = packed([[1]])
    plain = batch.set_column(3, "tokens", batch["tokens"].cast(pa.large_list(pa.uint16())))
    with pytest.raises(RecipeError, match="what the tokens mean"):
        write([plain])


def test_shards_of_two_tokenizers_are_refused_and_none_is_an_error():
    told, _ = write([packed([[1]])])
    with pytest.raises(StepError, match="different tokenizers"):
        TokenShards(4, "<|endoftext|>").finish({0: told, 1: told | {"tokenizer": "other"}})
    with pytest.raises(CorpusError, match="empty"):
        TokenShards(4, "<|endoftext|>").finish({})
