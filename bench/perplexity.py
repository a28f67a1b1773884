"""Perplexity beside the kenlm library's Python call, on a million short lines and the same model.

    .venv/bin/python bench/perplexity.py --peer PYTHON    # of an environment with kenlm in it

The model is learned here, written as an ARPA file, and read by both. Processor time of one core, interleaved, medians.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import corpus as texts
import numpy as np
import pyarrow as pa

from tilth.filters import Perplexity
from tilth.filters.ngram_model import NgramModel, keys_of, read_arpa, train

PEER = """
import json, sys, time
import kenlm
model, lines = kenlm.Model(sys.argv[1]), open(sys.argv[2], encoding="utf-8").read().split("\\n")[:-1]
start = time.process_time()
found = [10.0 ** (-model.score(line) / (len(line.split()) + 1)) for line in lines]
print(json.dumps([time.process_time() - start, found[:: max(1, len(found) // 2000)]]))
"""


def write_arpa(path: Path, model: NgramModel, lines: list[str]) -> None:
    """Write what the model says of the n-grams of these lines, from which it was learned."""
    grams: list[set[str]] = [set() for _ in range(model.order)]
    for line in lines:
        words = ("<s>", *line.split(), "</s>")
        for n in range(1, model.order + 1):
            grams[n - 1].update(" ".join(words[i : i + n]) for i in range(len(words) - n + 1))
    grams[0].add("<unk>")
    place, values = {key: at for at, key in enumerate(model.table[:, 0].tolist()) if key}, model.table.view(np.float32)[:, 2:]
    with open(path, "w", encoding="utf-8") as file:
        sections = []
        for n, found in enumerate(grams, 1):
            entries = []
            listed = sorted(found)
            for gram, key in zip(listed, keys_of(listed, n).tolist(), strict=True):
                prob, backoff = values[place[key]].tolist()
                entries.append(f"{prob:.7g}\t{gram}" + (f"\t{backoff:.7g}" if n < model.order else ""))
            sections.append(entries)
        file.write("\\data\\\n" + "".join(f"ngram {n}={len(entries)}\n" for n, entries in enumerate(sections, 1)))
        for n, entries in enumerate(sections, 1):
            file.write(f"\n\\{n}-grams:\n" + "\n".join(entries) + "\n")
        file.write("\n\\end\\\n")


def short_lines(count: int) -> list[str]:
    """Lines of nine words each, from prose, over and over with noise."""
    found: list[str] = []
    for text in texts.grown(texts.prose(), 1e9):
        words = text.split()
        found += [" ".join(words[i : i + 9]) for i in range(0, len(words) - 8, 9)]
        if len(found) >= count:
            return found[:count]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", help="a Python that has kenlm; without it Tilth alone is timed")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    lines = short_lines(given.lines)
    learned = lines[: min(100_000, len(lines))]
    start = time.process_time()
    model = train(pa.array(learned, pa.large_string()), order=3)
    trained, size = time.process_time() - start, sum(len(line.encode()) + 1 for line in learned) / 1e6
    with tempfile.TemporaryDirectory() as folder:
        arpa, listed = Path(folder, "model.arpa"), Path(folder, "lines.txt")
        write_arpa(arpa, model, learned)
        listed.write_text("".join(line + "\n" for line in lines), "utf-8")
        step, batch = Perplexity(read_arpa(str(arpa))), pa.record_batch({"text": pa.array(lines, pa.large_string())})
        step.apply(batch.slice(0, 10))
        ours, theirs, same = [], [], math.nan
        for _ in range(given.rounds):
            start = time.process_time()
            found = step.apply(batch)["perplexity"].to_numpy()
            ours.append(time.process_time() - start)
            if given.peer:
                told = subprocess.run([given.peer, "-c", PEER, str(arpa), str(listed)], check=True, capture_output=True).stdout
                took, peer = json.loads(told)
                theirs.append(took)
                mine = found[:: max(1, len(found) // 2000)]
                same = float(np.max(np.abs(mine - np.array(peer)) / np.array(peer)))
    a, b = statistics.median(ours), statistics.median(theirs or [math.nan])
    known = np.count_nonzero(model.table[:, 0])
    print(f"{len(lines):,} lines of nine words, a model of order 3 with {known:,} n-grams, {time.strftime('%Y-%m-%d')}\n")
    print("| tool | processor s | lines/s |\n|---|---:|---:|")
    print(f"| Tilth | {a:.2f} | {len(lines) / a:,.0f} |\n| kenlm | {b:.2f} | {len(lines) / b:,.0f} |")
    print(f"\nratio {b / a:.2f}x; perplexities differ by a share of {same:.1e} at most; trained at {size / trained:.1f} MB/s")


if __name__ == "__main__":
    main()
