"""Every bench in one go, side by side with the peers, into bench/RESULTS.md: `make bench`; see bench/README.md.

    .venv/bin/python bench/all.py [--peers .venv-peers] [--only dedup chain] [--limit 540]

Each peer's Python is FOLDER/<name>/bin/python, where bench/peers/<name>.txt says what is in it. A bench whose peer is not there runs
without it, and its table says so.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
DATA = HERE.parents[1] / "shared" / "data"
PAGES = "web/trafilatura_eval_html.tar.gz"
HEAD = """# Results

As measured, good or bad, by `make bench`. Machines are shared and noisy: read ratios before speeds. Unless a column says otherwise, seconds
are processor seconds, those of child processes included; speeds and ratios are made of them; and each is the median of runs that take turns
with the peer's. What each bench compares is in [README.md](README.md).
"""
PEERS = {  # environment: packages whose versions are told, variables without which it is of no use
    "datatrove": (("datatrove", "spacy"), ()), "languages": (("datatrove", "blingfire", "pysbd"), ()), "dolma": (("dolma",), ()),
    "nemo": (("nemo-curator",), ()), "dclm": (("fasttext-wheel", "nltk"), ("DCLM", "NLTK_DATA")), "native": (("rensa", "daft"), ()),
    "juicer": (("py-data-juicer",), ()), "fasttext": (("fasttext-wheel",), ()), "kenlm": (("kenlm",), ()),
    "lotus": (("lotus-ai", "litellm", "bargain"), ()),
}  # fmt: skip


@dataclass(frozen=True)
class Bench:
    """A table: {name} in its command stands for a peer's Python, {NAME} for the value of an environment variable, {data} for DATA."""

    title: str
    aim: str
    command: str
    needs: str = ""  # what of DATA it cannot do without


BENCHES = {
    "filters": Bench(
        "The FineWeb rules, texts in memory", "at least 100x datatrove on prose and web, 55x on code; 45 MB/s a core",
        "filters.py --peer {datatrove} --megabytes 0.5",
    ),
    "fineweb": Bench(
        "The same from JSONL.zst to Parquet", "reading and writing included, at least 100x", "fineweb.py --peer {datatrove} --mb 5"
    ),
    "dclm": Bench("DCLM's heuristics", "faster than its own functions", "dclm.py --peer {dclm}"),
    "nemo_filters": Bench("NeMo Curator's heuristics", "faster than its own filters", "nemo_filters.py --peer {nemo}"),
    "dolma_taggers": Bench(
        "dolma's taggers", "Gopher at least 25x dolma's tagger, C4 at least 6x", "dolma_taggers.py --peer {dolma}"
    ),
    "code_filters": Bench("Code filters", "faster than the tools' own", "code_filters.py --dolma {dolma} --nemo {nemo}"),
    "lists": Bench("URL filters and bad words", "faster than datatrove's, with its answers", "lists.py --peer {datatrove}"),
    "pii": Bench("Personal data", "precision and recall at least presidio's, faster", "pii.py"),
    "segment": Bench("Words and sentences", "faster than the tool that datatrove gives a language", "segment.py --peer {languages}"),
    "dedup": Bench(
        "MinHash deduplication", "end to end at least 100x datatrove, with survivors that agree",
        "dedup.py --peer {datatrove} --mb 24 --rounds 2",
    ),
    "neardup": Bench(
        "Near duplicates: who finds how many, how fast", "at least 2x any peer in native code, at equal or better recall and precision",
        "neardup.py --datatrove {datatrove} --native {native} --juicer {juicer}", "neardup",
    ),
    "curve": Bench("Near duplicates: what is found of known similarity", "the theoretical curve, within sampling error", "curve.py"),
    "spans": Bench(
        "Sentences, lines, n-grams", "faster than datatrove and dolma, files to files", "spans.py --peer {datatrove} --dolma {dolma} --mb 5"
    ),
    "substrings": Bench(
        "Exact substrings", "beside the tool of Lee et al. (no figure was set), in bounded memory", "substrings.py --tool {DEDUP_DATASET}"
    ),
    "semantic": Bench("Semantic duplicates", "quality on real sets with truth (no figure was set)", "semantic.py", "neardup"),
    "classifier": Bench(
        "Classifiers that learn", "scoring at least 2x fastText's own, training within 2x", "classifier.py --peer {fasttext}", "labels"
    ),
    "perplexity": Bench("Perplexity", "at least 1x the kenlm library's Python call", "perplexity.py --peer {kenlm}"),
    "extract": Bench("WARC to text, pydoc's pages", "within 1.3x of the extractor alone on the same bytes", "extract.py --megabytes 50"),
    "extract-web": Bench(
        "WARC to text, web pages", "the same", f"extract.py --megabytes 200 --rounds 3 --tar {{data}}/{PAGES}", PAGES
    ),
    "language": Bench("Language identification", "faster than fastText's own library, with its results", "language.py"),
    "tokens": Bench("Training and encoding", "within 1.1x of the tokenizers library alone", "tokens.py"),
    "semantic_queries": Bench(
        "Models as operators: plain plans, Tilth, LOTUS",
        "limits at least 100x cheaper, joins at least 20x fewer calls at equal F1, filters at 90/90 at least 3x fewer calls of the large "
        "model where the proxy is informative, at most 5 % worse where it is useless",
        "semantic_queries.py --lotus {lotus}", "semantic",
    ),
    "guarantees": Bench(
        "Cascades: do targets hold", "of 300 seeds each no more misses than delta allows", "guarantees.py --peer {lotus}"
    ),
    "semantic_join": Bench("Semantic joins, entities, orders", "at least 20x fewer calls at equal F1", "semantic_join.py", "semantic"),
    "prefix_order": Bench("Prompts in an order that caches", "a higher share of cached tokens than in arrival order", "prefix_order.py"),
    "llm_client": Bench("The client for models", "at least 3,000 requests a second, cache and accounts on", "llm_client.py"),
    "readers": Bench("Readers and writers", "within 1.3x of the library that they stand on, alone", "readers.py"),
    "decontaminate": Bench(
        "Decontamination", "at least 50x datatrove's n-gram decontamination", "decontaminate.py --peer {datatrove}", "instruct"
    ),
    "dsir": Bench("Importance resampling", "a lower divergence from the target than its baselines", "dsir.py", "docs"),
    "bias": Bench("Bias", "chance called a bias no more often than stated; associations before and after", "bias.py {data}/docs", "docs"),
    "recipes": Bench("Recipes over the same pages", "docs/recipes.md, which this makes (no figure was set)", "recipes.py", "web"),
    "chain": Bench("The whole chain beside the floor", "25 MB/s a core without HTML extraction and encoding", "chain.py"),
    "scale": Bench("1x, 4x, 16x, 64x", "time in proportion, a worker's memory flat, both as `plan` foretold", "scale.py --mb 4"),
}


