"""Collecting: once, whole, and in files that ordinary readers read."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth import read
from tilth.errors import CorpusError
from tilth.read import machine
from tilth.read.machine import Collected, collect, corpus, write
from tilth.read.machine_files import Document, packages, python
from tilth.read.machine_pages import crawl_pages
from tilth.read.machine_pydoc import crawl_pydoc

TEXTS = [Document("a", "Soil", "/a"), Document("b", 'made "ready"\n\x01\x7fü', "/b"), Document("c", "", "/c")]


def small():
    """Every kind of source, but little of each."""
    def pydoc(folder, report):
        return machine._crawled(crawl_pydoc(folder, ("textwrap", "string"), machine._told(report)))

    return {
        "pydoc": pydoc,
        "packages": machine._texts(packages),
        "python": machine._texts(lambda: python(roots={"json": Path(json.__file__).parent})),
        "debian": machine._texts(lambda: iter(())),
    }


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock"}


def rows(reader):
    files = reader.files()
    schema = reader.schema(files)
    batches = [batch for file in files for span in reader.cut(file, 1 << 20) for batch in reader.read(span, schema)]
    return [row for batch in batches for row in batch.to_pylist()]


def test_collected_once_and_read_by_ordinary_readers(tmp_path):
    seen = []
    found = collect(tmp_path, small(), progress=lambda *args: seen.append(args))
    before = contents(tmp_path)
    assert collect(tmp_path, small(), progress=lambda *_: pytest.fail("again")) == found
    assert contents(tmp_path) == before

    read_back = rows(corpus(tmp_path))
    counts = {name: sum(row["source"] == name for row in read_back) for name in found}
    assert counts == {name: got.documents for name, got in found.items()}
    assert (counts["pydoc"], counts["debian"]) == (2, 0)
    assert not any(row["error"] for row in read_back)
    assert {row["id"]: row["text"] for row in read_back if row["source"] == "packages"} == {each.id: each.text for each in packages()}
    for name, got in found.items():
        sizes = [len(row["html"] or row["text"].encode()) for row in read_back if row["source"] == name]
        assert sum(sizes) == got.bytes == sum(size for source, _, size in seen if source == name)
    assert {row["id"] for row in read_back if row["html"]} == {"http://pydoc.localhost/textwrap.html", "http://pydoc.localhost/string.html"}


def test_what_one_run_did_not_finish_the_next_does(tmp_path):
    def broken(folder, report):
        write(iter(TEXTS), folder, report)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collect(tmp_path, {"good": machine._texts(lambda: iter(TEXTS)), "bad": broken})
    assert corpus(tmp_path).parts[0][0] == "good"
    assert len(corpus(tmp_path).parts) == 1
    found = collect(tmp_path, {"good": broken, "bad": machine._texts(lambda: iter(TEXTS[:1]))})
    assert {name: got.documents for name, got in found.items()} == {"good": 3, "bad": 1}
    assert sorted(row["id"] for row in rows(corpus(tmp_path)) if row["source"] == "bad") == ["a"]


CHILD = """
import sys
sys.path.insert(0, sys.argv[2])
import test_machine
print("begun", flush=True)
test_machine.collect(sys.argv[1], test_machine.small())
"""


def test_killed_at_any_moment_it_ends_the_same(tmp_path):
    collect(tmp_path / "whole", small())
    deaths = 0
    for delay in (0.0, 0.5, 1.0, 60):
        command = [sys.executable, "-c", CHILD, str(tmp_path / "killed"), str(Path(__file__).parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            try:
                child.wait(delay)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
        deaths += child.returncode == -signal.SIGKILL
    assert child.returncode == 0
    assert deaths >= 1

    def known(row):
        return {key: value for key, value in row.items() if key != "date"}

    assert [known(row) for row in rows(corpus(tmp_path / "killed"))] == [known(row) for row in rows(corpus(tmp_path / "whole"))]


@settings(max_examples=20)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=20), st.integers(1, 50))
def test_documents_come_back_however_they_are_cut(tmp_path_factory, texts, part):
    folder = tmp_path_factory.mktemp("cut")
    documents = [Document(str(i), text, "x") for i, text in enumerate(texts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "PART", part)
        got = write(documents, folder, lambda *_: None)
    assert got == Collected(len(texts), sum(len(text.encode()) for text in texts))
    if texts:
        assert [row["text"] for row in rows(read.Jsonl(str(folder)))] == texts


def test_a_smaller_second_writing_leaves_nothing_of_the_first(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "PART", 1)
    write(TEXTS, tmp_path, lambda *_: None)
    assert len(contents(tmp_path)) == 3
    write(TEXTS[:1], tmp_path, lambda *_: None)
    assert len(contents(tmp_path)) == 1


def test_nothing_collected(tmp_path):
    with pytest.raises(CorpusError, match="tilth collect"):
        corpus(tmp_path)
    collect(tmp_path, {"none": machine._texts(lambda: iter(()))})
    with pytest.raises(CorpusError, match="empty"):
        corpus(tmp_path)


def test_pages_and_failures_are_counted(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.html").write_text("<p>Soil")

    def pages(folder, report):
        return machine._crawled(crawl_pages(["a.html", "b.html"], tmp_path / "site", folder, machine._told(report)))

    found = collect(tmp_path / "out", {"pages": pages})["pages"]
    assert (found.documents, found.bytes, found.failed) == (1, 7, {"http://doc.localhost/b.html": "HTTP 404"})
    assert json.loads((tmp_path / "out" / "pages.json").read_text())["documents"] == 1
