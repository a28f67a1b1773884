"""Repeated sentences, lines and n-grams cut, Tilth beside datatrove and dolma: the same JSONL, files to files, turn and turn about.

    .venv/bin/python bench/spans.py --peer .venv-peers/datatrove/bin/python --dolma .venv-peers/dolma/bin/python [--mb 16]

Each pass reads `.jsonl.gz` files and writes what is left as JSON lines, in a process of its own with one worker; the CPU seconds of it and
of all that it starts count, the median of the passes. datatrove runs its three SentenceDedup stages, or its SingleBloomFilter; dolma
`dedupe` and then `mix`, which cuts the spans. Texts are lines of prose, a third of which stands in several documents.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

WHAT = {"sentences": ("tilth", "datatrove"), "lines": ("tilth", "dolma"), "n-grams": ("tilth", "datatrove"), "lines by n-grams": ("tilth",)}


def tilth(what: str, folder: Path) -> None:
    from tilth import dedup, read, run, write

    steps = {
        "sentences": dedup.datatrove_sentences, "lines": dedup.dolma_paragraphs, "n-grams": dedup.datatrove_bloom,
        "lines by n-grams": dedup.bff,
    }
    run(read.Jsonl(str(folder / "documents")), steps[what](), str(folder / "tilth"), "inline", write=[write.Jsonl()])


def datatrove(what: str, folder: Path) -> None:
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import SentenceDedupFilter, SentenceDedupSignature, SentenceFindDedups
    from datatrove.pipeline.dedup.bloom_filter import BloomFilterConfig, SingleBloomFilter
    from datatrove.pipeline.dedup.sentence_dedup import SentDedupConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    work, source, config = folder / "datatrove", JsonlReader(str(folder / "documents")), SentDedupConfig()
    if what == "n-grams":
        bloom = BloomFilterConfig(m_bytes=2**26 - 1, k=7, expected_elements=8_000_000)
        stages = [[source, SingleBloomFilter(str(work / "bloom"), bloom), JsonlWriter(str(work / "out"))]]
    else:
        stages = [
            [source, SentenceDedupSignature(str(work / "signatures"), config=config)],
            [SentenceFindDedups(str(work / "signatures"), str(work / "duplicates"), config=config)],
            [source, SentenceDedupFilter(str(work / "duplicates"), config=config), JsonlWriter(str(work / "out"))],
        ]
    for number, pipeline in enumerate(stages):
        LocalPipelineExecutor(pipeline, tasks=1, workers=1, logging_dir=str(work / f"logs{number}")).run()


def dolma(what: str, folder: Path) -> None:
    work = folder / "dolma"
    work.mkdir()
    dedupe = {
        "documents": [f"{folder}/documents/*.jsonl.gz"], "processes": 1,
        "dedupe": {"name": "spans", "paragraphs": {"attribute_name": "spans"}, "skip_empty": True},
        "bloom_filter": {
            "file": f"{work}/bloom", "read_only": False, "estimated_doc_count": 4_000_000, "desired_false_positive_rate": 1e-6,
        },
    }
    stream = {
        "name": "left", "documents": [f"{folder}/documents/*.jsonl.gz"], "attributes": ["spans"],
        "output": {"path": str(work / "out"), "max_size_in_bytes": 2**40, "discard_fields": ["attributes"]},
        "span_replacement": [{"span": "$.attributes.spans", "min_score": 0.5, "replacement": ""}],
    }
    mix = {"streams": [stream], "processes": 1, "work_dir": {"input": str(work / "i"), "output": str(work / "o")}}
    for command, config in (("dedupe", dedupe), ("mix", mix)):
        (work / f"{command}.json").write_text(json.dumps(config))
        subprocess.run([Path(sys.executable).with_name("dolma"), "-c", str(work / f"{command}.json"), command], check=True)


TOOLS: dict[str, Callable[[str, Path], None]] = {"tilth": tilth, "datatrove": datatrove, "dolma": dolma}


def serve(tool: str, folder: Path) -> None:
    """Make the pass that is asked for on each line, and answer with its CPU seconds: nothing else goes to stdout."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        for left in (folder / tool, folder / "attributes"):
            shutil.rmtree(left, ignore_errors=True)
        start = _seconds()
        TOOLS[tool](line.strip(), folder)
        print(_seconds() - start, file=answers, flush=True)


