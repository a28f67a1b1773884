"""The FineWeb chain of rules, Tilth and datatrove side by side: the same texts, turn and turn about, in CPU time of one core.

    .venv/bin/python bench/filters.py --peer .venv-peers/bin/python

Each tool runs in its own process, loads the texts, warms up, and then makes one pass whenever it is asked; the tools take turns and the
median of the passes counts. Tilth measures every signal of every document; datatrove stops at a document's first failing rule, as it does
in use. The last column is the share of documents with the same verdict and the same first reason.
"""

from __future__ import annotations

import argparse
import glob
import gzip
import json
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

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "shared" / "data"
BATCH = 1000


def jsonl(name: str, field: str = "text") -> Iterator[str]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line).get(field)
            if isinstance(text, str):
                yield text


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


def datatrove_pass(texts: list[str]) -> Callable[[], list[str | None]]:
    import warnings

    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter

    warnings.filterwarnings("ignore")
    chain = [GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(filter_no_terminal_punct=False), FineWebQualityFilter()]

    def verdict(text: str) -> str | None:
        document = Document(text=text, id="")
        for step in chain:
            result = step.filter(document)
            if result is not True:
                return result[1] if isinstance(result, tuple) else "dropped"
        return None

    return lambda: [verdict(text) for text in texts]


def work(tool: str, path: str) -> None:
    """Serve one tool over standard input and output: a line in, a pass, its CPU seconds out; at the end, the verdicts."""
    texts = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    run = {"tilth": tilth_pass, "datatrove": datatrove_pass}[tool](texts)
    reasons = run() if tool == "tilth" else {"datatrove": datatrove_pass}[tool](texts[:20])()
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


def compare(texts: list[str], peer: str, passes: int) -> tuple[float, float, float]:
    """Return the median CPU seconds of Tilth and of datatrove, and the share of equal verdicts."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "texts.jsonl")
        Path(path).write_text("".join(json.dumps(text) + "\n" for text in texts), "utf-8")
        workers = [
            subprocess.Popen([python, __file__, "--work", tool, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for tool, python in (("tilth", sys.executable), ("datatrove", peer))
        ]
        for worker in workers:
            assert worker.stdout is not None
            while (line := worker.stdout.readline()) and line.strip() != "ready":
                pass
        times = [[float(ask(worker, "pass")) for worker in workers] for _ in range(passes)]
        verdicts = [json.loads(ask(worker, "verdicts")) for worker in workers]
        for worker in workers:
            worker.communicate()
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    return ours, theirs, sum(a == b for a, b in zip(*verdicts, strict=True)) / len(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=".venv-peers/bin/python", help="an interpreter that has datatrove and spaCy")
    parser.add_argument("--megabytes", type=float, default=1.0, help="of each set")
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--sets", nargs="*", help=f"of: {', '.join(SETS)}")
    parser.add_argument("--work", nargs=2, metavar=("TOOL", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(*arguments.work)
        return
    print("| set | kind | documents | MB | Tilth MB/s | datatrove MB/s | ratio | same verdict and reason |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for name, (kind, load) in SETS.items():
        texts = collect(load, int(arguments.megabytes * 1e6)) if not arguments.sets or name in arguments.sets else []
        if texts:
            size = sum(len(text.encode()) for text in texts) / 1e6
            ours, theirs, same = compare(texts, arguments.peer, arguments.passes)
            row = f"| {name} | {kind} | {len(texts)} | {size:.2f} | {size / ours:.1f} | {size / theirs:.3f} | {theirs / ours:.0f} | {same:.2%} |"
            print(row, flush=True)


if __name__ == "__main__":
    main()
