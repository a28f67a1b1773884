"""DOCX: what python-docx writes and Word's own oddities become Markdown."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tilth import read

pytest.importorskip("lxml", reason="the extra 'documents' is not installed")
docx = pytest.importorskip("docx", reason="python-docx makes the files of this test")

ReadAll = Callable[..., list[dict[str, Any]]]
WIDE = "<w:tr><w:tc><w:tcPr><w:gridSpan w:val='1000'/></w:tcPr></w:tc></w:tr>"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def letter() -> bytes:
    made = docx.Document()
    made.core_properties.title, made.core_properties.author = "On soil", "A. Bee"
    made.add_heading("Soil", 0)
    made.add_paragraph("Made ready\tfor seed.")
    made.add_heading("Kinds", 2)
    made.add_paragraph("clay", "List Bullet")
    made.add_paragraph("loam", "List Bullet")
    table = made.add_table(2, 2)
    for cell, text in zip([cell for row in table.rows for cell in row.cells], ["Crop", "t|ha", "Rye", "4"], strict=True):
        cell.text = text
    made.add_paragraph("The end.")
    made.save(out := io.BytesIO())
    return out.getvalue()


def word(body: str) -> bytes:
    with zipfile.ZipFile(out := io.BytesIO(), "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
    return out.getvalue()


def one(folder: Path, data: bytes, read_all: ReadAll, **options: Any) -> dict[str, Any]:
    (folder / "a.docx").write_bytes(data)
    (row,) = read_all(read.Docx(str(folder), **options), 1)
    return row


def test_a_letter_becomes_markdown(tmp_path: Path, read_all: ReadAll) -> None:
    row = one(tmp_path, letter(), read_all)
    table = "| Crop | t\\|ha |\n| --- | --- |\n| Rye | 4 |"
    assert row["text"] == f"# Soil\n\nMade ready\tfor seed.\n\n## Kinds\n\n- clay\n- loam\n\n{table}\n\nThe end."
    assert (row["title"], row["author"], row["tables"], row["error"]) == ("On soil", "A. Bee", 1, None)


@pytest.mark.parametrize(("body", "text"), [
    ("<w:p><w:pPr><w:numPr><w:ilvl w:val='1'/></w:numPr></w:pPr><w:r><w:t>b</w:t></w:r></w:p>" * 2, "  - b\n  - b"),
    ("<w:p><w:del><w:r><w:t>gone</w:t></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>", "new"),
    ("<w:sdt><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p></w:sdtContent></w:sdt>", "in a control"),
    ("<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:noBreakHyphen/><w:instrText>PAGE</w:instrText></w:r></w:p>", "a\nb-"),
    ("<w:p><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p><w:p/><w:p><w:r><w:t>é</w:t></w:r></w:p>", "link\n\né"),
    ("<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
     "| a |  |\n| --- | --- |"),
])
def test_the_forms_that_word_writes(body: str, text: str, tmp_path: Path, read_all: ReadAll) -> None:
    row = one(tmp_path, word(body), read_all)
    assert (row["text"], row["error"]) == (text, None)


@pytest.mark.parametrize(("data", "why"), [
    (b"{\\rtf1 text}", "not a ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "locked by a password, or from before 2007"),
    (word("<w:p/>"), "no text in this document"),
    (word("")[:-30], "not a ZIP archive, or a damaged one"),
    (word(f"<w:p><w:r><w:t>{'a' * 200_000}</w:t></w:r></w:p>"), "longer than max_bytes"),
    (word(f"<w:tbl>{WIDE * 1001}</w:tbl>"), "more than 1,000,000 cells"),
])
def test_what_is_no_letter_says_why(data: bytes, why: str, tmp_path: Path, read_all: ReadAll) -> None:
    assert why in one(tmp_path, data, read_all, max_bytes=150_000)["error"]


def test_a_real_document_has_the_words_that_python_docx_finds(tmp_path: Path, shared: Path, read_all: ReadAll) -> None:
    with tarfile.open(shared / "semantic" / "sycamore_documents.tar.gz") as archive:
        data = archive.extractfile(next(m for m in archive.getmembers() if m.name.endswith(".docx"))).read()
    row = one(tmp_path, data, read_all)
    other = " ".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs).split()
    assert other
    assert set(other) <= set(row["text"].split())
    assert row["author"] == "Vinayak Thapliyal"
