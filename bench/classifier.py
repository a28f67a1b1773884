"""Classifiers, Tilth's and fastText's own side by side: equal settings, the same texts, turn and turn about.

    .venv/bin/python bench/classifier.py --peer .venv-peers/fasttext/bin/python [--passes 3]

The peer needs the library that trains (fasttext or fasttext-wheel). Both train with as many threads as there are cores, from texts on disk
(fastText) and in memory (Tilth). Medians of wall and processor seconds over the passes; fastText's runs differ, so its accuracy is a mean.
Then both score the held-out texts with the model that Tilth trained, as `LearnClassifier` leaves it (in as few dimensions as its labels
need), on one core: fastText once a text, from Python, as pipelines call it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
Rows = list[tuple[str, str]]
LARGE = {"dim": 100, "bucket": 2_000_000, "minCount": 1, "lr": 0.5, "epoch": 5}
SETS: dict[str, tuple[Callable[[], Iterator[tuple[str, str]]], dict[str, Any]]] = {
    "tweets: toxic or not": (lambda: tweets(), LARGE | {"wordNgrams": 2}),
    "tweets, characters": (lambda: tweets(), LARGE | {"wordNgrams": 2, "minn": 3, "maxn": 5, "dim": 16, "bucket": 200_000}),
    "film reviews": (lambda: reviews(), LARGE | {"wordNgrams": 2, "lr": 1.0, "epoch": 15}),
    "languages of help pages": (lambda: pages(), LARGE | {"minn": 1, "maxn": 4, "dim": 16, "bucket": 200_000}),
    "which half of a library": (lambda: novels(), LARGE | {"wordNgrams": 2, "lr": 0.1}),
}


def tweets() -> Iterator[tuple[str, str]]:
    with gzip.open(DATA / "labels/davidson_hate_offensive.csv.gz", "rt", newline="") as file:
        yield from ((row["tweet"], "ok" if row["class"] == "2" else "toxic") for row in csv.DictReader(file))


def reviews() -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(DATA / "docs/nltk/movie_reviews.zip") as archive:
        names = [name for name in sorted(archive.namelist()) if name.endswith(".txt") and "README" not in name]
        yield from ((archive.read(name).decode("latin-1"), name.split("/")[-2]) for name in names)


def pages() -> Iterator[tuple[str, str]]:
    with gzip.open(DATA / "docs/tldr_pages.jsonl.gz", "rt") as lines:
        yield from ((row["text"], row["lang"]) for row in map(json.loads, lines))


def novels() -> Iterator[tuple[str, str]]:
    for name in ("eng", "deu", "fra"):
        with gzip.open(DATA / f"docs/eltec_{name}_part.jsonl.gz", "rt") as lines:
            for number, row in enumerate(map(json.loads, lines)):
                words = row["text"].split()
                yield from ((" ".join(words[at : at + 300]), f"half{number % 2}") for at in range(0, len(words), 300))


def parted(rows: Iterator[tuple[str, str]]) -> tuple[Rows, Rows]:
    """Return (four fifths that train, a fifth that tests), shuffled, each text on a line."""
    clean = [(" ".join(text.split()), label) for text, label in rows]
    random.Random(0).shuffle(clean)
    return clean[len(clean) // 5 :], clean[: len(clean) // 5]


def fasttext_of(task: dict[str, Any]) -> dict[str, Any]:
    """What the peer's interpreter does: train a model of a file and test it, or score texts with a model."""
    import fasttext

    lines = Path(task["test"]).read_text().splitlines()
    labels, texts = [line.split(" ", 1)[0] for line in lines], [line.split(" ", 1)[1] for line in lines]
    model = fasttext.load_model(task["model"]) if "model" in task else None
    started, used = time.perf_counter(), time.process_time()
    if model is None:
        model = fasttext.train_supervised(task["train"], verbose=0, thread=task["threads"], **task["settings"])
    else:
        for text in texts:
            model.f.predict(text + "\n", 1, 0.0, "strict")  # what predict() calls, without what it breaks under NumPy 2
    times = time.perf_counter() - started, time.process_time() - used
    told = [model.f.predict(text + "\n", 1, 0.0, "strict")[0][1] for text in texts]
    return {"wall": times[0], "cpu": times[1], "right": sum(a == b for a, b in zip(labels, told, strict=True)) / len(texts), "told": told}


