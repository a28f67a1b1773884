"""The whole chain on one core, and what of its time is the runner's: beside the floor, a plain read and rewrite of the same bytes.

    .venv/bin/python bench/chain.py --mb 64

No HTML extraction and no encoding here: their libraries set their own pace (bench/extract.py, bench/tokens.py). Processor seconds are
those of the process and its worker; what the same run of one short document takes (kernels that are loaded, processes that start) is told
apart, and speeds are without it.
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
import json, os, time
from tilth import Filter, clean, dedup, filters, read, run
start, used = time.perf_counter(), sum(os.times()[:4])
done = run(read.Parquet({input!r}), {recipe}, {out!r}, "local:1", probe=False, split=8 << 20)
print(json.dumps([time.perf_counter() - start, sum(os.times()[:4]) - used, done.rows, json.load(open({out!r} + "/times.json"))["peak_mb"]]))
"""
FLOOR = """
import glob, json, os, time
import pyarrow as pa, pyarrow.parquet as pq
from tilth.write.parquet import write_parquet
pa.set_cpu_count(1); pa.set_io_thread_count(1)
start, used, rows = time.perf_counter(), sum(os.times()[:4]), 0
for i, path in enumerate(sorted(glob.glob({input!r} + "/*.parquet"))):
    file = pq.ParquetFile(path)
    with open({out!r} + f"-{{i}}.parquet", "wb") as sink:
        rows += write_parquet(file.iter_batches(2048, use_threads=False), file.schema_arrow, sink)
print(json.dumps([time.perf_counter() - start, sum(os.times()[:4]) - used, rows, 0]))
"""


def measured(recipe: str, code: str, folder: Path) -> list[float]:
    """Return (wall seconds, processor seconds, rows out, peak MB of a worker) of a run over the folder's files."""
    with tempfile.TemporaryDirectory() as out:
        script = code.format(input=str(folder), out=f"{out}/run", recipe=recipe)
        return json.loads(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    found: dict[str, list[list[float]]] = {name: [] for name in RECIPES}
    with tempfile.TemporaryDirectory() as name:
        full, one = Path(name, "full"), Path(name, "one")
        megabytes = texts.write_files(full, texts.grown(texts.prose(), given.mb)) / 1e6
        texts.write_files(one, iter(["One short document."]), files=1)
        for _ in range(given.rounds):
            for name, recipe in RECIPES.items():
                code = FLOOR if name.startswith("floor") else RUN
                start_up = measured(recipe, code, one)[1]
                found[name].append([*measured(recipe, code, full), start_up])
    middle = {name: [statistics.median(column) for column in zip(*rounds, strict=True)] for name, rounds in found.items()}
    grows = {name: used - start_up for name, (_, used, _, _, start_up) in middle.items()}
    floor = grows["floor: read, rewrite"]
    print(f"{megabytes:.0f} MB of prose, one worker, median of {given.rounds} rounds, {time.strftime('%Y-%m-%d')}\n")
    print("| recipe | s | CPU s | of that start-up | MB/CPU s without it | times the floor | rows out | peak MB of a worker |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, (wall, used, rows, peak, start_up) in middle.items():
        speed, times = megabytes / grows[name], grows[name] / floor
        print(f"| {name} | {wall:.2f} | {used:.2f} | {start_up:.2f} | {speed:.1f} | {times:.1f} | {rows:,.0f} | {peak or '-'} |")


if __name__ == "__main__":
    main()
