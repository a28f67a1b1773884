"""Readers and writers against the libraries that they stand on, alone in a bare loop over the same bytes.

    .venv/bin/python bench/readers.py
    .venv/bin/python bench/readers.py --rounds 3 --only Pdf,Sql

Corpora are made here, but for PDF (a real report of 131 pages, where the folder of real data is present). Each round runs every contender
once, in turn; the table shows medians of processor seconds (`time.process_time`) and the ratio of the two. "alone" is what a person would
write by hand with the library for the same text and the columns that it gives: a loop that puts them into Arrow tables of a thousand
documents, as the reader's batches are. What no library gives (languages, licences, counts, what is locked or broken) is the reader's alone.
The second table is a run of a reader and nothing else (`tilth.run`, in one process), which also digests the files and writes Parquet;
the last shows what memory a reader takes of longer and longer files.
"""

from __future__ import annotations

import argparse
import bz2
import email
import io
import json
import mailbox
import platform
import sqlite3
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from itertools import chain, count, islice, pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

import tilth
from tilth import read, write
from tilth.peak import peak_mb
from tilth.read import Reader

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "semantic" / "sycamore_documents.tar.gz"
CONTAINER, PACKAGE = "urn:oasis:names:tc:opendocument:xmlns:container", "http://www.idpf.org/2007/opf"
Block = tuple[bytes, bytes, bytes]  # a file's head, what may be repeated, and its tail
Case = tuple[str, Callable[[], object], Callable[[], object]]


