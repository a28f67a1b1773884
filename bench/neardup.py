"""Near duplicates: who finds how many, how many of those rightly, and at what cost; every tool on the same 5-grams of the same words.

    P=.venv-peers; .venv/bin/python bench/neardup.py --datatrove $P/datatrove/bin/python --native $P/native/bin/python \\
        --juicer $P/juicer/bin/python

Texts are plain words already (`dedup.Normalise`), so that all tools see the same n-grams. The truth is exact: all pairs of documents
whose sets of 5-grams have a Jaccard similarity of 0.8 (prefix filtering: Bayardo, Ma, Srikant, 2007). Recall: of those pairs, how many
are together in a cluster. Precision: of the documents that go, how many are at 0.8 with some other of their cluster. Every tool has 112
values, 14 bands of 8, runs in a process of its own, on one core, and is timed in CPU seconds from texts to clusters; tools take turns.

`native` has rensa and daft, `juicer` py-data-juicer; a tool whose Python is not given is left out. rensa takes sets of n-grams, which the
caller must make in Python: its time with and without that. Daft has signatures only, and is timed to there.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

N, BANDS, ROWS, JACCARD = 5, 14, 8, 0.8
Found = tuple[list[int], dict[str, float]]  # for each document the one that its cluster is named by; CPU seconds by what is timed


def grams(text: str) -> list[str]:
    words = text.split()
    return [" ".join(words[i : i + N]) for i in range(max(1, len(words) - N + 1))] if words else []


def roots(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Union-find: the least document of each cluster."""
    parent = list(range(count))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    for a, b in pairs:
        a, b = sorted((find(a), find(b)))
        parent[b] = a
    return [find(i) for i in range(count)]


