"""Near duplicates, Tilth and datatrove side by side: the same files, 14 bands of 8 rows, turn and turn about, in CPU time of one core.

    .venv/bin/python bench/dedup.py --peer .venv-peers/datatrove/bin/python

Each tool runs in a process of its own, warms up, and then makes a pass whenever it is asked; the tools take turns, the median of the
passes counts. "signatures" is texts in memory to MinHash values. "whole" is Parquet files to files without duplicates: datatrove's four
stages, Tilth's run with audit and store. Then who was dropped: clusters by datatrove's own signatures without a check must be datatrove's.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

BANDS, ROWS = 14, 8
BATCH = 2048
Passes = dict[str, Callable[[], object]]


def tilth_passes(folder: str) -> Passes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tilth import dedup, read, run

    table = pa.concat_tables([pq.read_table(path) for path in sorted(Path(folder, "in").glob("*.parquet"))]).select(["text"])
    batches = table.to_batches(max_chunksize=BATCH)

    def apply(step: Any) -> Callable[[], object]:
        return lambda: [step.apply(batch) for batch in batches]

    def exact() -> object:
        step = dedup.Exact()
        return [step.scatter(batch.append_column("row", pa.array(range(len(batch)), pa.uint64()))) for batch in batches]

    def whole(**how: Any) -> Callable[[], object]:
        def go() -> None:
            shutil.rmtree(Path(folder, "tilth"), ignore_errors=True)
            run(read.Parquet(str(Path(folder, "in"))), dedup.near(bands=BANDS, rows=ROWS, **how), str(Path(folder, "tilth")), "inline")

        return go

    return {
        "signatures": apply(dedup.Signatures()), "signatures, datatrove's": apply(dedup.DatatroveSignatures()), "exact hash": exact,
        "whole": whole(), "whole, datatrove's": whole(jaccard=0.0, variant="datatrove"),
    }


def datatrove_passes(folder: str) -> Passes:
    import pyarrow.parquet as pq
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import ParquetReader
    from datatrove.pipeline.writers import ParquetWriter

    config, work = MinhashConfig(num_buckets=BANDS, hashes_per_bucket=ROWS), Path(folder, "datatrove")
    texts = [text for path in sorted(Path(folder, "in").glob("*.parquet")) for text in pq.read_table(path)["text"].to_pylist()]
    signer = MinhashDedupSignature("memory://", config)

    def signatures() -> None:
        for text in texts:
            shingles = signer.get_shingles(text)
            if shingles.size:
                signer.get_signature(shingles)

    def whole() -> None:
        shutil.rmtree(work, ignore_errors=True)
        source = ParquetReader(str(Path(folder, "in")))
        stages = [
            (1, [source, MinhashDedupSignature(str(work / "signatures"), config)]),
            (BANDS, [MinhashDedupBuckets(str(work / "signatures"), str(work / "buckets"), config=config)]),
            (1, [MinhashDedupCluster(str(work / "buckets"), str(work / "removed"), config=config, save_cluster_id=True)]),
            (1, [source, MinhashDedupFilter(str(work / "removed")), ParquetWriter(str(work / "out"))]),
        ]
        for number, (tasks, pipeline) in enumerate(stages):
            LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=str(work / f"logs{number}")).run()

    return {"signatures": signatures, "whole": whole}


def serve(passes: Passes) -> None:
    """Make the pass that is asked for on each line, and answer with its CPU seconds: nothing else goes to stdout."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        start = time.process_time()
        passes[line.strip()]()
        print(time.process_time() - start, file=answers, flush=True)