def to_arrow(names: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows as tables, one after the other: what a loop by hand does with what a library gives."""
    left = iter(rows)
    while some := list(islice(left, 1024)):
        pa.table(list(map(pa.array, zip(*some, strict=True))), names=names)


def consume(reader: Reader) -> int:
    files = reader.files()
    rows = 0
    for batch, _ in reader.read_all([span for file in files for span in reader.cut(file, 128 << 20)], reader.schema(files)):
        assert "error" not in batch.schema.names or batch["error"].null_count == len(batch)
        rows += len(batch)
    return rows


def words(n: int, seed: int = 0) -> str:
    return " ".join(f"word{(i * 7919 + seed) % 5003}" for i in range(n))


def pdf(folder: Path) -> Case:
    import pypdfium2

    with tarfile.open(REAL) as archive:
        for member in archive:
            if member.name.endswith(("NVDA_10k_2025.pdf", "Transformer.pdf")):
                (folder / Path(member.name).name).write_bytes(archive.extractfile(member).read())

    def pages(path: Path) -> Iterator[str]:
        with pypdfium2.PdfDocument(path.read_bytes()) as document:
            for page in document:
                layer = page.get_textpage()
                yield layer.get_text_range()
                layer.close()
                page.close()

    def alone() -> None:
        to_arrow(["path", "text"], ((str(path), "\n\n".join(pages(path))) for path in folder.glob("*.pdf")))

    return f"pypdfium2 {version('pypdfium2')}", alone, lambda: consume(read.Pdf(str(folder)))


def docx(folder: Path) -> Case:
    import docx as python_docx

    made = python_docx.Document()
    for i in range(400):
        made.add_paragraph(words(60, i))
    made.save(folder / "a.docx")

    def alone() -> None:
        text = "\n\n".join(paragraph.text for paragraph in python_docx.Document(str(folder / "a.docx")).paragraphs)
        to_arrow(["text"], [(text,)])

    return f"python-docx {version('python-docx')}", alone, lambda: consume(read.Docx(str(folder)))


def epub(folder: Path) -> Case:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    pages = {f"{i}.xhtml": "<html><body>" + "".join(f"<p>{words(80, i + j)}</p>" for j in range(60)) + "</body></html>" for i in range(40)}
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in pages)
    spine = "".join(f'<itemref idref="{name}"/>' for name in pages)
    with zipfile.ZipFile(folder / "a.epub", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", f'<container xmlns="{CONTAINER}"><rootfile full-path="b.opf"/></container>')
        archive.writestr("b.opf", f'<package xmlns="{PACKAGE}"><manifest>{items}</manifest><spine>{spine}</spine></package>')
        for name, page in pages.items():
            archive.writestr(name, page)

    def chapters(path: Path) -> Iterator[str]:
        with zipfile.ZipFile(path) as archive:
            for name in pages:
                yield extract_plain_text(HTMLTree.parse(archive.read(name).decode()), preserve_formatting=True, main_content=False)

    def alone() -> None:
        to_arrow(["text"], (("\n\n".join(chapters(path)),) for path in folder.glob("*.epub")))

    return f"zipfile, resiliparse {version('resiliparse')}", alone, lambda: consume(read.Epub(str(folder)))


def mbox(folder: Path) -> Case:
    with closing(mailbox.mbox(folder / "a.mbox")) as box:
        for i in range(2000):
            message = EmailMessage()
            message["Subject"], message["From"], message["Message-ID"] = f"On soil {i}", "a@example.org", f"<{i}@example.org>"
            message["Date"] = "Wed, 01 May 2024 12:00:00 +0200"
            message.set_content(words(200, i))
            box.add(message)

    names = ["subject", "from", "to", "message-id", "in-reply-to", "list-id"]

    def columns(message: Message) -> tuple[Any, ...]:
        date = parsedate_to_datetime(message["date"]).isoformat()
        plain = [part for part in message.walk() if part.get_content_type() == "text/plain" and not part.get_filename()]
        text = "\n\n".join(part.get_payload(decode=True).decode(part.get_content_charset() or "utf-8") for part in plain)
        return *(message[name] for name in names), date, text

    def alone() -> None:
        with closing(mailbox.mbox(folder / "a.mbox", factory=email.message_from_binary_file)) as box:
            to_arrow([*names, "date", "text"], map(columns, box))

    return "mailbox, email (stdlib)", alone, lambda: consume(read.Mbox(str(folder)))


def notebook(folder: Path) -> Case:
    cells = [{"cell_type": ["markdown", "code"][i % 2], "source": [words(20, i) + "\n"] * 5} for i in range(100)]
    for i in range(200):
        (folder / f"{i}.ipynb").write_text(json.dumps({"nbformat": 4, "metadata": {"language_info": {"name": "python"}}, "cells": cells}))

    def markdown(cell: dict[str, Any]) -> str:
        return f"```python\n{''.join(cell['source'])}\n```" if cell["cell_type"] == "code" else "".join(cell["source"])

    def alone() -> None:
        read = ((str(path), json.loads(path.read_bytes())["cells"]) for path in folder.glob("*.ipynb"))
        to_arrow(["path", "cells", "text"], ((path, len(cells), "\n\n".join(map(markdown, cells))) for path, cells in read))

    return "json (stdlib)", alone, lambda: consume(read.Notebook(str(folder)))


def repository(folder: Path) -> Case:
    for i in range(1500):
        (folder / f"d{i % 30}").mkdir(exist_ok=True)
        (folder / f"d{i % 30}" / f"f{i}.py").write_text("\n".join(words(8, i + j) for j in range(120)))
    (folder / "LICENSE").write_text("Apache License, Version 2.0")
    subprocess.run(["git", "-C", str(folder), "init", "-q"], check=True)

    def alone() -> None:
        listed = subprocess.run(["git", "-C", str(folder), "ls-files", "-co", "--exclude-standard"], capture_output=True, check=True).stdout
        to_arrow(["path", "text"], ((name, (folder / name).read_bytes().decode()) for name in listed.decode().splitlines()))

    return "git ls-files, open", alone, lambda: consume(read.Repository(str(folder)))


def _rows() -> list[tuple[int, str, float]]:
    return [(i, words(60, i), i / 7) for i in range(100_000)]


def sqlite(folder: Path) -> Case:
    with closing(sqlite3.connect(folder / "a.db")) as connection:
        connection.execute("CREATE TABLE docs (id INTEGER PRIMARY KEY, text TEXT, score REAL)")
        connection.executemany("INSERT INTO docs VALUES (?, ?, ?)", _rows())
        connection.commit()

    def alone() -> None:
        with closing(sqlite3.connect(folder / "a.db")) as connection:
            cursor = connection.execute("SELECT * FROM docs")
            while rows := cursor.fetchmany(2048):
                pa.table(list(map(pa.array, zip(*rows, strict=True))), names=["id", "text", "score"])

    return "sqlite3 (stdlib), to Arrow", alone, lambda: consume(read.Sql(f"sqlite:///{folder}/a.db", table="docs", id="id"))


def duckdb(folder: Path) -> Case:
    import duckdb as engine

    kept = pa.table(list(map(pa.array, zip(*_rows(), strict=True))), names=["id", "text", "score"])
    with closing(engine.connect(str(folder / "a.db"))) as connection:
        connection.register("kept", kept)
        connection.execute("CREATE TABLE docs AS SELECT * FROM kept")

    def alone() -> None:
        with closing(engine.connect(str(folder / "a.db"), read_only=True, config={"threads": "1"})) as connection:
            for _ in connection.sql("SELECT * FROM docs ORDER BY rowid").to_arrow_reader(2048):
                pass

    return f"duckdb {version('duckdb')}, to Arrow", alone, lambda: consume(read.Sql(f"duckdb:///{folder}/a.db", table="docs", id="id"))


def wikipedia(folder: Path) -> Case:
    import mwparserfromhell
    from lxml import etree

    text = "'''Soil''' is [[earth|ground]].<ref>{{cite web|url=x|title=y}}</ref>\n\n== Kinds ==\n" + "\n".join(
        f"* ''{words(12, i)}'' in [[page {i}]] {{{{template|a={i}}}}}" for i in range(40)
    )
    pages = "".join(
        f"<page><title>{i}</title><ns>0</ns><id>{i}</id><revision><id>{i}</id><text>{escape(text)}</text></revision></page>\n"
        for i in range(300)
    )
    (folder / "a.xml.bz2").write_bytes(bz2.compress(f"<mediawiki>{pages}</mediawiki>".encode()))

    def columns(element: Any) -> tuple[str, str]:
        found = element.findtext("title"), mwparserfromhell.parse(element.findtext("revision/text")).strip_code()
        element.clear()
        return found

    def alone() -> None:
        with bz2.open(folder / "a.xml.bz2") as file:
            to_arrow(["title", "text"], map(columns, (element for _, element in etree.iterparse(file, tag="page"))))

    return f"lxml, mwparserfromhell {version('mwparserfromhell')}", alone, lambda: consume(read.Wikipedia(str(folder)))


def wet(folder: Path) -> Case:
    from fastwarc.warc import ArchiveIterator
    from warcio.warcwriter import WARCWriter

    with open(folder / "a.warc.wet.gz", "wb") as file:
        writer = WARCWriter(file, gzip=True)
        for i in range(4000):
            data = words(400, i).encode()
            writer.write_record(writer.create_warc_record(
                f"https://example.org/{i}", "conversion", payload=io.BytesIO(data), length=len(data), warc_content_type="text/plain",
            ))

    def columns(record: Any) -> tuple[str, str, str]:
        return record.headers.get("WARC-Target-URI"), record.headers.get("WARC-Date"), record.reader.read().decode()

    def alone() -> None:
        with open(folder / "a.warc.wet.gz", "rb") as file:
            to_arrow(["url", "date", "text"], (columns(record) for record in ArchiveIterator(file, parse_http=False)))

    return f"fastwarc {version('fastwarc')}", alone, lambda: consume(read.Warc(str(folder)))


def hub(folder: Path) -> Case:
    import datasets

    made = datasets.Dataset.from_dict({"text": [words(200, i) for i in range(20_000)], "score": [i / 3 for i in range(20_000)]})
    made.save_to_disk(str(folder / "saved"))
    kinds = pa.schema({"text": pa.large_string(), "score": pa.float64()})

    def alone() -> None:
        for table in datasets.load_from_disk(str(folder / "saved")).with_format("arrow").iter(2048):
            table.cast(kinds).validate(full=True)  # or not a byte of the text would be looked at: the file is only mapped

    return f"datasets {version('datasets')}", alone, lambda: consume(read.HuggingFace(str(folder / "saved")))


def _table() -> pa.Table:
    n = 20_000
    return pa.table({
        "row": pa.array(range(n), pa.uint64()), "id": pa.array([f"id {i}" for i in range(n)], pa.large_string()),
        "text": pa.array([f"{i} {words(120, i)}" for i in range(n)], pa.large_string()), "score": [i / 7 for i in range(n)],
    })


def _writer(writer: write.Writer, table: pa.Table, folder: Path) -> Callable[[], None]:
    def ours() -> None:
        about = writer.write(iter(table.to_batches(max_chunksize=2048)), table.schema, lambda suffix: (folder / f"ours{suffix}").open("wb"))
        writer.finish({0: about})

    return ours


def tfrecord(folder: Path) -> Case:
    from tfrecord.writer import TFRecordWriter

    table = _table()

    def alone() -> None:
        writer = TFRecordWriter(str(folder / "a.tfrecord"))
        for row in table.to_pylist():
            writer.write({
                "row": (row["row"], "int"), "id": (row["id"].encode(), "byte"), "text": (row["text"].encode(), "byte"),
                "score": (row["score"], "float"),
            })
        writer.close()

    return f"tfrecord {version('tfrecord')}", alone, _writer(write.TFRecord(), table, folder)


def webdataset(folder: Path) -> Case:
    from webdataset import TarWriter

    table = _table()

    def alone() -> None:
        with TarWriter(str(folder / "a.tar"), mtime=0) as writer:
            for row in table.to_pylist():
                about = {key: row[key] for key in ("row", "id", "score")}
                writer.write({"__key__": f"{row['row']:014d}", "txt": row["text"], "json": about})

    return f"webdataset {version('webdataset')}", alone, _writer(write.WebDataset(), table, folder)


def parquet(folder: Path) -> Case:
    table = _table()

    def alone() -> None:
        pq.write_table(table, folder / "a.parquet", compression="zstd", compression_level=1, use_dictionary=False)

    return f"pyarrow {version('pyarrow')}", alone, _writer(write.Parquet(), table, folder)


def jsonl(folder: Path) -> Case:
    table = _table()

    def alone() -> None:
        with pa.CompressedOutputStream(str(folder / "a.jsonl.zst"), "zstd") as file:
            for row in table.to_pylist():
                file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    return f"orjson {version('orjson')}, zstd of pyarrow", alone, _writer(write.Jsonl(), table, folder)


def megatron(folder: Path) -> Case:
    """Megatron-LM's own builder needs its whole training stack: this does what its `add_document` and `finalize` do."""
    lengths = np.random.default_rng(0).integers(100, 2000, 20_000)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    tokens = np.random.default_rng(1).integers(0, 50_000, ends[-1], np.int32)
    column = pa.LargeListArray.from_arrays(pa.array(ends), pa.array(tokens))
    table = pa.table({"row": pa.array(range(len(lengths)), pa.uint64()), "tokens": column})

    def alone() -> None:
        sizes = []
        with open(folder / "a.bin", "wb") as file:
            for start, end in pairwise(ends):
                document = tokens[start:end].astype(np.uint16)
                file.write(document.tobytes(order="C"))
                sizes.append(len(document))
        with open(folder / "a.idx", "wb") as file:
            starts = np.concatenate([[0], np.cumsum(np.array(sizes, np.int64))[:-1] * 2])
            file.write(np.array(sizes, np.int32).tobytes() + starts.tobytes() + np.arange(len(sizes) + 1).tobytes())

    return f"numpy {version('numpy')}", alone, _writer(write.Megatron(vocab=50_000), table, folder)


def lance(folder: Path) -> Case:
    from lance import write_dataset

    table, number = _table(), count()

    def alone() -> None:
        write_dataset(table, str(folder / f"{next(number)}.lance"))

    return f"pylance {version('pylance')}", alone, _writer(write.Lance(), table, folder)


def hub_writer(folder: Path) -> Case:
    import datasets

    table = _table()
    made = datasets.Dataset(table)

    def alone() -> None:
        made.to_parquet(str(folder / "a.parquet"))

    return f"datasets {version('datasets')}", alone, _writer(write.HuggingFace(), table, folder)


CASES: dict[str, Callable[[Path], Case]] = {
    "read.Pdf": pdf, "read.Docx": docx, "read.Epub": epub, "read.Mbox": mbox, "read.Notebook": notebook, "read.Repository": repository,
    "read.Sql (SQLite)": sqlite, "read.Sql (DuckDB)": duckdb, "read.Wikipedia": wikipedia, "read.Warc (WET)": wet,
    "read.HuggingFace": hub, "write.Parquet": parquet, "write.Jsonl": jsonl, "write.TFRecord": tfrecord, "write.WebDataset": webdataset,
    "write.HuggingFace": hub_writer, "write.Megatron": megatron, "write.Lance": lance,
}


def texts(folder: Path) -> Reader:
    for i in range(2000):
        (folder / f"{i}.txt").write_text(words(200, i))
    return read.Text(str(folder))


def mails(folder: Path) -> Reader:
    mbox(folder)
    return read.Mbox(str(folder))


def archives(folder: Path) -> Reader:
    wet(folder)
    return read.Warc(str(folder))


RUNS: dict[str, Callable[[Path], Reader]] = {"read.Text, 2,000 files": texts, "read.Mbox": mails, "read.Warc (WET)": archives}


def _lines(folder: Path) -> Block:
    return b"", b"".join(orjson.dumps({"text": words(60, i), "n": i}) + b"\n" for i in range(8000)), b""


def _array(folder: Path) -> Block:
    return b"[", b",".join(orjson.dumps({"text": words(60, i), "n": i}) for i in range(8000)), b"]"


def _mails(folder: Path) -> Block:
    mbox(folder)
    return b"", (folder / "a.mbox").read_bytes(), b""


def _records(folder: Path) -> Block:
    wet(folder)
    return b"", (folder / "a.warc.wet.gz").read_bytes(), b""


def _dump(folder: Path) -> Block:
    wikipedia(folder)
    return b"<mediawiki>", bz2.decompress((folder / "a.xml.bz2").read_bytes())[len("<mediawiki>") : -len("</mediawiki>")], b"</mediawiki>"


MEMORY: dict[str, tuple[Callable[[Path], Block], str, Callable[[str], Reader]]] = {
    "read.Jsonl": (_lines, "a.jsonl", read.Jsonl), "read.Json": (_array, "a.json", read.Json), "read.Mbox": (_mails, "a.mbox", read.Mbox),
    "read.Warc (WET)": (_records, "a.warc.wet.gz", read.Warc),
    "read.Wikipedia": (_dump, "a.xml", lambda path: read.Wikipedia(path, markup=True)),
}


def peaks(name: str) -> list[tuple[int, int]]:
    """The bytes of a file that is 1, 4 and 16 times as long, and the peak (MB) of a process that reads it whole, and ends."""
    make, file, _ = MEMORY[name]
    found = []
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as made:
        head, body, tail = make(Path(made))
        for times in (2, 8, 32):
            path = Path(folder, file)
            path.write_bytes(head + (b"," if name == "read.Json" else b"").join([body] * times) + tail)
            asked = [sys.executable, __file__, "--peak", name, str(path)]
            found.append((path.stat().st_size, round(float(subprocess.run(asked, capture_output=True, check=True, text=True).stdout))))
    return found


def run_alone(make: Callable[[Path], Reader]) -> Callable[[Path], Case]:
    def case(folder: Path) -> Case:
        (folder / "in").mkdir()
        reader, number = make(folder / "in"), count()
        return "", lambda: consume(reader), lambda: tilth.run(reader, [], out=str(folder / f"out{next(number)}"), executor="inline")

    return case


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def measured(make: Callable[[Path], Case], rounds: int) -> tuple[str, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        library, alone, ours = make(Path(folder))
        alone(), ours()  # imports, compiled kernels, the disk's cache
        found = [(timed(alone), timed(ours)) for _ in range(rounds)]
    return library, statistics.median(a for a, _ in found), statistics.median(b for _, b in found)


def table_of(only: list[str], rounds: int) -> Iterator[str]:
    yield f"Processor seconds, medians of {rounds} interleaved rounds, {platform.machine()}, Python {platform.python_version()}.\n"
    yield "| | library alone | seconds | Tilth | ratio |"
    yield "|---|---|---:|---:|---:|"
    for name, make in CASES.items():
        if (only and not any(word.lower() in name.lower() for word in only)) or (name == "read.Pdf" and not REAL.exists()):
            continue
        library, alone, ours = measured(make, rounds)
        yield f"| `{name}` | {library} | {alone:.3f} | {ours:.3f} | {ours / alone:.2f} |"
    yield "\n| | reader alone, seconds | run | ratio |\n|---|---:|---:|---:|"
    for name, make_reader in RUNS.items():
        if not only or any(word.lower() in f"run {name}".lower() for word in only):
            _, alone, ours = measured(run_alone(make_reader), rounds)
            yield f"| `{name}` | {alone:.3f} | {ours:.3f} | {ours / alone:.2f} |"


def memory_of(only: list[str]) -> Iterator[str]:
    yield "\nPeak of a process that reads one file whole, in one span, in MB; what is imported takes about 250 of it.\n"
    yield "| | file, MB | peak | 4 times as long | 16 times |\n|---|---:|---:|---:|---:|"
    for name in MEMORY:
        if not only or any(word.lower() in f"memory {name}".lower() for word in only):
            found = peaks(name)
            yield f"| `{name}` | {found[0][0] / 1e6:.1f} | {' | '.join(str(peak) for _, peak in found)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="parts of names, with commas between")
    parser.add_argument("--peak", nargs=2, help=argparse.SUPPRESS)
    options: Any = parser.parse_args()
    if options.peak:
        consume(MEMORY[options.peak[0]][2](options.peak[1]))
        print(peak_mb())
        return
    only = [word for word in options.only.split(",") if word]
    for line in chain(table_of(only, options.rounds), memory_of(only)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
