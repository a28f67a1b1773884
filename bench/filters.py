"""The FineWeb chain of rules, Tilth and datatrove side by side: the same texts, turn and turn about, in CPU time of one core.

    .venv/bin/python bench/filters.py --peer .venv-peers/datatrove/bin/python

Each tool runs in its own process, loads the texts, warms up, and then makes one pass whenever it is asked; the tools take turns and the
median of the passes counts. Tilth measures every signal of every document. datatrove runs twice: with thresholds that nothing reaches, so
that it measures all as well ("all"), and as it is used, when it stops at a document's first failing rule ("first"). The last column is the
share of documents with the same verdict and the same first reason.
"""

from __future__ import annotations

import argparse
import glob
import gzip
import json
import math
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "shared" / "data"
BATCH = 1000


def jsonl(name: str, size: int = 20_000) -> Iterator[str]:
    """Yield the texts, long ones in pieces of `size` characters."""
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)["text"]
            yield from (text[i : i + size] for i in range(0, len(text), size))


def zipped(name: str) -> Iterator[str]:
    with zipfile.ZipFile(DATA / name) as archive:
        for member in archive.namelist():
            if member.endswith(".txt") and "README" not in member:
                yield archive.read(member).decode("utf-8", "replace")


def articles(folder: str) -> Iterator[str]:
    """Cut WikiText at its first-level headings."""
    for path in sorted(glob.glob(str(DATA / folder / "*.txt"))):
        lines: list[str] = []
        for line in Path(path).read_text("utf-8").splitlines(keepends=True):
            if line.startswith(" = ") and not line.startswith(" = =") and lines:
                yield "".join(lines)
                lines = []
            lines.append(line)
        yield "".join(lines)


def longest_field(name: str) -> Iterator[str]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield max((value for value in json.loads(line).values() if isinstance(value, str)), key=len)


def sources() -> Iterator[str]:
    for path in sorted(glob.glob(os.path.join(sysconfig.get_path("stdlib"), "**", "*.py"), recursive=True)):
        if "site-packages" not in path:
            try:
                yield Path(path).read_text("utf-8")
            except UnicodeDecodeError:
                continue


def topics() -> Iterator[str]:
    from pydoc_data.topics import topics as texts

    yield from texts.values()


SETS: dict[str, tuple[str, Callable[[], Iterable[str]]]] = {
    "movie reviews": ("prose", lambda: zipped("docs/nltk/movie_reviews.zip")),
    "WikiText-2": ("prose", lambda: articles("docs/wikitext-2")),
    "English novels": ("prose", lambda: jsonl("docs/eltec_eng_part.jsonl.gz")),
    "DCLM web pages": ("web", lambda: longest_field("labels/dclm_human_quality_majority.jsonl.gz")),
    "Pile sample": ("mixed", lambda: longest_field("docs/pile_toy_dsir.jsonl.gz")),
    "German laws": ("markdown", lambda: jsonl("docs/german_laws_part.jsonl.gz")),
    "pydoc topics": ("prose", topics),
    "Python sources": ("code", sources),
}


def collect(load: Callable[[], Iterable[str]], most: int) -> list[str]:
    """Return texts of together about `most` bytes, cut where one alone is longer; none where the files are not there."""
    texts, size = [], 0
    try:
        for text in load():
            texts.append(text[: most - size])
            size += len(texts[-1].encode())
            if size >= most:
                break
    except FileNotFoundError:
        return []
    return texts


def tilth_pass(texts: list[str]) -> Callable[[], list[str | None]]:
    import pyarrow as pa

    from tilth import filters

    steps = filters.fineweb()
    batches = [pa.record_batch({"text": pa.array(texts[i : i + BATCH], pa.large_string())}) for i in range(0, len(texts), BATCH)]

    def run() -> list[str | None]:
        reasons: list[str | None] = []
        for batch in batches:
            for step in steps:
                batch = step.apply(batch)
            reasons += batch["drop"].to_pylist()
        return reasons

    return run


