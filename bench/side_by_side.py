"""Tools side by side: each in a process of its own with the same texts in memory, turn and turn about, in CPU time of one core.

A bench says how a tool makes a pass, `Make`: texts in, a function that makes one pass over them out. `serve` runs in the tool's process,
`compare` asks all of them in turn for passes and returns the median of each.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Make = Callable[[list[Any]], Callable[[], object]]


def serve(make: Make, path: str) -> None:
    """Warm up on a few texts, then make a pass for every line of standard input and write its CPU seconds."""
    items = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    make(items[:20])()
    run = make(items)
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.process_time()
        run()
        print(time.process_time() - started, flush=True)


def compare(script: str, pythons: Mapping[str, str], items: list[Any], passes: int) -> list[float]:
    """Return the median CPU seconds of a pass of each tool, NaN of one without a Python; `script --work TOOL FILE` must call `serve`."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "items.jsonl")
        Path(path).write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
        workers = {
            tool: subprocess.Popen(
                [python, script, "--work", tool, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            for tool, python in pythons.items() if python
        }  # fmt: skip
        for tool, worker in workers.items():
            _until_ready(worker, tool)
        times = [{tool: _pass(worker) for tool, worker in workers.items()} for _ in range(passes)]
        for worker in workers.values():
            worker.communicate()
    return [statistics.median(turn.get(tool, math.nan) for turn in times) for tool in pythons]


def _until_ready(worker: subprocess.Popen[str], tool: str) -> None:
    assert worker.stdout is not None
    for line in worker.stdout:
        if line.strip() == "ready":
            return
    raise SystemExit(f"{tool} did not start; run it by hand to see why")


def _pass(worker: subprocess.Popen[str]) -> float:
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write("\n")
    worker.stdin.flush()
    return float(worker.stdout.readline())


def batches(texts: list[str], ids: list[str] | None = None, rows: int = 1000) -> list[Any]:
    """Return texts as Arrow batches, as a run would hand them to steps."""
    import pyarrow as pa

    names = ids or [""] * len(texts)
    return [
        pa.record_batch({"id": names[at : at + rows], "text": pa.array(texts[at : at + rows], pa.large_string())})
        for at in range(0, len(texts), rows)
    ]


def over(steps: list[Any], rows: list[Any]) -> None:
    """Run steps over batches, all rows through all steps."""
    for batch in rows:
        for step in steps:
            batch = step.apply(batch)
