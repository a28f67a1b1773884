"""URL filters and bad words, Tilth and datatrove side by side: the lists that datatrove ships, LDNOOBW's words, CPU time of one core.

    .venv/bin/python bench/lists.py --peer .venv-peers/datatrove/bin/python

Each tool runs in a process of its own and is asked turn and turn about; medians of the passes count. The addresses are those of
bench/oracles/list_cases.py, and hosts taken from datatrove's own list with and without a label before them. "Same" is the share with the
same verdict and first reason. Texts are held against LDNOOBW's English words (../shared/data); without that folder they are left out.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WORDS = HERE.parents[1] / "shared" / "data" / "labels" / "ldnoobw_badwords.tar.gz"
ASSETS = "import datatrove.utils._import_utils as u; print(u.ASSETS_PATH)"
LISTS = {"words": "banned_words.txt", "substrings": "banned_subwords.txt", "soft_words": "soft_banned_words.txt"}

Answers = list[str]


def tilth(folder: Path) -> tuple[Callable[[], Answers], Callable[[], Answers]]:
    import pyarrow as pa

    from tilth import filters

    assets = Path((folder / "assets").read_text())
    lists = {name: str(assets / file) for name, file in LISTS.items()}
    url_steps = filters.urls(domains=str(folder / "ut1"), urls=str(folder / "ut1"), **lists)
    word_steps = filters.bad_words(str(folder / "words"), lang="en") if (folder / "words").exists() else []

    def through(steps: list[Any], batch: pa.RecordBatch) -> Answers:
        for step in steps:
            batch = step.apply(batch)
        return [reason or "" for reason in batch["drop"].to_pylist()] if steps else []

    def batch(name: str) -> pa.RecordBatch:
        return pa.record_batch({name: pa.array(json.loads((folder / f"{name}.json").read_text()), pa.large_string())})

    urls, texts = batch("url"), batch("text")
    return lambda: through(url_steps, urls), lambda: through(word_steps, texts)


def datatrove(folder: Path) -> tuple[Callable[[], Answers], Callable[[], Answers]]:
    import tldextract
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4BadWordsFilter, URLFilter, c4_filters

    url_filter = URLFilter()
    url_filter.tldextractor = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    url_filter.download_data()
    c4_filters.cached_asset_path_or_download = lambda url, **_: folder / "words" / "en"
    word_filter = C4BadWordsFilter()
    urls, texts = (json.loads((folder / f"{name}.json").read_text()) for name in ("url", "text"))

    def reason(said: Any) -> str:
        return "" if said is True else said[1]

    def of_texts() -> Answers:
        return [reason(word_filter.filter(Document(text=text, id=""))) for text in texts] if (folder / "words").exists() else []

    return lambda: [reason(url_filter.filter(Document(text="", id="", metadata={"url": url}))) for url in urls], of_texts


def work(tool: str, folder: Path) -> None:
    """Serve one tool: its time and memory to load, then for each line a pass, its CPU seconds out; at the end the answers."""
    started = time.process_time()
    passes = {"tilth": tilth, "datatrove": datatrove}[tool](folder)
    loaded = time.process_time() - started
    answers = [run() for run in passes]
    print(json.dumps([loaded, peak_megabytes()]), flush=True)
    for line in sys.stdin:
        if line.strip() == "answers":
            print(json.dumps(answers), flush=True)
            return
        started = time.process_time()
        passes[int(line)]()
        print(time.process_time() - started, flush=True)


def peak_megabytes() -> float:
    """Return the most memory that this process has had; Linux keeps it apart from that of the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def prepare(folder: Path, assets: Path, most: int) -> None:
    from corpus import prose

    sys.path.append(str(HERE / "oracles"))
    import list_cases

    with tarfile.open(assets / "url_filterblacklistsv0_3_0.tar.gz") as archive:
        archive.extractall(folder / "ut1", filter="data")
    chance, hosts = random.Random(1), (folder / "ut1" / "domains").read_text().split("\n")[:-1:2000]
    urls = [*list_cases.urls(), *(f"https://{chance.choice(('', 'www.', 'a.b.'))}{host}/{n}" for n, host in enumerate(hosts))]
    (folder / "url.json").write_text(json.dumps(urls * 4))
    (folder / "text.json").write_text(json.dumps([text.encode("utf-8", "replace").decode() for text in prose()[:most]]))
    (folder / "assets").write_text(str(assets))
    if WORDS.exists():
        (folder / "words").mkdir()
        with tarfile.open(WORDS) as archive:
            archive.extract("en", folder / "words", filter="data")


def ask(worker: subprocess.Popen[str], line: str) -> Any:
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write(line + "\n")
    worker.stdin.flush()
    return json.loads(worker.stdout.readline())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", help="a Python that has datatrove")
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--texts", type=int, default=400)
    given = parser.parse_args()
    if not given.peer:
        sys.exit("The lists are those that datatrove ships: give --peer, a Python that has it.")
    assets = Path(subprocess.run([given.peer, "-c", ASSETS], capture_output=True, text=True, check=True).stdout.strip())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, assets, given.texts)
        pythons = {"tilth": sys.executable, "datatrove": given.peer}
        workers = {tool: subprocess.Popen([python, __file__, "--work", tool, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                          stderr=subprocess.DEVNULL, text=True) for tool, python in pythons.items()}  # fmt: skip
        loads = {tool: json.loads(worker.stdout.readline()) for tool, worker in workers.items() if worker.stdout}
        times = {(tool, part): [] for tool in workers for part in range(2)}
        for _ in range(given.passes):
            for (tool, part), found in times.items():
                found.append(ask(workers[tool], str(part)))
        answers = {tool: ask(worker, "answers") for tool, worker in workers.items()}
        sizes = [len(answers["tilth"][0]), sum(len(text.encode()) for text in json.loads((folder / "text.json").read_text())) / 1e6]
    print("| what | Tilth | datatrove | ratio | same |\n|---|---:|---:|---:|---:|")
    load, memory = ([loads[tool][n] for tool in pythons] for n in range(2))
    print(f"| imports and URL lists: load, CPU s | {load[0]:.1f} | {load[1]:.1f} | {load[1] / load[0]:.1f} | |")
    print(f"| URL lists: peak memory of the process, MB | {memory[0]:.0f} | {memory[1]:.0f} | {memory[1] / memory[0]:.1f} | |")
    for part, unit in enumerate((f"URLs a second ({sizes[0]:,})", f"bad words, MB/s ({sizes[1]:.1f} MB)")):
        rates = [sizes[part] / statistics.median(times[tool, part]) for tool in pythons]
        same = [a == b for a, b in zip(answers["tilth"][part], answers["datatrove"][part], strict=True)]
        if same:
            print(f"| {unit} | {rates[0]:,.1f} | {rates[1]:,.1f} | {rates[0] / rates[1]:.0f} | {sum(same) / len(same):.2%} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