def tilth_of(train: Rows, test: Rows, settings: dict[str, Any], path: Path) -> dict[str, Any]:
    import numpy as np
    import pyarrow as pa

    from tilth.filters.fasttext import read
    from tilth.filters.fasttext_train import Settings
    from tilth.filters.fasttext_train import train as fit
    from tilth.filters.fasttext_write import dense

    names = sorted({label for _, label in train})
    texts, labels = pa.array([text for text, _ in train], pa.large_string()), np.array([names.index(label) for _, label in train], np.int32)
    chars = (settings.get("minn", 0), settings.get("maxn", 0))
    same = Settings(settings.get("wordNgrams", 1), chars, settings["dim"], settings["lr"], settings["epoch"], 1, settings["bucket"], False)
    started, used = time.perf_counter(), time.process_time()
    layers, _ = fit(texts, labels, names, 0, same)
    times = time.perf_counter() - started, time.process_time() - used
    path.write_bytes(dense(layers.folded()))  # as LearnClassifier leaves it
    best, _, _ = read(path).classify(pa.array([text for text, _ in test], pa.large_string()), np.zeros(0, np.int32))
    right = sum(number >= 0 and names[number] == label for number, (_, label) in zip(best, test, strict=True)) / len(test)
    return {"wall": times[0], "cpu": times[1], "right": right}


def scored(path: Path, train: Rows, test: Rows) -> tuple[float, list[str]]:
    """Return the processor seconds of Tilth's step over the texts, in batches of 1000, and the labels that it tells.

    The model is read anew for each pass, and warms up on as many other texts, so that it remembers words as in the midst of a corpus.
    """
    import pyarrow as pa

    from tilth.filters.classify import Classify, loaded

    loaded.cache_clear()
    step = Classify(str(path))

    def batches(rows: Rows) -> list[pa.RecordBatch]:
        parts = [rows[at : at + 1000] for at in range(0, len(rows), 1000)]
        return [pa.record_batch({"text": pa.array([text for text, _ in part], pa.large_string())}) for part in parts]

    for batch in batches(train[: len(test)]):
        step.apply(batch)
    held_out = batches(test)
    used = time.process_time()
    done = [step.apply(batch) for batch in held_out]
    used = time.process_time() - used
    return used, [label for batch in done for label in batch["class"].to_pylist()]


def asked(peer: str, task: dict[str, Any]) -> dict[str, Any]:
    """Return what the peer's Python says of a task; figures that are NaN if there is none."""
    if not peer:
        return dict.fromkeys(("wall", "cpu", "right"), math.nan) | {"told": [""] * len(Path(task["test"]).read_text().splitlines())}
    done = subprocess.run([peer, __file__, "--as-peer"], input=json.dumps(task), capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compared(name: str, peer: str, passes: int, folder: Path) -> tuple[str, str]:
    """Return a line of the training table and one of the scoring table."""
    load, settings = SETS[name]
    train, test = parted(load())
    for part, rows in (("train", train), ("test", test)):
        (folder / part).write_text("".join(f"__label__{label} {text}\n" for text, label in rows))
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    task = {"train": str(folder / "train"), "test": str(folder / "test"), "settings": settings, "threads": threads}
    model = folder / f"{list(SETS).index(name)}.bin"  # a step knows a model by its path
    tilth_of(train[:200], test[:50], settings, folder / "first.bin")  # compiles
    pairs = [(tilth_of(train, test, settings, model), asked(peer, task)) for _ in range(passes)]
    (ours, our_cpu), (theirs, their_cpu) = (
        [statistics.median(run[which][what] for run in pairs) for what in ("wall", "cpu")] for which in (0, 1)
    )
    size = sum(len(text.encode()) for text, _ in train) / 1e6
    right = statistics.mean(run[1]["right"] for run in pairs)
    line = (
        f"| {name} | {len(train)} | {size:.1f} | {ours:.2f} | {theirs:.2f} | {theirs / ours:.2f} | {our_cpu:.2f} | {their_cpu:.2f} "
        f"| {their_cpu / our_cpu:.2f} | {pairs[0][0]['right']:.4f} | {right:.4f} |"
    )
    runs = [(scored(model, train, test), asked(peer, task | {"model": str(model)})) for _ in range(passes)]
    mine, other = statistics.median(run[0][0] for run in runs), statistics.median(run[1]["cpu"] for run in runs)
    same = sum(f"__label__{a}" == b for a, b in zip(runs[0][0][1], runs[0][1]["told"], strict=True)) / len(test) if peer else math.nan
    size = sum(len(text.encode()) for text, _ in test) / 1e6
    return line, f"| {name} | {len(test)} | {size / mine:.1f} | {size / other:.1f} | {other / mine:.1f} | {same:.2%} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=".venv-peers/fasttext/bin/python")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(SETS))
    parser.add_argument("--as-peer", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.as_peer:
        print(json.dumps(fasttext_of(json.load(io.TextIOWrapper(sys.stdin.buffer)))))
        return
    with tempfile.TemporaryDirectory() as folder:
        lines = [compared(name, given.peer, given.passes, Path(folder)) for name in given.only]
    print("| training | texts | MB | Tilth s | fastText s | ratio | Tilth CPU s | fastText CPU s | ratio | Tilth right | fastText right |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    print(*(line for line, _ in lines), sep="\n")
    print("\n| scoring | texts | Tilth MB/s | fastText MB/s | ratio | same label |\n|---|---:|---:|---:|---:|---:|")
    print(*(line for _, line in lines), sep="\n")


if __name__ == "__main__":
    main()
