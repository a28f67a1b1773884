"""Write token shards: a flat memory-mappable stream of ids a shard, and a table of which document each part of it is."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, StepError
from tilth.tokenize.vocabulary import Vocabulary
from tilth.write.parquet import write_parquet
from tilth.write.writer import Open, Writer

FORMAT = 2
BY_SOURCE = ("tokens_by_source", "seen_by_source")
SPOOL = 64 << 20  # bytes of a shard's tokens held in memory before they go to a temporary file
COPIES = "copies"  # of select.Mix: how often a document is to be seen
INDEX = pa.schema(
    [
        ("row", pa.uint64()), ("id", pa.large_string()), ("source", pa.large_string()), ("start", pa.int64()), ("count", pa.int64()),
        (COPIES, pa.int64()),
    ]
)


@dataclass(frozen=True)
class TokenShards(Writer):
    """Write the folder `tokens` that `open_shards` reads.

    - `{shard:05d}.npy`: the shard's stream, little-endian uint16 or uint32, for `numpy.load(..., mmap_mode="r")`: the tokens of each
      document whose `tokens` is not null, in row order, and after each document one separator.
    - `{shard:05d}.parquet`: a row a document: `row`, `id`, `source`, `start` (its first token in the stream), `count` (its tokens,
      the separator not counted) and `copies`: how often it is to be seen, as `select.Mix` says, else 1. It is stored once.
    - `tokens.json`: format, dtype, vocabulary size, `length` of a sequence, separator; digest of the tokenizer; and tokens, sequences,
      documents and digest (BLAKE2b, 128 bits, of the ids) of each shard, their totals, tokens by source, and tokens by source as they
      are to be seen (`seen_by_source`: times `copies`). Separators count as tokens here. A shard's last sequence is short where its
      tokens end; nothing is padded.

    The stream is spooled before it is written, because its header needs its length: memory is SPOOL and one row group.
    Raises RecipeError where `tokens` does not come from `Encode`, StepError where rows were removed after `Pack`.
    """

    folder: ClassVar[str] = "tokens"
    version: ClassVar[int] = FORMAT

    length: int
    separator: str

    @property
    def reads(self) -> tuple[str, ...]:
        return ("row", "id", "source", "tokens", "token_start", COPIES)

    def write(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema, open: Open) -> dict[str, Any]:
        vocabulary = Vocabulary.of(schema)
        dtype = vocabulary.dtype.newbyteorder("<")
        with tempfile.SpooledTemporaryFile(SPOOL) as spool:
            stream = _Stream(spool, np.array([vocabulary.id_of(self.separator)], dtype))
            with open(".parquet") as sink:
                documents = write_parquet(map(stream.add, batches), INDEX, sink)
            spool.seek(0)
            with open(".npy") as sink:
                header = {"descr": dtype.str, "fortran_order": False, "shape": (stream.tokens,)}
                np.lib.format.write_array_header_1_0(sink, header)
                shutil.copyfileobj(spool, sink, 1 << 20)
        return {
            "vocab_size": vocabulary.size, "separator_id": vocabulary.id_of(self.separator), "tokenizer": vocabulary.digest,
            "dtype": dtype.name, "documents": documents, "tokens": stream.tokens, "digest": stream.digest.hexdigest(),
            "tokens_by_source": dict(sorted(stream.by_source.items())), "seen_by_source": dict(sorted(stream.seen.items())),
        }

    def finish(self, shards: dict[int, dict[str, Any]]) -> dict[str, bytes]:
        if not shards:
            raise CorpusError.empty("tokenize.TokenShards", why="no shard was written")
        made_by = {key: {shard[key] for shard in shards.values()} for key in ("dtype", "vocab_size", "separator_id", "tokenizer")}
        if len(made_by["tokenizer"]) > 1:
            raise StepError("The shards come from different tokenizers.", where="tokenize.TokenShards", why=str(made_by), fix="run again")
        each = [
            {"shard": number, **{key: shards[number][key] for key in ("tokens", "documents", "digest")}}
            | {"sequences": -(-shards[number]["tokens"] // self.length)}
            for number in sorted(shards)
        ]
        by_source = {key: dict(sorted(_summed(shard[key] for shard in shards.values()).items())) for key in BY_SOURCE}
        listing = {
            "format": FORMAT, **{key: values.pop() for key, values in made_by.items()}, "length": self.length, "separator": self.separator,
            **{key: sum(shard[key] for shard in each) for key in ("tokens", "documents", "sequences")},
            **by_source, "shards": each,
        }
        return {"tokens.json": json.dumps(listing, indent=1, ensure_ascii=False).encode() + b"\n"}


def _summed(counts: Iterable[dict[str, int]]) -> Counter[str]:
    return sum(map(Counter, counts), Counter[str]())


@dataclass
class _Stream:
    """What one shard's tokens came to so far."""

    spool: IO[bytes]
    separator: np.ndarray
    tokens: int = 0
    by_source: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    digest: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=16))

    def add(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Append the documents that have tokens, and return their rows of the index."""
        batch = batch.filter(batch["tokens"].is_valid())
        counts = pc.list_value_length(batch["tokens"]).to_numpy()
        ends = np.cumsum(counts)
        starts = self.tokens + ends - counts + np.arange(len(batch))
        self._check(batch, starts)
        ids = np.insert(batch["tokens"].flatten().to_numpy().astype(self.separator.dtype, copy=False), ends, self.separator[0]).tobytes()
        self.spool.write(ids)
        self.digest.update(ids)
        self.tokens += int(counts.sum()) + len(batch)
        copies = batch[COPIES].cast(pa.int64()).fill_null(1) if COPIES in batch.schema.names else pa.array(np.ones(len(batch), np.int64))
        self._count(batch["source"], counts + 1, copies.to_numpy())
        return pa.record_batch([batch["row"], batch["id"], batch["source"], pa.array(starts), pa.array(counts), copies], schema=INDEX)

    def _count(self, sources: pa.Array, tokens: np.ndarray, copies: np.ndarray) -> None:
        table = pa.table([sources, pa.array(tokens), pa.array(tokens * copies)], ["source", "stored", "seen"])
        sums = table.group_by("source").aggregate([("stored", "sum"), ("seen", "sum")])
        for source, stored, seen in zip(*(sums[name].to_pylist() for name in ("source", "stored_sum", "seen_sum")), strict=True):
            self.by_source[source or ""] += stored
            self.seen[source or ""] += seen

    def _check(self, batch: pa.RecordBatch, starts: np.ndarray) -> None:
        wrong = np.flatnonzero(batch["token_start"].to_numpy(zero_copy_only=False) != starts)
        if len(wrong):
            at = int(wrong[0])
            raise StepError(
                "Rows were removed after their tokens were packed.", where=f"tokenize.Pack, row {batch['row'][at]}",
                why=f"its tokens begin at {starts[at]}, and Pack said {batch['token_start'][at]}", fix="make tokenize.Pack the last step",
            )
