"""Exact substrings, Tilth and the tool of Lee et al. side by side: the same texts, spans of 100 bytes that repeat, all copies.

    .venv/bin/python bench/substrings.py --tool target/release/dedup_dataset

The tool is google-research/deduplicate-text-datasets (Rust): `make` (suffix array), `self-similar` and `collect`, on one thread, on the
texts joined in one file, from that file to a list of ranges. Tilth's run is from Parquet to Parquet with audit, edits and store, on one
worker; "words" is its default, 50 words, first copies kept. The tools take turns; the median counts. CPU seconds and the peak of memory
are those of the processes (`getrusage` of the children that ended): of Tilth's, of the largest one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import corpus

sys.path.append(str(Path(__file__).resolve().parent / "oracles"))
import record_substrings as oracle

RUN = """
import json, resource, sys
from tilth import dedup, read, run
done = run(read.Parquet({source!r}), dedup.substrings({how}), {out!r}, "local:1", probe=False)
print(json.load(open({out!r} + "/times.json"))["peak_mb"])
"""
WAYS = {"100 bytes": "100, 'byte', keep='none', least=0", "50 words": "50"}


def measured(command: list[str]) -> tuple[float, float, str]:
    """Run a command; return its CPU seconds, its peak of memory in MB, and what it said."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            sys.exit(f"{command[:3]} failed:\n{said.read()[-2000:]}")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said.read()


def theirs(tool: str, folder: Path) -> dict[str, float]:
    path, cache, spent = str(folder / "joined"), str(folder / "cache"), {}
    how = ["--data-file", path, "--length-threshold", "100", "--cache-dir", cache]
    peaks, begin = [], time.perf_counter()
    for command in (["make", *how[:2]], ["self-similar", *how, "--num-threads", "1"], ["collect", *how]):
        spent[command[0]], peak, _ = measured([tool, *command])
        peaks.append(peak)
    return {"seconds": time.perf_counter() - begin, "cpu": sum(spent.values()), "peak": max(peaks)}


def ours(how: str, folder: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=folder) as out:
        begin = time.perf_counter()
        before = os.times()
        code = RUN.format(source=str(folder / "in"), how=how, out=out)
        told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        stored = sum(file.stat().st_size for file in Path(out, "store").rglob("*") if file.is_file())
        return {"seconds": time.perf_counter() - begin, "cpu": cpu, "peak": float(told.split()[-1]), "stored": stored}


def laws() -> list[str]:
    """Revisions of German laws, whose every text is mostly another's; none where they are absent."""
    path = corpus.DATA / "neardup" / "german_law_revisions.jsonl.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def upto(texts: Iterator[str], most: float) -> list[str]:
    found, size = [], 0
    for text in texts:
        found.append(text)
        size += len(text.encode())
        if size >= most:
            break
    return found


def compare(name: str, texts: list[str], tool: str, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        size = corpus.write_files(folder / "in", iter(texts), files=max(1, sum(map(len, texts)) >> 23)) / 1e6
        oracle.joined(texts, folder / "joined")
        turns: dict[str, Callable[[], dict[str, float]]] = {way: lambda how=how: ours(how, folder) for way, how in WAYS.items()}
        if tool:
            turns["the tool"] = lambda: theirs(tool, folder)
        found = defaultdict(list)
        for _ in range(rounds):
            for way, turn in turns.items():
                found[way].append(turn())
        middle = {way: {key: statistics.median(one[key] for one in all_of) for key in all_of[0]} for way, all_of in found.items()}
    for way, one in middle.items():
        ratio = middle["the tool"]["cpu"] / one["cpu"] if "the tool" in middle else float("nan")
        print(
            f"| {name} | {size:.0f} | {way} | {one['seconds']:.1f} | {one['cpu']:.1f} | {size / one['cpu']:.1f} | {ratio:.1f} | "
            f"{one['peak']:.0f} | {one.get('stored', float('nan')) / 1e6 / size:.2f} |", flush=True,
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default="", help="the built dedup_dataset; without it only Tilth is timed")
    parser.add_argument("--mb", type=float, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, one core each, medians of {given.rounds}\n")
    print("| texts | MB | what | s | CPU s | MB/CPU s | x the tool | peak MB | store / text |")
    print("|---|---:|---|---:|---:|---:|---:|---:|---:|")
    if laws():
        compare("laws revised", upto(iter(laws()), given.mb * 1e6), given.tool, given.rounds)
    for times in (1, 4, 16):
        texts = list(corpus.grown(corpus.prose(), given.mb * times))
        compare(f"prose, {times}x", texts, given.tool, given.rounds if times < 16 else 1)


if __name__ == "__main__":
    main()
