"""Documents that would take their worker along are given up alone: they hang, eat memory, or break their parser."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hostile_pdf import assembled, billion_laughs, bomb, deep

from tilth import probe, read, run
from tilth.chain import Unguarded
from tilth.read.columns import STRING, base_schema
from tilth.reading import read_spans


def good(word: str) -> bytes:
    content = b"BT /F 12 Tf 72 720 Td (%s) Tj ET" % word.encode()
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ])


def test_hostile_documents_are_given_up_alone(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="the extra 'documents' is not installed")
    papers = tmp_path / "papers"
    papers.mkdir()
    for name, data in (("a", good("first")), ("b", bomb(1 << 17)), ("c", deep(100_000)), ("d", good("last"))):
        (papers / f"{name}.pdf").write_bytes(data)
    done = run(read.union(pdf=read.Pdf(str(papers))), [], str(tmp_path / "out"), "local:1", row_seconds=2.0, probe=False)
    assert pq.read_table(tmp_path / "out" / "data")["text"].to_pylist() == ["first", "last"]
    refused = {Path(row["id"]).name.partition(".")[0]: row for row in pq.read_table(tmp_path / "out" / "quarantine").to_pylist()}
    assert refused.keys() == {"b", "c"}
    assert refused["b"]["error"] == "the document cannot be read: the parser took too long"
    assert {row["source"] for row in refused.values()} == {"pdf"}
    assert done.data["quarantined"] == 2


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux alone")
def test_a_book_that_floods_its_parser_is_given_up_alone(tmp_path: Path) -> None:
    pytest.importorskip("lxml", reason="the extra 'documents' is not installed")
    pytest.importorskip("resiliparse", reason="the extra 'web' is not installed")
    books = tmp_path / "books"
    books.mkdir()
    bold = "".join(f"<b id=n{i}>" for i in range(1000))  # open in each of the paragraphs that follow: 30 million elements of 130 kB
    for name, page in (("a", "<p>first"), ("b", "<p>" + bold + "<p>a" * 30_000), ("c", "<p>last")):
        (books / f"{name}.epub").write_bytes(book(page))
    done = run(read.Epub(str(books)), [], str(tmp_path / "out"), "local:1", row_seconds=2.0, probe=False)
    assert pq.read_table(tmp_path / "out" / "data")["text"].to_pylist() == ["first", "last"]
    (refused,) = pq.read_table(tmp_path / "out" / "quarantine").to_pylist()
    assert (Path(refused["id"]).name, refused["source"], done.data["quarantined"]) == ("b.epub:0", "epub", 1)
    assert refused["error"].startswith("the document cannot be read: ")  # no memory, or no time


def book(page: str) -> bytes:
    container = '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfile full-path="b.opf"/></container>'
    item = '<manifest><item id="a" href="a.html" media-type="text/html"/></manifest><spine><itemref idref="a"/></spine>'
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("b.opf", f'<package xmlns="http://www.idpf.org/2007/opf">{item}</package>')
        archive.writestr("a.html", f"<html><body>{page}</body></html>")
    return out.getvalue()


@pytest.mark.parametrize("reader", [read.Pdf, read.Docx, read.Epub, read.Notebook])
def test_a_file_that_is_one_document_is_read_under_guard(reader: Callable[..., read.Reader]) -> None:
    assert reader("papers", source="mine").document_in(read.Span("papers/a")) == ("papers/a", "mine")
    assert read.union(ours=reader("papers")).document_in(read.Span("ours:papers/a")) == ("papers/a", "ours")


def test_a_probe_is_not_taken_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pypdfium2", reason="the extra 'documents' is not installed")
    (tmp_path / "a.pdf").write_bytes(bomb(1 << 17))
    (tmp_path / "b.pdf").write_bytes(good("fine"))
    monkeypatch.setattr(probe, "DOCUMENT_SECONDS", 1.5)
    rows = probe.sample(read.Pdf(str(tmp_path))).to_pylist()
    assert [row["text"] for row in rows] == [None, "fine"]
    assert "took too long" in rows[0]["error"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux alone")
def test_what_eats_memory_ends_before_the_machine_has_none(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="the extra 'documents' is not installed")
    (tmp_path / "a.pdf").write_bytes(billion_laughs(30, 20))
    code = f"""
from tilth import read
from tilth.executors.bounds import bound_memory, lift_bound
bound_memory(256 << 20)
try:
    bytearray(300 << 20)
except MemoryError:
    print("refused", flush=True)
lift_bound()
held = bytearray(300 << 20)
bound_memory(256 << 20)
read.Pdf("")._parse(open({str(tmp_path / "a.pdf")!r}, "rb").read())
print("not reached")
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (ended.stdout, ended.returncode < 0) == ("refused\n", True)


@dataclass(frozen=True)
class Fails(read.Reader):
    """One row a file; the parser of some fails as no one foresaw."""

    error: str = ""

    def document_in(self, span: read.Span) -> tuple[str, str] | None:
        return span.path, "fails"

    def read(self, span: read.Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        if span.path == "bad":
            raise {"KeyError": KeyError("part"), "OSError": OSError(5, "disk"), "RecursionError": RecursionError("deep")}[self.error]
        yield pa.record_batch([pa.array([value], STRING) for value in (span.path, "fails", "text", None)], schema=schema)


@pytest.mark.parametrize("error", ["KeyError", "RecursionError"])
def test_a_parser_that_fails_costs_its_document_alone(error: str) -> None:
    counts = [0, 0, 0]
    rows = pa.Table.from_batches(
        read_spans(Fails(error), base_schema(), [read.Span(name) for name in ("a", "bad", "c")], 0, Unguarded(), counts)
    ).to_pylist()
    assert (counts, [row["text"] for row in rows], rows[1]["id"]) == ([1, 1, 1], ["text", None, "text"], "bad:0")
    assert rows[1]["error"].startswith(f"the document cannot be read: {error}")


def test_a_disk_that_fails_is_not_the_documents_fault() -> None:
    with pytest.raises(OSError, match="disk"):
        list(read_spans(Fails("OSError"), base_schema(), [read.Span("bad")], 0, Unguarded(), [0]))