class Tool:
    """A tool in its own process."""

    def __init__(self, python: str, name: str, folder: Path) -> None:
        command = [python, __file__, "--serve", name, "--folder", str(folder)]
        self.log = folder / f"{name}.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)

    def seconds(self, what: str) -> float:
        assert self.process.stdin and self.process.stdout
        print(what, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{what} failed:\n{self.log.read_text()[-2000:]}")
        return float(answer)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def with_copies(texts: list[str], most: float, seed: int = 0) -> list[str]:
    """Return texts of about `most` bytes in random order, every fourth of them twice, the copy with a word in 15 to 500 replaced."""
    chance, found, size = random.Random(seed), [], 0
    for number, text in enumerate(texts):
        found.append(text)
        if number % 4 == 0:
            words, step = text.split(" "), chance.choice([15, 30, 60, 120, 500])
            for at in range(chance.randrange(step), len(words), step):
                words[at] = "replaced"
            found.append(" ".join(words))
        size += sum(len(copy.encode()) for copy in found[len(found) - 1 - (number % 4 == 0) :])
        if size >= most:
            break
    chance.shuffle(found)
    return found


def laws(most: float) -> list[str]:
    """Successive revisions of German laws, a year's near duplicates as they are; none where they are absent."""
    import corpus

    path, found, size = corpus.DATA / "neardup" / "german_law_revisions.jsonl.gz", [], 0
    with gzip.open(path, "rt", encoding="utf-8") if path.exists() else open(os.devnull) as lines:
        for line in lines:
            found.append(json.loads(line)["text"])
            size += len(found[-1].encode())
            if size >= most:
                break
    return found


def clusters_of_datatrove(folder: Path) -> dict[int, list[int]]:
    """Return what stage 3 wrote: the documents of each cluster, the one that stays first."""
    pairs = struct.iter_unpack("<II", (folder / "datatrove" / "removed" / "000000.clusters").read_bytes())
    gone = {row for (row,) in struct.iter_unpack("<I", (folder / "datatrove" / "removed" / "000000.remove").read_bytes())}
    found: dict[int, list[int]] = defaultdict(list)
    for row, cluster in sorted(pairs, key=lambda pair: pair[0] in gone):
        found[cluster].append(row)
    return found


def clusters_of_tilth(texts: list[str], **how: Any) -> dict[int, list[int]]:
    import pyarrow as pa

    from tilth import dedup
    from tilth.memory import evaluate

    audit = evaluate(dedup.near(bands=BANDS, rows=ROWS, **how), pa.table({"text": pa.array(texts, pa.large_string())})).audit
    found: dict[int, list[int]] = {}
    for row, root in zip(audit["row"].to_pylist(), audit["drop_of"].to_pylist(), strict=True):
        found.setdefault(root, [root]).append(row)
    return found


def agreement(texts: list[str], folder: Path) -> None:
    theirs = clusters_of_datatrove(folder)
    same_way, checked = clusters_of_tilth(texts, jaccard=0.0, variant="datatrove"), clusters_of_tilth(texts)
    sets, stays = {frozenset(members) for members in theirs.values()}, {members[0] for members in theirs.values()}
    same = sum(frozenset(members) in sets for members in same_way.values())
    agree = sum(root in stays for root in same_way) / max(1, len(same_way))
    print(f"\n- datatrove drops {sum(map(len, theirs.values())) - len(theirs)} of {len(texts)} documents, in {len(theirs)} clusters")
    print(f"- by its signatures, unchecked: {len(same_way)} clusters, {same} of them datatrove's; the same document stays in {agree:.0%}")
    root = {row: members[0] for members in checked.values() for row in members}
    kept = [row for members in theirs.values() for row in members[1:] if root.get(row, row) == row]
    print(f"- with Tilth's words and the check: drops {len(root) - len(checked)}; of datatrove's, {len(kept)} stay")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=".venv-peers/datatrove/bin/python", help="a Python that has datatrove")
    parser.add_argument("--mb", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve({"tilth": tilth_passes, "datatrove": datatrove_passes}[given.serve](given.folder))
        return
    import corpus

    for name, texts in {"prose, copies put in": with_copies(corpus.prose(), given.mb * 1e6), "laws revised": laws(given.mb * 1e6)}.items():
        if texts:
            compare(name, texts, given)


def compare(name: str, texts: list[str], given: argparse.Namespace) -> None:
    import corpus

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        megabytes = corpus.write_files(folder / "in", iter(texts), files=2) / 1e6
        tilth, peer = Tool(sys.executable, "tilth", folder), Tool(given.peer, "datatrove", folder) if given.peer else None
        ours = ["signatures", "signatures, datatrove's", "exact hash", "whole", "whole, datatrove's"]
        turns = [(tilth, what, 5) for what in ours] + ([(peer, "signatures", 1), (peer, "whole", 1)] if peer else [])
        for what in ours:
            tilth.seconds(what)  # loads the kernels
        seconds: dict[tuple[bool, str], list[float]] = defaultdict(list)
        for _ in range(given.rounds):
            for tool, what, times in turns:
                seconds[tool is peer, what] += [tool.seconds(what) for _ in range(times)]
        speed = {turn: megabytes / statistics.median(taken) for turn, taken in seconds.items()}
        print(f"\n{name}: {len(texts):,} documents, {megabytes:.1f} MB\n")
        print("| what | Tilth MB/s | datatrove MB/s | ratio |\n|---|---:|---:|---:|")
        for what in ours:
            theirs = speed.get((True, what.split(",")[0]), float("nan"))
            print(f"| {what} | {speed[False, what]:.1f} | {theirs:.2f} | {speed[False, what] / theirs:.0f} |", flush=True)
        tilth.close()
        if peer:
            agreement(texts, folder)
            peer.close()


if __name__ == "__main__":
    main()