def datatrove_pass(texts: list[str], measure_all: bool = False) -> Callable[[], list[str | None]]:
    import warnings

    from datatrove.data import Document

    warnings.filterwarnings("ignore")
    chain = datatrove_chain(measure_all)

    def verdict(text: str) -> str | None:
        document = Document(text=text, id="")
        for step in chain:
            try:
                result = step.filter(document)
            except ZeroDivisionError:  # a page without words, with thresholds that let it pass
                continue
            if result is not True:
                return result[1] if isinstance(result, tuple) else "dropped"
        return None

    return lambda: [verdict(text) for text in texts]


def datatrove_chain(measure_all: bool) -> list[Any]:
    from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter

    if not measure_all:
        return [GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(filter_no_terminal_punct=False), FineWebQualityFilter()]
    far = 1e9
    grams = [tuple((n, far) for n in sizes) for sizes in (range(2, 5), range(5, 11))]
    return [
        GopherRepetitionFilter(far, far, far, far, *grams),
        GopherQualityFilter(-1, far, -1, far, far, far, far, -1, -1),
        C4QualityFilter(filter_no_terminal_punct=False, min_num_sentences=0, filter_lorem_ipsum=False, filter_curly_bracket=False),
        FineWebQualityFilter(line_punct_thr=-1, short_line_thr=far, char_duplicates_ratio=far, new_line_ratio=far),
    ]


TOOLS: dict[str, Callable[[list[str]], Callable[[], list[str | None]]]] = {
    "tilth": tilth_pass, "datatrove-all": lambda texts: datatrove_pass(texts, measure_all=True), "datatrove": datatrove_pass,
}


def work(tool: str, path: str) -> None:
    """Serve one tool over standard input and output: a line in, a pass, its CPU seconds out; at the end, the verdicts."""
    texts = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    run, reasons = TOOLS[tool](texts), TOOLS[tool](texts[:20])()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "verdicts":
            print(json.dumps(reasons), flush=True)
            return
        started = time.process_time()
        reasons = run()
        print(time.process_time() - started, flush=True)


def ask(worker: subprocess.Popen[str], line: str) -> str:
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write(line + "\n")
    worker.stdin.flush()
    return worker.stdout.readline()


def compare(texts: list[str], peer: str, passes: int) -> tuple[list[float], float]:
    """Return the median CPU seconds of each of TOOLS, and the share of equal verdicts of Tilth and datatrove as used; NaN without it."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "texts.jsonl")
        Path(path).write_text("".join(json.dumps(text) + "\n" for text in texts), "utf-8")
        workers = [
            subprocess.Popen([python, __file__, "--work", tool, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for tool, python in zip(TOOLS, (sys.executable, peer, peer), strict=True) if python
        ]  # fmt: skip
        for worker in workers:
            assert worker.stdout is not None
            while (line := worker.stdout.readline()) and line.strip() != "ready":
                pass
        times = [[float(ask(worker, "pass")) for worker in workers] for _ in range(passes)]
        verdicts = [json.loads(ask(worker, "verdicts")) for worker in workers]
        for worker in workers:
            worker.communicate()
    seconds = [statistics.median(column) for column in zip(*times, strict=True)]
    if not peer:
        return [*seconds, math.nan, math.nan], math.nan
    return seconds, sum(a == b for a, _, b in zip(*verdicts, strict=True)) / len(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=".venv-peers/datatrove/bin/python", help="an interpreter that has datatrove and spaCy")
    parser.add_argument("--megabytes", type=float, default=1.0, help="of each set")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--sets", nargs="*", help=f"of: {', '.join(SETS)}")
    parser.add_argument("--work", nargs=2, metavar=("TOOL", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(*arguments.work)
        return
    print("| set | kind | documents | MB | Tilth MB/s | datatrove MB/s, all | ratio | datatrove MB/s, first | ratio | same verdict |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, (kind, load) in SETS.items():
        texts = collect(load, int(arguments.megabytes * 1e6)) if not arguments.sets or name in arguments.sets else []
        if texts:
            size = sum(len(text.encode()) for text in texts) / 1e6
            (ours, everything, first), same = compare(texts, arguments.peer, arguments.passes)
            row = [name, kind, len(texts), f"{size:.2f}", f"{size / ours:.1f}"]
            row += [cell for theirs in (everything, first) for cell in (f"{size / theirs:.3f}", f"{theirs / ours:.0f}")]
            print("|", " | ".join(map(str, row)), f"| {same:.2%} |", flush=True)


if __name__ == "__main__":
    main()
