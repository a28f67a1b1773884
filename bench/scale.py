"""Time, memory and disk as the input grows 1x to 64x, beside what `plan` foretold: time in proportion, a worker's memory flat.

    .venv/bin/python bench/scale.py --mb 8
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus as texts

RUN = """
import json, os, time
from tilth import clean, dedup, filters, plan, read, run
corpus, recipe = read.Parquet({input!r}), [clean.FixUnicode(), *filters.fineweb(), *dedup.exact(), *dedup.near(), clean.RedactPii()]
foretold = plan(corpus, recipe, {out!r}, split=4 << 20, probe=True).estimate
start, used = time.perf_counter(), sum(os.times()[:4])
done = run(corpus, recipe, {out!r}, "local:1", probe=False, split=4 << 20)
times = json.load(open({out!r} + "/times.json"))
said = [foretold.seconds, foretold.memory_mb, foretold.disk_bytes]
print(json.dumps([time.perf_counter() - start, sum(os.times()[:4]) - used, times["peak_mb"], *said, done.data["rows_in"]]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=8)
    given = parser.parse_args()
    base = texts.prose()
    print(f"one worker, {time.strftime('%Y-%m-%d')}; every copy with its own noise; disk is the output folder with its store\n")
    print("| input | MB | rows | s | CPU s | MB/CPU s | foretold s | worker MB | foretold MB | disk MB | foretold MB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for times in (1, 4, 16, 64):
        with tempfile.TemporaryDirectory() as folder:
            size = texts.write_files(Path(folder, "in"), texts.grown(base, given.mb * times), files=2 * times)
            code = RUN.format(input=str(Path(folder, "in")), out=str(Path(folder, "out")))
            told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
            took, used, peak, seconds, memory, disk, rows = json.loads(told)
            stored = sum(path.stat().st_size for path in Path(folder, "out", "store").rglob("*") if path.is_file()) / 1e6
        print(
            f"| {times}x | {size / 1e6:.0f} | {rows:,} | {took:.1f} | {used:.1f} | {size / 1e6 / used:.1f} | {seconds:.1f} | {peak} | "
            f"{memory:.0f} | {stored:.0f} | {disk / 1e6:.0f} |", flush=True,
        )


if __name__ == "__main__":
    main()
