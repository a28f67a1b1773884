"""Every reader of files, in one corpus: a run on workers that is killed goes on, and ends with the bytes of a run in one process."""

from __future__ import annotations

import importlib.util
import io
import json
import mailbox
import os
import pickle
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hostile_pdf import assembled

from tilth import read, run
from tilth.read import Reader

TEXTS = ["Soil is alive.", "Rain came é.", "Rye, four tonnes."]
TABLE = pa.table({"text": TEXTS * 20, "n": list(range(60))})


def pages(folder: Path, suffix: str, make: Callable[[str], bytes | str]) -> str:
    """One file a text; a fourth is none of its kind."""
    folder.mkdir()
    for i, text in enumerate(TEXTS):
        data = make(text)
        (folder / f"{i}{suffix}").write_bytes(data if isinstance(data, bytes) else data.encode())
    (folder / f"bad{suffix}").write_bytes(b"\xff\x00 is nothing that it says it is")
    return str(folder)


def zipped(path: Path, members: dict[str, str]) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return path.read_bytes()


def pdf(text: str) -> bytes:
    content = f"BT /F 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ])


def docx(folder: Path) -> str:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>'
    return pages(folder, ".docx", lambda text: zipped(folder.parent / "made.zip", {"word/document.xml": body % text}))


def epub(folder: Path) -> str:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="b.opf"/>'
        "</rootfiles></container>"
    )
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    chapter = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>%s</p></body></html>'
    about = {"META-INF/container.xml": container, "b.opf": book}
    return pages(folder, ".epub", lambda text: zipped(folder.parent / "made.zip", about | {"a.xhtml": chapter % text}))


def notebook(text: str) -> str:
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


def mail(folder: Path) -> str:
    folder.mkdir()
    box = mailbox.mbox(folder / "a.mbox")
    for text in TEXTS * 10:
        box.add(mailbox.mboxMessage(f"From: a@example.org\nSubject: s\n\n{text}\n".encode()))
    box.close()
    return str(folder)


def database(folder: Path) -> str:
    folder.mkdir()
    with sqlite3.connect(folder / "a.db") as connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
        connection.executemany("INSERT INTO notes (text) VALUES (?)", [(text,) for text in TEXTS * 10])
    connection.close()
    return f"sqlite:///{folder}/a.db"


def wiki(folder: Path) -> str:
    folder.mkdir()
    page = "<page><title>P{0}</title><ns>0</ns><id>{0}</id><revision><id>{0}</id><text>{1}</text></revision></page>\n"
    body = "".join(page.format(i, text) for i, text in enumerate(TEXTS * 10))
    (folder / "a.xml").write_text(f'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/">\n{body}</mediawiki>\n')
    return str(folder)


def shards(folder: Path) -> str:
    folder.mkdir()
    with tarfile.open(folder / "a.tar", "w") as archive:
        for i, text in enumerate(TEXTS):
            member = tarfile.TarInfo(f"{i}.txt")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return str(folder)


def tables(folder: Path) -> str:
    folder.mkdir()
    with pa.ipc.new_file(str(folder / "a.arrow"), TABLE.schema) as file:
        file.write_table(TABLE, 20)
    pq.write_table(TABLE, folder / "train-0.parquet", row_group_size=20)
    return str(folder)


def delta(folder: Path) -> str:
    import deltalake

    deltalake.write_deltalake(str(folder), TABLE.append_column("part", pa.array(["a", "b", "c"] * 20)), partition_by=["part"])
    return str(folder)


def media(folder: Path) -> str:
    pages(folder, ".png", lambda text: b"\x89PNG\r\n\x1a\n" + text.encode())
    return pages(folder / "words", ".txt", str) and str(folder)


def work_tree(folder: Path) -> str:
    pages(folder, ".py", lambda text: f"# {text}\n")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return str(folder)


MADE: dict[str, tuple[str, Callable[[Path], Reader]]] = {  # what it needs, and how it is made
    "pdf": ("pypdfium2", lambda folder: read.Pdf(pages(folder, ".pdf", pdf))),
    "docx": ("lxml", lambda folder: read.Docx(docx(folder))),
    "epub": ("resiliparse", lambda folder: read.Epub(epub(folder))),
    "html": ("tilth", lambda folder: read.Html(pages(folder, ".html", str))),
    "text": ("tilth", lambda folder: read.Text(pages(folder, ".txt", str))),
    "notebook": ("tilth", lambda folder: read.Notebook(pages(folder, ".ipynb", notebook))),
    "mbox": ("tilth", lambda folder: read.Mbox(mail(folder))),
    "repository": ("tilth", lambda folder: read.Repository(work_tree(folder))),
    "sql": ("tilth", lambda folder: read.Sql(database(folder), table="notes", text="text", id="id", rows=20)),
    "wikipedia": ("mwparserfromhell", lambda folder: read.Wikipedia(wiki(folder))),
    "webdataset": ("tilth", lambda folder: read.WebDataset(shards(folder))),
    "media": ("tilth", lambda folder: read.Media(media(folder))),
    "arrow": ("tilth", lambda folder: read.Arrow(tables(folder))),
    "huggingface": ("tilth", lambda folder: read.HuggingFace(tables(folder))),
    "json": ("tilth", lambda folder: read.Json(pages(folder, ".json", lambda text: json.dumps([{"text": text}])))),
    "jsonl": ("tilth", lambda folder: read.Jsonl(pages(folder, ".jsonl", lambda text: json.dumps({"text": text})))),
    "csv": ("tilth", lambda folder: read.Csv(pages(folder, ".csv", lambda text: f'text\n"{text}"\n'))),
    "delta": ("deltalake", lambda folder: read.Delta(delta(folder))),
}


def corpus(folder: Path) -> Reader:
    """All readers whose library is here, over files made below `folder`."""
    folder.mkdir()
    return read.union(**{name: make(folder / name) for name, (library, make) in MADE.items() if importlib.util.find_spec(library)})


CHILD = """
import os, pickle, sys
from tilth import run
corpus = pickle.load(open("corpus", "rb"))
tasks = []
def progress(state):
    tasks.append(state)
    if len(tasks) == 6:
        os.kill(os.getpid(), 9)
run(corpus, [], "killed", "local:2", split=3000, progress=progress, probe=False)
"""


def published(out: Path) -> dict[str, bytes]:
    kinds = ("data", "audit", "quarantine")
    return {str(path.relative_to(out)): path.read_bytes() for kind in kinds for path in sorted((out / kind).glob("*"))}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a kill as of POSIX")
def test_killed_and_resumed_on_workers_all_readers_give_the_bytes_of_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    everything = corpus(tmp_path / "in")
    (tmp_path / "corpus").write_bytes(pickle.dumps(everything))
    child = subprocess.run([sys.executable, "-c", CHILD], stderr=subprocess.DEVNULL, timeout=60)
    assert child.returncode == -9
    done = len(list((tmp_path / "killed" / "store" / "receipts").iterdir()))
    resumed = run(everything, [], "killed", "local:2", split=3000, probe=False)
    whole = run(everything, [], "whole", "inline", split=3000, probe=False)
    assert published(tmp_path / "killed") == published(tmp_path / "whole")
    assert 3 < done < len(list((tmp_path / "whole" / "store" / "receipts").iterdir()))
    assert resumed.data["sources"] == whole.data["sources"]
    assert whole.data["sources"].keys() == dict(everything.parts).keys()
    refused = pq.read_table("whole/quarantine")["source"].to_pylist()
    assert {"csv", "json", "jsonl", "notebook", "text"} <= set(refused)
