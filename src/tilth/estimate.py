"""How long a run will take and how much memory a worker will need, said beforehand from a probe of the corpus."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.memory import Evaluation, evaluate
from tilth.op import Op
from tilth.peak import peak_mb
from tilth.probe import rehearsed, sample
from tilth.read.reader import File, Reader
from tilth.write.parquet import GROUP_BYTES, write_parquet

LOOK_BYTES = 1 << 20  # of a file, to see how much there is in a stored byte
STORE_MB_S = 90.0  # a stage reads and rewrites what it changes at about this speed a core (bench/RESULTS.md, "floor")
GROUPS_HELD = 6  # row groups a worker holds at once: being read, being worked on, being written (measured, bench/RESULTS.md)


@dataclass(frozen=True)
class Estimate:
    """Processor seconds of the local steps, peak memory of a worker in MB, and bytes of disk; good to a factor of about two.

    Phases of an Exchange and the `finish` of a Fold are not in it: what they do depends on what they find.
    """

    seconds: float
    memory_mb: float
    payload_bytes: int  # of text or HTML, decompressed
    disk_bytes: int  # of the output folder with its store; a published file and its blob are one

    def __str__(self) -> str:
        return (
            f"about {self.payload_bytes / 1e6:,.0f} MB of text and pages; local steps about {self.seconds:,.0f} s of one core, "
            f"a worker about {self.memory_mb:,.0f} MB, {self.disk_bytes / 1e6:,.0f} MB of disk; all good to a factor of two"
        )


def estimate(corpus: Reader, recipe: Sequence[Any], size: int) -> Estimate:
    """Return the estimate for a corpus of `size` stored bytes; takes some seconds, as it runs the recipe on a probe twice.

    The first time compiles and loads what steps need, so only the second is timed.
    """
    rows = sample(corpus)
    recipe = rehearsed(recipe)
    evaluate(recipe, rows, probe=True)
    start = time.perf_counter()
    done = evaluate(recipe, rows, probe=True)
    wall = time.perf_counter() - start
    busy = sum(entry["seconds"] for entry in done.funnel)
    probed = max(1, payload(rows))
    whole = int(size * _swelling(corpus))
    stages = 1 + sum(not isinstance(step, Op) for step in recipe)
    seconds = (min(busy, wall) / probed + stages / (STORE_MB_S * 1e6)) * whole
    memory = peak_mb() + GROUPS_HELD * min(GROUP_BYTES, whole) / 2**20
    return Estimate(seconds, memory, whole, int(_stored(corpus, recipe, rows, done) / probed * whole))


def _stored(corpus: Reader, recipe: Sequence[Any], rows: pa.Table, done: Evaluation) -> int:
    """Bytes that a probe comes to in Parquet: its base, each time that text is stored whole, what steps measured, and the output."""
    file = corpus.files()[0]
    in_place = corpus.reread(corpus.cut(file, LOOK_BYTES)[0], rows.schema, ["id"]) is not None  # the files are the base (source.py)
    rewritten = sum("text" in step.rewrites for step in recipe if isinstance(step, Op))
    measured = [name for name in done.measured.schema.names if name not in rows.schema.names]
    brought = [name for name in done.table.schema.names if name not in {*rows.schema.names, *measured}]
    given = (0 if in_place else _parquet_bytes(rows)) + rewritten * _parquet_bytes(rows.select(["text"]))
    return given + _parquet_bytes(done.measured.select(measured)) + _parquet_bytes(done.table.select(brought)) + _parquet_bytes(done.table)


def _parquet_bytes(table: pa.Table) -> int:
    sink = io.BytesIO()
    write_parquet(table.to_batches(), table.schema, sink)
    return sink.tell()


def _swelling(corpus: Reader) -> float:
    """Bytes of text or pages in a stored byte, from the beginnings of a few files."""
    files = [file for file in corpus.files() if file.size]
    schema = corpus.schema(files)
    came = left = 0
    for file in files[:: max(1, len(files) // 16)]:
        span = corpus.cut(File(file.path, file.size, file.stamp), LOOK_BYTES)[0]
        whole = span.end < 0
        stored, seen = file.size if whole else min(file.size, LOOK_BYTES), 0
        for batch in corpus.read(span, schema):
            seen += payload(pa.Table.from_batches([batch]))
            if seen > 64 * LOOK_BYTES:
                break
        came, left = came + stored, left + seen
    return left / came if came else 1.0


def payload(table: pa.Table) -> int:
    names = [name for name in ("text", "html") if name in table.schema.names]
    return sum(table[name].nbytes for name in names)
