"""WARC to text: what Tilth adds to the cost of the extractor alone, called in a bare loop on the same pages.

    .venv/bin/python bench/extract.py                                  # pages that pydoc makes of the standard library
    .venv/bin/python bench/extract.py --tar ../shared/data/web/trafilatura_eval_html.tar.gz
    .venv/bin/python bench/extract.py --extractor trafilatura --megabytes 20

Each round runs every contender once; the table shows medians of processor seconds, those of worker processes included:

    extractor   decode and extract each page, which is in memory, in a Python loop
    loop        the same over the WARC file, by FastWARC: what a person would write by hand, and keeps nothing
    step        `clean.HtmlText` on batches that are in memory
    WARC        `read.Warc` alone: gzip, WARC and HTTP undone
    run         `tilth.run` from WARC to Parquet with one worker: all of the above, the runner and the writer, less an empty run's start-up
"""

from __future__ import annotations

import argparse
import platform
import pydoc
import resource
import statistics
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import import_module
from importlib.metadata import version
from itertools import count
from pathlib import Path

import pyarrow as pa

import tilth
from tilth import read
from tilth.clean import HtmlText
from tilth.clean.encoding import decode
from tilth.read.crawl_archive import Archive, Visit

MODULES = (
    "argparse array ast asyncio base64 bisect calendar codecs collections concurrent.futures configparser contextlib copy csv ctypes "
    "dataclasses datetime decimal difflib dis email enum fractions functools gzip hashlib heapq html http inspect io ipaddress itertools "
    "json logging math mimetypes multiprocessing operator optparse os pathlib pickle platform pprint queue random re sched shelve shutil "
    "socket sqlite3 ssl statistics string struct subprocess tarfile tempfile textwrap threading tkinter tokenize traceback turtle types "
    "typing unittest urllib.request uuid wave weakref xml.dom.minidom zipfile zoneinfo"
)  # importing them does nothing but define things
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def pydoc_pages() -> Iterator[bytes]:
    for name in MODULES.split():
        try:
            module = import_module(name)
        except ImportError:  # tkinter is not everywhere
            continue
        yield pydoc.html.page(name, pydoc.html.document(module, name)).encode()


def tar_pages(path: str) -> Iterator[bytes]:
    with tarfile.open(path) as archive:
        for member in archive:
            if file := archive.extractfile(member):
                yield file.read()


def up_to(pages: list[bytes], size: int) -> list[bytes]:
    """Return pages of `size` bytes, from the first again where there are too few."""
    found = []
    for i in count():
        if size <= 0:
            return found
        found.append(pages[i % len(pages)])
        size -= len(found[-1])
    raise AssertionError


def write_warc(folder: Path, pages: Iterable[bytes]) -> None:
    with Archive(folder) as archive:
        for i, page in enumerate(pages):
            archive.put(Visit(f"http://pages.test/{i}", "page", head=HEAD, body=page))


def bare_loop(extractor: str) -> Callable[[bytes], object]:
    if extractor == "resiliparse":
        from resiliparse.extract.html2text import extract_plain_text

        return lambda page: extract_plain_text(decode(page), preserve_formatting=True, main_content=True, alt_texts=False, comments=False)
    from trafilatura import extract

    return lambda page: extract(decode(page), favor_precision=True, include_comments=False, deduplicate=True)


def bare_warc(folder: Path, extract: Callable[[bytes], object]) -> None:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    for path in sorted(folder.glob("*.warc.gz")):
        with open(path, "rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                extract(record.reader.read())


def batches(pages: list[bytes], size: int = 4 << 20) -> Iterator[pa.RecordBatch]:
    batch: list[bytes] = []
    for page in pages:
        batch.append(page)
        if sum(map(len, batch)) >= size:
            yield pa.record_batch({"html": pa.array(batch, pa.large_binary())})
            batch = []
    if batch:
        yield pa.record_batch({"html": pa.array(batch, pa.large_binary())})


def run(folder: Path, step: HtmlText) -> None:
    with tempfile.TemporaryDirectory() as out:
        tilth.run(read.Warc(str(folder / "*.warc.gz")), [step], out=out, executor="local:1", probe=False)


def read_warc(folder: Path) -> None:
    reader = read.Warc(str(folder / "*.warc.gz"))
    files = reader.files()
    for file in files:
        for _ in reader.read(reader.cut(file, file.size)[0], reader.schema(files)):
            pass


def cost(contender: Callable[[], object]) -> float:
    """Return processor seconds of this process and of its children that ended."""
    before = used()
    contender()
    return used() - before


def used() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def medians(rounds: int, contenders: dict[str, Callable[[], object]]) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            seconds[name].append(cost(contender))
    return {name: statistics.median(times) for name, times in seconds.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tar", help="a tar archive of pages")
    options.add_argument("--extractor", default="resiliparse", choices=["resiliparse", "trafilatura"])
    options.add_argument("--megabytes", type=float, default=100)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    pages = up_to(list(tar_pages(chosen.tar) if chosen.tar else pydoc_pages()), int(chosen.megabytes * 1e6))
    size, step, extract = sum(map(len, pages)) / 1e6, HtmlText(extractor=chosen.extractor), bare_loop(chosen.extractor)
    made = list(batches(pages))
    with tempfile.TemporaryDirectory() as folder:
        full, empty = Path(folder, "full"), Path(folder, "empty")
        full.mkdir(), empty.mkdir()
        write_warc(full, pages)
        write_warc(empty, [b"<p>one page</p>"])
        found = medians(chosen.rounds, {
            "extractor": lambda: [extract(page) for page in pages], "loop": partial(bare_warc, full, extract),
            "step": lambda: [step.apply(batch) for batch in made],
            "WARC": partial(read_warc, full), "start": partial(run, empty, step), "run": partial(run, full, step),
        })  # fmt: skip
    found["run"] -= found.pop("start")
    tools = f"{chosen.extractor} {version(chosen.extractor)}, Python {platform.python_version()}, {platform.machine()}"
    print(f"{len(pages)} pages, {size:.0f} MB of HTML; {tools}, {time.strftime('%Y-%m-%d')}, medians of {chosen.rounds} rounds\n")
    print("| what | CPU s | MB/s | times the extractor | times the loop |\n|---|---:|---:|---:|---:|")
    for name, seconds in found.items():
        ratios = f"{seconds / found['extractor']:.2f} | {seconds / found['loop']:.2f}"
        print(f"| {name} | {seconds:.2f} | {size / seconds:.1f} | {ratios} |")


if __name__ == "__main__":
    main()
