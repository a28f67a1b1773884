"""PDF: pages in order, and what has no text says why."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tilth import read

pytest.importorskip("pypdfium2", reason="the extra 'documents' is not installed")

ReadAll = Callable[..., list[dict[str, Any]]]


def pdf(pages: Sequence[Sequence[str]], title: str = "") -> bytes:
    """A PDF whose pages have these lines (ASCII without brackets), in Helvetica."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for i, lines in enumerate(pages):
        content = "BT /F 12 Tf 14 TL 72 720 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F 3 0 R>>>>/Contents {5 + 2 * i} 0 R>>")
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
    objects.append(f"<</Title({title})/CreationDate(D:20240501123000Z)>>")
    data, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R/Info {len(objects)} 0 R>>\nstartxref\n{len(data)}\n%%EOF"
    return f"{data}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def locked(data: bytes) -> bytes:
    pypdf = pytest.importorskip("pypdf", reason="makes PDF files with a password")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out := io.BytesIO())
    return out.getvalue()


def picture() -> bytes:
    image = pytest.importorskip("PIL.Image", reason="the extra 'image' is not installed")
    image.new("RGB", (40, 40), "red").save(out := io.BytesIO(), "pdf")
    return out.getvalue()


def one(folder: Path, data: bytes, read_all: ReadAll, **options: Any) -> dict[str, Any]:
    (folder / "a.pdf").write_bytes(data)
    (row,) = read_all(read.Pdf(str(folder), **options), 1)
    return row


def test_pages_are_one_text_with_the_place_of_each(tmp_path: Path, read_all: ReadAll) -> None:
    row = one(tmp_path, pdf([["First line", "second"], [], ["Third page"]], "A title"), read_all)
    assert row["text"] == "First line\nsecond\n\n\n\nThird page"
    assert row["page_offsets"] == [0, 19, 21]
    assert [row["text"][at:][:5] for at in row["page_offsets"]][::2] == ["First", "Third"]
    assert (row["title"], row["author"], row["created"], row["scanned_pages"]) == ("A title", None, "2024-05-01T12:30:00", 0)
    assert row["error"] is None


@pytest.mark.parametrize(("make", "why"), [
    (lambda: locked(pdf([["hidden"]])), "locked: it opens with a password only"),
    (picture, "1 of 1 pages are scanned pictures"),
    (lambda: pdf([[]]), "no text: 0 of 1 pages"),
    (lambda: b"<html>no PDF at all</html>", "not a PDF file"),
    (lambda: pdf([["cut"]])[:40], "not a PDF file"),
])
def test_a_document_without_text_says_why(make: Callable[[], bytes], why: str, tmp_path: Path, read_all: ReadAll) -> None:
    assert why in one(tmp_path, make(), read_all)["error"]


def test_size_is_bounded(tmp_path: Path, read_all: ReadAll) -> None:
    data = pdf([["many words"] * 50] * 3)
    assert one(tmp_path, data, read_all, max_bytes=len(data))["error"] is None
    assert one(tmp_path, data, read_all, max_bytes=len(data) - 1)["error"].startswith("the file is longer")


def test_broken_words_are_whole_again() -> None:
    from tilth.read.pdf import _mended

    pages = ["state-of-the-art and self-made", "lever\ufffeage, self\ufffemade, in\ufffe"]
    assert _mended(pages)[1] == "leverage, self-made, in"


def test_real_documents(tmp_path: Path, shared: Path, read_all: ReadAll) -> None:
    with tarfile.open(shared / "semantic" / "sycamore_documents.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    rows = {Path(row["id"]).name.partition(".pdf")[0]: row for row in read_all(read.Pdf(str(tmp_path)))}
    assert len(rows) == 12
    assert [name for name, row in rows.items() if row["error"]] == ["test_simple_ocr"]
    assert "1 of 1 pages are scanned" in rows["test_simple_ocr"]["error"]
    assert "leveraging the Ray actor abstraction" in rows["Ray_page11"]["text"]
    assert rows["Transformer"]["title"] == "Attention is All you Need"
    report = rows["NVDA_10k_2025"]
    assert len(report["page_offsets"]) == 131
    assert "forward-looking statements" in report["text"]
    assert not any(sign in (row["text"] or "") for row in rows.values() for sign in "\r\ufffe\0")


def test_words_are_those_that_another_library_finds(tmp_path: Path, shared: Path, read_all: ReadAll) -> None:
    pypdf = pytest.importorskip("pypdf", reason="a second opinion on text")
    with tarfile.open(shared / "semantic" / "sycamore_documents.tar.gz") as archive:
        member = next(m for m in archive.getmembers() if m.name.endswith("ntsb1.pdf"))
        data = archive.extractfile(member).read()
    row = one(tmp_path, data, read_all)
    other = {word for page in pypdf.PdfReader(io.BytesIO(data)).pages for word in page.extract_text().split()}
    assert len(other & set(row["text"].split())) > 0.95 * len(other)
