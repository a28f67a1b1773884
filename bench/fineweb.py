"""The FineWeb rules from JSONL.zst to Parquet, reading and writing included: Tilth and datatrove on the same files, turn and turn about.

    .venv/bin/python bench/fineweb.py --peer .venv-peers/datatrove/bin/python

Processor seconds of a whole process and its children, less those of the same process on one short document (imports, compiled kernels,
spaCy's loading), so that what counts is what grows with the data. Median of the rounds.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus as texts
import pyarrow as pa

OURS = """
from tilth import filters, read, run
run(read.Jsonl({input!r}), filters.fineweb(), {out!r}, "local:1", probe=False)
"""
THEIRS = """
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import ParquetWriter
LocalPipelineExecutor([
    JsonlReader({input!r}), GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(filter_no_terminal_punct=False),
    FineWebQualityFilter(), ParquetWriter({out!r}),
], tasks=1, workers=1, logging_dir={out!r} + "-logs").run()
"""


def write_zst(folder: Path, rows: list[str]) -> float:
    folder.mkdir()
    lines = b"".join(json.dumps({"id": str(i), "text": text}).encode() + b"\n" for i, text in enumerate(rows))
    with pa.CompressedOutputStream(str(folder / "part.jsonl.zst"), "zstd") as sink:
        sink.write(lines)
    return sum(len(text.encode()) for text in rows) / 1e6


def cost(python: str, code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([python, "-c", code], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=".venv-peers/datatrove/bin/python", help="an interpreter that has datatrove")
    parser.add_argument("--mb", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        size = write_zst(Path(folder, "full"), list(texts.grown(texts.prose(), given.mb)))
        write_zst(Path(folder, "one"), ["One short document."])
        tools = [("Tilth", sys.executable, OURS), *([("datatrove", given.peer, THEIRS)] if given.peer else [])]
        seconds: dict[str, list[float]] = {name: [] for name, _, _ in tools}
        for turn in range(-1, given.rounds):  # the first turn warms caches up, and compiles kernels
            for name, python, code in tools:
                one, full = (code.format(input=f"{folder}/{which}", out=f"{folder}/{name}-{which}-{turn}") for which in ("one", "full"))
                fixed = cost(python, one)
                if turn >= 0:
                    seconds[name].append(cost(python, full) - fixed)
        kept = {"Tilth": rows(Path(folder, "Tilth-full-0", "data")), "datatrove": rows(Path(folder, "datatrove-full-0"))}
    print(f"{size:.1f} MB of prose, JSONL.zst to Parquet, one core, median of {given.rounds} rounds, {time.strftime('%Y-%m-%d')}\n")
    print("| tool | processor s | MB/s | documents kept |\n|---|---:|---:|---:|")
    for name, each in seconds.items():
        print(f"| {name} | {statistics.median(each):.2f} | {size / statistics.median(each):.2f} | {kept[name]:,} |")
    if given.peer:
        print(f"\nratio {statistics.median(seconds['datatrove']) / statistics.median(seconds['Tilth']):.0f}x")


def rows(folder: Path) -> int:
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(path).num_rows for path in folder.rglob("*.parquet"))


if __name__ == "__main__":
    main()
