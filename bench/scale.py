"""Time and memory as the input grows 1x, 4x, 16x, beside what `plan` foretold: time in proportion, a worker's memory flat.

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
import json, time
from tilth import clean, dedup, filters, plan, read, run
corpus, recipe = read.Parquet({input!r}), [clean.FixUnicode(), *filters.fineweb(), *dedup.exact(), *dedup.near(), clean.RedactPii()]
foretold = plan(corpus, recipe, {out!r}, split=4 << 20, probe=True).estimate
start = time.perf_counter()
done = run(corpus, recipe, {out!r}, "local:1", probe=False, split=4 << 20)
times = json.load(open({out!r} + "/times.json"))
busy = sum(task["seconds"] for task in times["tasks"].values())
print(json.dumps([time.perf_counter() - start, busy, times["peak_mb"], foretold.seconds, foretold.memory_mb, done.data["rows_in"]]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=8)
    given = parser.parse_args()
    base = texts.prose()
    print(f"one worker, {time.strftime('%Y-%m-%d')}; disk: store beside input\n")
    print("| input | MB | rows | seconds | MB/s | foretold s | worker MB | foretold MB | store / text |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for times in (1, 4, 16):
        with tempfile.TemporaryDirectory() as folder:
            size = texts.write_files(Path(folder, "in"), texts.grown(base, given.mb * times), files=2 * times)
            code = RUN.format(input=str(Path(folder, "in")), out=str(Path(folder, "out")))
            told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
            took, _, peak, seconds, memory, rows = json.loads(told)
            stored = sum(path.stat().st_size for path in Path(folder, "out", "store").rglob("*") if path.is_file())
        print(
            f"| {times}x | {size / 1e6:.0f} | {rows:,} | {took:.1f} | {size / 1e6 / took:.1f} | {seconds:.1f} | {peak} | {memory:.0f} | "
            f"{stored / size:.2f} |", flush=True,
        )


if __name__ == "__main__":
    main()
