"""A corpus that every machine with Python has, so that nothing need be downloaded: collected into files, then read like any other.

    FOLDER/pydoc/crawl-00000.warc.gz           pydoc's own web site on the standard library, crawled over HTTP on loopback
    FOLDER/debian_html/crawl-00000.warc.gz     HTML pages of /usr/share/doc, likewise
    FOLDER/packages/part-00000.jsonl.zst       descriptions of the installed distributions
    FOLDER/licences/part-00000.jsonl.zst       their licence files
    FOLDER/python/part-00000.jsonl.zst         Python sources, of the standard library and of what is installed
    FOLDER/debian/part-00000.jsonl.zst         texts of /usr/share/doc: Markdown, text, copyright files, changelogs, examples
    FOLDER/<source>.json                       what was collected; written last, so that what is unfinished is taken up again

`tilth collect FOLDER` does it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pyarrow as pa

from tilth.errors import CorpusError
from tilth.read.crawl import CrawlReport, Progress
from tilth.read.machine_files import DOC, Document, debian, debian_pages, licences, packages, python

if TYPE_CHECKING:
    from tilth.read.union import Union

PART = 8 << 20  # bytes of JSON in one file; a compressed file is not split when it is read, so there must be several


@dataclass(frozen=True)
class Collected:
    """What there is of one source: documents, bytes of their text or HTML, the seconds it took, and what failed with the reason."""

    documents: int
    bytes: int
    seconds: float = 0.0
    failed: dict[str, str] = field(default_factory=dict)


Report = Callable[[str, int], None]  # a document's name, and its bytes
Source = Callable[[Path, Report], Collected]


def collect(
    folder: str | Path, sources: Mapping[str, Source] | None = None, progress: Callable[[str, str, int], None] | None = None
) -> dict[str, Collected]:
    """Collect each source into files in `folder`, but those that are there already, and return what there is of each.

    A source that this machine does not have counts 0 documents. `progress` is called with the source, the document and its bytes.
    To collect a source again, delete its folder and its .json.
    """
    found = {}
    for name, source in (SOURCES if sources is None else sources).items():
        receipt = Path(folder, f"{name}.json")
        if not receipt.exists():
            Path(folder, name).mkdir(parents=True, exist_ok=True)
            began = time.monotonic()
            got = source(Path(folder, name), partial(progress, name) if progress else _silent)
            done = replace(got, seconds=round(time.monotonic() - began, 1))
            _publish(receipt, orjson.dumps(asdict(done), option=orjson.OPT_INDENT_2))
        found[name] = Collected(**json.loads(receipt.read_bytes()))
    return found


def corpus(folder: str | Path) -> Union:
    """Return what `collect` left in `folder` as one corpus: a reader, with the names of the sources in the column `source`.

    Raises CorpusError where nothing was collected.
    """
    from tilth.read.jsonl import Jsonl
    from tilth.read.union import union
    from tilth.read.warc import Warc

    names = [path.stem for path in sorted(Path(folder).glob("*.json")) if Collected(**json.loads(path.read_bytes())).documents]
    if not names:
        raise CorpusError.empty(str(folder), f"nothing was collected there; `tilth collect {folder}` does it")
    crawled = {name for name in names if any(Path(folder, name).glob("*.warc.gz"))}
    return union(**{name: Warc(str(Path(folder, name))) if name in crawled else Jsonl(str(Path(folder, name))) for name in names})


def write(documents: Iterable[Document], folder: Path, report: Report) -> Collected:
    """Write documents as JSON Lines (id, text, path) into `folder`, as many files as it takes; those of an unfinished run go."""
    for old in folder.iterdir():
        old.unlink()
    count = size = 0
    for number, part in enumerate(_parts(documents)):
        with pa.BufferOutputStream() as sink, pa.CompressedOutputStream(sink, "zstd") as out:
            for document in part:
                out.write(orjson.dumps(asdict(document), option=orjson.OPT_APPEND_NEWLINE))
                count += 1
                size += len(document.text.encode())
                report(document.id, len(document.text.encode()))
            out.close()
            _publish(folder / f"part-{number:05d}.jsonl.zst", sink.getvalue())
    return Collected(count, size)


def _pydoc(folder: Path, report: Report) -> Collected:
    from tilth.read.machine_pydoc import crawl_pydoc

    return _crawled(crawl_pydoc(folder, progress=_told(report)))


def _debian_html(folder: Path, report: Report) -> Collected:
    from tilth.read.machine_pages import crawl_pages

    names = [file.name for file in debian_pages()]
    return _crawled(crawl_pages(names, DOC, folder, _told(report))) if names else Collected(0, 0)


def _texts(documents: Callable[[], Iterator[Document]]) -> Source:
    return lambda folder, report: write(documents(), folder, report)


SOURCES: Mapping[str, Source] = {
    "pydoc": _pydoc,
    "debian_html": _debian_html,
    "packages": _texts(packages),
    "licences": _texts(licences),
    "python": _texts(python),
    "debian": _texts(debian),
}


def _told(report: Report) -> Progress:
    return lambda visit: report(visit.url, len(visit.body))


def _crawled(report: CrawlReport) -> Collected:
    return Collected(report.pages, report.bytes, failed=report.robots | report.failed | report.later)


def _silent(name: str, size: int) -> None:
    pass


def _parts(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Cut documents into lists of about PART characters."""
    part: list[Document] = []
    size = 0
    for document in documents:
        part.append(document)
        size += len(document.text)
        if size >= PART:
            yield part
            part, size = [], 0
    if part:
        yield part


def _publish(path: Path, data: bytes | pa.Buffer) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