def tilth(texts: list[str]) -> Found:
    import pyarrow as pa

    from tilth import dedup, evaluate

    table = pa.table({"text": pa.array(texts, pa.large_string())})
    few = texts[:100]  # what loads all kernels
    evaluate(dedup.near(bands=BANDS, rows=ROWS), pa.table({"text": few + [text[: len(text) * 6 // 7] for text in few]}))
    start = time.process_time()
    signed = evaluate(dedup.near(bands=BANDS, rows=ROWS)[:1], table)
    signatures = time.process_time() - start
    start = time.process_time()
    audit = evaluate(dedup.near(JACCARD, bands=BANDS, rows=ROWS), table).audit
    whole = time.process_time() - start
    root = list(range(len(signed.table)))
    for row, of in zip(audit["row"].to_pylist(), audit["drop_of"].to_pylist(), strict=True):
        root[row] = of
    return root, {"whole": whole, "signatures": signatures}


def rensa(texts: list[str]) -> Found:
    from rensa import RMinHash, RMinHashLSH

    start = time.process_time()
    shingles = [grams(text) for text in texts]
    shingling, start = time.process_time() - start, time.process_time()
    some = [i for i, own in enumerate(shingles) if own]
    hashes = RMinHash.from_token_sets([shingles[i] for i in some], BANDS * ROWS, 1)
    signatures = time.process_time() - start
    index = RMinHashLSH(threshold=JACCARD, num_perm=BANDS * ROWS, num_bands=BANDS)
    index.insert_many(hashes)
    likes = index.query_all(hashes)
    pairs = [(some[i], some[j]) for i, near in enumerate(likes) for j in near if j < i and hashes[i].jaccard(hashes[j]) >= JACCARD]
    root, rest = roots(len(texts), pairs), time.process_time() - start
    return root, {"whole": shingling + rest, "without its n-grams": rest, "signatures": shingling + signatures}


def daft(texts: list[str]) -> Found:
    import daft as library
    from daft.functions import minhash

    library.set_runner_native()
    frame = library.from_pydict({"text": texts}).collect()
    start = time.process_time()
    how = {"num_hashes": BANDS * ROWS, "ngram_size": N, "hash_function": "xxhash64"}
    frame.select(minhash(library.col("text"), **how)).collect()
    return [], {"signatures": time.process_time() - start}


def juicer(texts: list[str]) -> Found:
    from data_juicer.ops.deduplicator.document_minhash_deduplicator import DocumentMinhashDeduplicator
    from datasets import Dataset

    step = DocumentMinhashDeduplicator(
        tokenization="space", window_size=N, num_permutations=BANDS * ROWS, num_bands=BANDS, num_rows_per_band=ROWS
    )
    start = time.process_time()
    rows = [step.compute_hash({"text": text, "n": n}) for n, text in enumerate(texts)]
    signatures = time.process_time() - start
    kept, _ = step.process(Dataset.from_list(rows))
    whole, stays = time.process_time() - start, set(kept["n"])
    tables: dict[Any, int] = {}  # its clusters, which it keeps to itself: documents that share a band
    key = next(name for name in rows[0] if name not in ("text", "n"))
    pairs = [(tables.setdefault((band, part), n), n) for n, row in enumerate(rows) for band, part in enumerate(row[key])]
    root = roots(len(texts), pairs)
    assert stays == {i for i, of in enumerate(root) if i == of}
    return root, {"whole": whole, "signatures": signatures}


def datatrove(texts: list[str]) -> Found:
    import dedup
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "in").mkdir()
        pq.write_table(pa.table({"id": [str(n) for n in range(len(texts))], "text": texts}), Path(folder, "in", "0.parquet"))
        passes, seconds = dedup.datatrove_passes(folder), {}
        for name in ("signatures", "whole"):
            start = time.process_time()
            passes[name]()
            seconds[name] = time.process_time() - start
        found = dedup.clusters_of_datatrove(Path(folder)).values()
    return roots(len(texts), [(members[0], other) for members in found for other in members[1:]]), seconds


TOOLS: dict[str, Callable[[list[str]], Found]] = {
    "tilth": tilth, "rensa": rensa, "daft": daft, "juicer": juicer, "datatrove": datatrove,
}  # fmt: skip


def similar_pairs(texts: list[str]) -> dict[tuple[int, int], float]:
    """All pairs at JACCARD or more: two sets that like have a gram in common among the rarest of either."""
    sets = [set(grams(text)) for text in texts]
    count: dict[str, int] = defaultdict(int)
    for own in sets:
        for gram in own:
            count[gram] += 1
    index: dict[str, list[int]] = defaultdict(list)
    for i, own in enumerate(sets):
        for gram in sorted(own, key=lambda gram: (count[gram], gram))[: len(own) - math.ceil(JACCARD * len(own)) + 1]:
            if count[gram] > 1:
                index[gram].append(i)
    found: dict[tuple[int, int], float] = {}
    for near in index.values():
        for pair in combinations(near, 2):
            if pair not in found:
                a, b = (sets[i] for i in pair)
                found[pair] = len(a & b) / len(a | b) if min(len(a), len(b)) >= JACCARD * max(len(a), len(b)) else 0.0
    return {pair: value for pair, value in found.items() if value >= JACCARD}


def scores(root: list[int], pairs: dict[tuple[int, int], float]) -> tuple[int, float, float]:
    """Return how many documents go, recall and precision."""
    gone = [i for i, of in enumerate(root) if i != of]
    together = {pair for pair in pairs if root[pair[0]] == root[pair[1]]}
    right = {i for pair in together for i in pair}
    return len(gone), len(together) / max(1, len(pairs)), sum(i in right for i in gone) / max(1, len(gone))


def texts_of(name: str, most: float) -> list[str]:
    """Return the plain words of about so many bytes of a real set."""
    import corpus
    import pyarrow as pa

    from tilth.dedup import Normalise

    found, size = [], 0
    path = corpus.DATA / name
    with gzip.open(path, "rt", encoding="utf-8") if path.exists() else open(os.devnull) as lines:
        for line in lines:
            found.append(json.loads(line)["text"])
            size += len(found[-1].encode())
            if size >= most:
                break
    return [text for text in Normalise()(pa.array(found, pa.large_string())).to_pylist() if text]  # datatrove leaves out empty ones


def ask(python: str, tool: str, file: Path) -> Found:
    """Run a tool in its own process, on one core."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "TOKENIZERS_PARALLELISM", "NUMBA_NUM_THREADS"), "1")
    command = [python, __file__, "--tool", tool, "--texts", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | threads, check=False)
    if done.returncode:
        sys.exit(f"{tool} failed:\n{done.stderr[-3000:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer[0], answer[1]


def compare(name: str, texts: list[str], pythons: dict[str, str], rounds: int) -> None:
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    pairs = similar_pairs(texts)
    print(f"\n{name}: {len(texts):,} documents, {megabytes:.1f} MB, {len(pairs):,} pairs at {JACCARD}\n")
    print("| tool | go | recall | precision | signatures MB/s | whole MB/s | Tilth times |\n|---|---:|---:|---:|---:|---:|---:|")
    seconds: dict[str, dict[str, list[float]]] = {tool: defaultdict(list) for tool in pythons}
    found: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "texts.json")
        file.write_text(json.dumps(texts))
        for turn in range(rounds):
            for tool, python in pythons.items():
                if turn == 0 or tool not in ("juicer", "datatrove"):  # slow, and so steady enough once
                    found[tool], taken = ask(python, tool, file)
                    for what, value in taken.items():
                        seconds[tool][what].append(value)
    ours = statistics.median(seconds["tilth"]["whole"])
    for tool, taken in seconds.items():
        gone, recall, precision = scores(found[tool], pairs) if found[tool] else (math.nan, math.nan, math.nan)
        speed = {what: megabytes / statistics.median(values) for what, values in taken.items()}
        whole = speed.get("without its n-grams", speed.get("whole", math.nan))
        print(f"| {tool} | {gone:,} | {recall:.3f} | {precision:.3f} | {speed['signatures']:.1f} | {speed.get('whole', math.nan):.1f} | "
              f"{megabytes / ours / speed.get('whole', math.nan):.1f} |")  # fmt: skip
        if whole != speed.get("whole", math.nan) and "without its n-grams" in speed:
            print(f"| {tool}, n-grams given |  |  |  |  | {whole:.1f} | {megabytes / ours / whole:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datatrove", help="a Python that has datatrove")
    parser.add_argument("--native", help="a Python that has rensa and daft")
    parser.add_argument("--juicer", help="a Python that has py-data-juicer")
    parser.add_argument("--mb", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tool", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--texts", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.tool:
        answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        print(json.dumps(TOOLS[given.tool](json.loads(Path(given.texts).read_text()))), file=answers, flush=True)
        os._exit(0)  # Daft's threads do not survive an orderly end
    known = {"tilth": sys.executable, "rensa": given.native, "daft": given.native, "juicer": given.juicer, "datatrove": given.datatrove}
    pythons = {tool: python for tool, python in known.items() if python}
    sets = {"revisions of German laws": "neardup/german_law_revisions.jsonl.gz", "tldr pages": "docs/tldr_pages.jsonl.gz",
            "Chinese poetry": "docs/chinese_poetry_part.jsonl.gz"}  # fmt: skip
    for name, path in sets.items():
        if texts := texts_of(path, given.mb * 1e6):
            compare(name, texts, pythons, given.rounds)


if __name__ == "__main__":
    main()