def _seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


class Tool:
    """A tool in its own process, with the same files."""

    def __init__(self, python: str, name: str, folder: Path) -> None:
        self.log = folder / f"{name}.log"
        with open(self.log, "w") as log:
            command = [python, __file__, "--serve", name, "--folder", str(folder)]
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


def documents(megabytes: float, seed: int = 0) -> Iterator[str]:
    """Lines of prose, 3 to 60 a document; each third of them is in a run of one to four of a thousand that come again and again."""
    import corpus

    chance, size = random.Random(seed), 0
    texts = corpus.grown(corpus.prose(), megabytes * 2)
    lines = (line.strip() for text in texts for line in text.split("\n") if len(line) > 40)
    common = [next(lines) for _ in range(1000)]
    while size < megabytes * 1e6:
        found: list[str] = []
        for _ in range(chance.randrange(2, 30)):
            at, many = chance.randrange(1000), chance.randrange(1, 5)
            found += common[at : at + many] if chance.random() < 0.33 else [next(lines) for _ in range(many)]
        text = "\n".join(found)
        size += len(text.encode())
        yield text


def write_documents(folder: Path, texts: list[str], files: int = 4) -> None:
    folder.mkdir(parents=True)
    for number in range(files):
        with gzip.open(folder / f"{number}.jsonl.gz", "wt", encoding="utf-8", compresslevel=1) as out:
            part = texts[number * len(texts) // files : (number + 1) * len(texts) // files]
            out.writelines(json.dumps({"id": f"{number}-{i}", "source": "bench", "text": text}) + "\n" for i, text in enumerate(part))


def left(folder: Path, tool: str) -> tuple[int, float]:
    """Return how many texts a pass left, and their megabytes."""
    import pyarrow as pa

    where = folder / tool / ("data" if tool == "tilth" else "out")
    texts = []
    for path in sorted(where.rglob("*.json*")):
        with pa.input_stream(str(path)) as lines:  # unpacks by the file's ending
            texts += [json.loads(line)["text"] for line in lines.read().splitlines()]
    return len(texts), sum(len(text.encode()) for text in texts) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", help="a Python with datatrove[processing] and spacy")
    parser.add_argument("--dolma", help="a Python with dolma")
    parser.add_argument("--mb", type=float, default=16)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--serve")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.folder)
    else:
        side_by_side({"tilth": sys.executable, "datatrove": options.peer, "dolma": options.dolma}, options.mb, options.passes)


def side_by_side(pythons: dict[str, str], megabytes: float, passes: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = list(documents(megabytes))
        megabytes = sum(len(text.encode()) for text in texts) / 1e6
        write_documents(folder / "documents", texts)
        tools = {tool: Tool(python, tool, folder) for tool, python in pythons.items() if python}
        print(f"{len(texts):,} texts, {megabytes:.1f} MB; CPU time, median of {passes} passes after one to warm up\n")
        print("| what | tool | MB/s | ratio | texts left | MB left |\n|---|---|---|---|---|---|")
        for what, wanted in WHAT.items():
            compare(what, {tool: tools[tool] for tool in wanted if tool in tools}, folder, megabytes, passes)
        for tool in tools.values():
            tool.close()


def compare(what: str, tools: dict[str, Tool], folder: Path, megabytes: float, passes: int) -> None:
    for tool in tools.values():
        tool.seconds(what)
    taken: dict[str, list[float]] = {name: [] for name in tools}
    for _ in range(passes):
        for name, tool in tools.items():
            taken[name].append(tool.seconds(what))
    speed = {name: megabytes / statistics.median(seconds) for name, seconds in taken.items()}
    for name in tools:
        texts, size = left(folder, name)
        print(f"| {what} | {name} | {speed[name]:.2f} | {speed['tilth'] / speed[name]:.1f} | {texts:,} | {size:.1f} |", flush=True)


if __name__ == "__main__":
    main()