def machine() -> str:
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    tools = ", ".join(f"{name} {version(name)}" for name in ("pyarrow", "numba", "numpy", "resiliparse", "tokenizers"))
    return f"{model[1] if model else platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {tools}"


def versions(python: str, peer: str) -> str:
    """Return the peer's packages with their versions; nothing if it cannot be used."""
    packages, variables = PEERS[peer]
    code = f"from importlib.metadata import version; print(', '.join(f'{{n}} {{version(n)}}' for n in {packages}))"
    if not os.path.exists(python) or not all(map(os.environ.get, variables)):
        return ""
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def filled(command: str, peers: Path) -> tuple[list[str], list[str], list[str]]:
    """Return the command with its placeholders filled, the versions of the peers in it, and the names of those that are not there."""
    found, missing, values = [], [], {"data": str(DATA)}
    for name in re.findall(r"\{(\w+)\}", command):
        if name in PEERS:
            python = str(peers.absolute() / name / "bin" / "python")  # not resolved: a virtual environment's Python is a link
            told = versions(python, name)
            found += [told] if told else []
            values[name] = python if told else ""
        elif name.isupper():
            values[name] = os.environ.get(name, "")
        missing += [] if values[name] else [name]
    return [part.format(**values) for part in command.split()], found, missing


def output(command: list[str], limit: float) -> str:
    """Return what a script prints; of one that fails or lasts longer than `limit` seconds what it printed until then, and a word on it."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    process = subprocess.Popen([sys.executable, str(HERE / command[0]), *command[1:]], **pipes)
    try:
        out, error = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # it and the peers that it started
        out, error = process.communicate()
        error = f"stopped after {limit:.0f} s"
    told = out.strip()
    body = told if "|" in told or not told else f"```\n{told}\n```"
    return body if process.returncode == 0 else f"{body}\n\nNot complete:\n\n```\n{error.strip()[-1000:]}\n```".strip()


def measure(bench: Bench, peers: Path, limit: float) -> str:
    """Return the section of a bench."""
    head = f"Aim: {bench.aim}.\n\n"
    if bench.needs and not (DATA / bench.needs).exists():
        return f"{head}Not run: its data is not there ({bench.needs})."
    command, found, missing = filled(bench.command, peers)
    start = time.monotonic()
    body = output(command, limit)
    without = f"Without {' and '.join(missing)}: not on this machine.\n\n" if missing else ""
    spent = f"*{time.monotonic() - start:.0f} s, load {os.getloadavg()[0]:.1f}.*"
    return f"{head}{body}\n\n{without}{spent}\n\n{'; '.join([time.strftime('%Y-%m-%d'), machine(), *found])}"


def sections() -> dict[str, str]:
    """What stands in the results already, by title: a bench that is not run now keeps its old table."""
    text = RESULTS.read_text() if RESULTS.exists() else ""
    return {part.partition("\n")[0].strip(): part.partition("\n")[2].strip() for part in text.split("\n## ")[1:]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, default=Path(".venv-peers"), help="the folder of the peers' environments")
    parser.add_argument("--only", nargs="*", choices=list(BENCHES), default=list(BENCHES))
    parser.add_argument("--limit", type=float, default=3600, help="seconds that a bench may last")
    given = parser.parse_args()
    titles = [bench.title for bench in BENCHES.values()]
    for name in given.only:
        bench = BENCHES[name]
        section = measure(bench, given.peers, given.limit)
        known = sections() | {bench.title: section}
        print(f"## {bench.title}\n\n{section}\n", flush=True)
        order = [*(title for title in titles if title in known), *(title for title in known if title not in titles)]
        RESULTS.write_text(HEAD + "".join(f"\n## {title}\n\n{known[title]}\n" for title in order))


if __name__ == "__main__":
    main()
