"""Train and encode, side by side with the `tokenizers` library called directly on the same texts, on one core.

    .venv/bin/python bench/tokens.py                     # the standard library's sources and texts
    .venv/bin/python bench/tokens.py crawl.jsonl.gz ...  # the field `text` of one's own files

Each round runs every contender once; the table shows medians of processor seconds (not of the clock, which other programs disturb).
The library is asked for what is needed and no more: ids (`encode_batch_fast`, no offsets), then one flat numpy array. That both give
the same ids is checked before anything is timed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from tilth.tokenize import Bpe, Encode, library

BATCH_ROWS = 2048  # what a step sees at once in a run


def texts_of(files: list[str], limit: int) -> list[str]:
    """Return texts up to `limit` bytes, from JSON lines or from the standard library's files."""
    found, size = [], 0
    for text in chain.from_iterable(map(lines_of, files)) if files else standard_texts():
        found.append(text)
        size += len(text.encode())
        if size >= limit:
            break
    return found


def lines_of(path: str) -> Iterator[str]:
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line)["text"] for line in lines)


def standard_texts() -> Iterator[str]:
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*")):
        if path.suffix in (".py", ".txt", ".md", ".rst", ".html") and path.is_file():
            yield path.read_bytes().decode("utf-8", "ignore")


def batches_of(texts: list[str]) -> list[pa.RecordBatch]:
    table = pa.table({"row": pa.array(range(len(texts)), pa.uint64()), "text": pa.array(texts, pa.large_string())})
    return table.to_batches(max_chunksize=BATCH_ROWS)


def medians(rounds: int, contenders: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median seconds of each contender, run in turn in every round."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            start = time.process_time()
            contender()
            seconds[name].append(time.process_time() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


def train_by_library(texts: list[str], vocab: int) -> bytes:
    bare = library.tokenizers()
    tokenizer = library.blank()
    alphabet = bare.pre_tokenizers.ByteLevel.alphabet()
    trainer = bare.trainers.BpeTrainer(
        vocab_size=vocab, min_frequency=2, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer.to_str().encode()


def train_by_tilth(batches: list[pa.RecordBatch], vocab: int) -> Encode:
    learn = Bpe(vocab=vocab)
    state = learn.observe(batches[0])
    for batch in batches[1:]:
        state = learn.merge(state, learn.observe(batch))
    return learn.finish(state)[0]


def encode_by_library(tokenizer: object, texts: list[str]) -> np.ndarray:
    parts = []
    for first in range(0, len(texts), BATCH_ROWS):
        encoded = tokenizer.encode_batch_fast(texts[first : first + BATCH_ROWS], add_special_tokens=False)  # type: ignore[attr-defined]
        parts.append(np.fromiter(chain.from_iterable(one.ids for one in encoded), np.uint32))
    return np.concatenate(parts)


def encode_by_tilth(encode: Encode, batches: list[pa.RecordBatch]) -> np.ndarray:
    return np.concatenate([encode.apply(batch)["tokens"].flatten().to_numpy() for batch in batches])


def memory_of(arguments: list[str], who: str) -> float:
    """Return the peak memory (MB) of a fresh process that encodes everything once."""
    ran = subprocess.run([sys.executable, __file__, *arguments, "--memory", who], capture_output=True, text=True, check=True)
    return int(ran.stdout) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--vocab", type=int, default=32_000)
    parser.add_argument("--limit", type=int, default=16_000_000, help="bytes of text")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", choices=("library", "tilth", "neither"), help=argparse.SUPPRESS)
    parser.add_argument("--tokenizer", help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    texts = texts_of(given.files, given.limit)
    batches = batches_of(texts)
    if given.memory:
        encode = Encode.from_file(given.tokenizer)
        if given.memory == "library":
            encode_by_library(library.load(encode.tokenizer), texts)
        elif given.memory == "tilth":
            encode_by_tilth(encode, batches)
        print(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1])  # getrusage would count the parent, too
        return
    compare(given, texts, batches)


def compare(given: argparse.Namespace, texts: list[str], batches: list[pa.RecordBatch]) -> None:
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    encode = train_by_tilth(batches, given.vocab)
    loaded = library.load(encode.tokenizer)
    ids, same = encode_by_tilth(encode, batches), encode_by_library(loaded, texts)
    assert np.array_equal(ids, same), "the kernel and the library disagree"
    os.environ["RAYON_NUM_THREADS"] = "1"
    train = medians(1, {"library": partial(train_by_library, texts, given.vocab), "tilth": partial(train_by_tilth, batches, given.vocab)})
    contenders = {"library": partial(encode_by_library, loaded, texts), "tilth": partial(encode_by_tilth, encode, batches)}
    seconds = medians(given.rounds, contenders)
    path = Path(os.environ.get("TMPDIR", "/tmp"), f"tilth-bench-{os.getpid()}.json")
    path.write_bytes(encode.tokenizer)
    arguments = [*given.files, "--limit", str(given.limit), "--tokenizer", str(path)]
    peak = {who: memory_of(arguments, who) for who in ("neither", "library", "tilth")}
    path.unlink()
    print(f"{platform.machine()}, Python {platform.python_version()}, tokenizers {version('tokenizers')}")
    print(f"{megabytes:.1f} MB in {len(texts):,} texts, {len(ids):,} tokens of {given.vocab:,}\n")
    print("| | tokenizers | Tilth | ratio |\n|---|---:|---:|---:|")
    for what, told in (("train, MB/s", train), ("encode, MB/s", seconds)):
        print(f"| {what} | {megabytes / told['library']:.1f} | {megabytes / told['tilth']:.1f} | {told['library'] / told['tilth']:.2f}x |")
    ratio = peak["library"] / peak["tilth"]
    print(f"| encode, peak MB ({peak['neither']:.0f} without) | {peak['library']:.0f} | {peak['tilth']:.0f} | {ratio:.2f}x |")


if __name__ == "__main__":
    main()
