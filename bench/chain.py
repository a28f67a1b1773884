"""The whole chain on one core, and what of its time is the runner's: beside the floor, a plain read and rewrite of the same bytes.

    .venv/bin/python bench/chain.py --mb 64

No HTML extraction and no encoding here: their libraries set their own pace (bench/extract.py, bench/tokens.py).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus as texts

RECIPES = {
    "floor: read, rewrite": "[]",
    "runner alone: no step": "[]",
    "exact": "[*dedup.exact()]",
    "near": "[*dedup.exact(), *dedup.near()]",
    "FineWeb rules": "[*filters.fineweb()]",
    "rules, exact, near, PII": "[clean.FixUnicode(), *filters.fineweb(), *dedup.exact(), *dedup.near(), clean.RedactPii()]",
    "the same with language": "[clean.FixUnicode(), filters.Language(), Filter('lang_en >= 0.65'), *filters.fineweb(), *dedup.exact(), "
    "*dedup.near(), clean.RedactPii()]",
}
RUN = """
import json, os, sys, time
from tilth import Filter, clean, dedup, filters, read, run
start = time.perf_counter()
done = run(read.Parquet({input!r}), {recipe}, {out!r}, "local:1", probe=False, split=8 << 20)
print(json.dumps([time.perf_counter() - start, done.rows, json.load(open({out!r} + "/times.json"))["peak_mb"]]))
"""
FLOOR = """
import glob, json, time
import pyarrow as pa, pyarrow.parquet as pq
from tilth.write.parquet import write_parquet
pa.set_cpu_count(1); pa.set_io_thread_count(1)
start, rows = time.perf_counter(), 0
for i, path in enumerate(sorted(glob.glob({input!r} + "/*.parquet"))):
    file = pq.ParquetFile(path)
    with open({out!r} + f"-{{i}}.parquet", "wb") as sink:
        rows += write_parquet(file.iter_batches(2048, use_threads=False), file.schema_arrow, sink)
print(json.dumps([time.perf_counter() - start, rows, 0]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        size = texts.write_files(Path(folder, "in"), texts.grown(texts.prose(), given.mb))
        seconds: dict[str, list[float]] = {name: [] for name in RECIPES}
        rows, peak = {}, {}
        for turn in range(given.rounds):
            for name, recipe in RECIPES.items():
                out = str(Path(folder, f"{turn}-{len(name)}"))
                code = (FLOOR if name.startswith("floor") else RUN).format(input=str(Path(folder, "in")), out=out, recipe=recipe)
                told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
                took, rows[name], peak[name] = json.loads(told)
                seconds[name].append(took)
    floor = statistics.median(seconds["floor: read, rewrite"])
    print(f"{size / 1e6:.0f} MB of prose, one worker, median of {given.rounds} rounds, {time.strftime('%Y-%m-%d')}\n")
    print("| recipe | seconds | MB/s | times the floor | rows out | peak MB of a worker |\n|---|---:|---:|---:|---:|---:|")
    for name, each in seconds.items():
        took = statistics.median(each)
        print(f"| {name} | {took:.2f} | {size / 1e6 / took:.1f} | {took / floor:.1f} | {rows[name]:,} | {peak[name] or '-'} |")


if __name__ == "__main__":
    main()
