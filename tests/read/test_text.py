"""Folders of text: a file is a document, and what is no text is told."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import read
from tilth.errors import CorpusError
from tilth.read.text import decode

ReadAll = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    files = {"a.md": b"# A", "sub/b.py": b"b = 1\r\n", "sub/c.txt.gz": gzip.compress(b"c\0"), "d.bin": b"\xff\x00", "drafts/e.md": b"e"}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_each_file_is_a_document(docs: Path, read_all: ReadAll) -> None:
    rows = read_all(read.Text(str(docs)), 1)
    good = [row["path"].removeprefix(f"{docs}/") for row in rows if not row["error"]]
    assert good == ["a.md", "drafts/e.md", "sub/b.py", "sub/c.txt.gz"]
    assert rows[0] == {"id": f"{docs}/a.md", "source": "text", "text": "# A", "path": f"{docs}/a.md", "error": None}
    assert [row["text"] for row in rows if "/sub/" in row["id"]] == ["b = 1\r\n", "c\0"]
    bad = next(row for row in rows if row["error"])
    assert bad["id"] == f"{docs}/d.bin:0"
    assert bad["error"] == "not utf-8 at byte 0; if it is text, name what it is: encoding='...'"


def test_files_are_chosen_by_pattern(docs: Path) -> None:
    def names(**options: Any) -> list[str]:
        return [file.path.removeprefix(f"{docs}/") for file in read.Text(str(docs), **options).files()]

    assert names(include=("*.md", "*.py")) == ["a.md", "drafts/e.md", "sub/b.py"]
    assert names(include=("*.md",), exclude=("drafts/*",)) == ["a.md"]
    assert names(include=("sub/*",)) == ["sub/b.py", "sub/c.txt.gz"]
    with pytest.raises(CorpusError, match=r"(?s)empty.*include=\('\*\.rst',\)"):
        names(include=("*.rst",))


@pytest.mark.parametrize(("data", "text"), [
    (codecs.BOM_UTF8 + b"a", "a"), (b"", ""), ("é\0".encode(), "é\0"),
    (codecs.BOM_UTF16_LE + "aé".encode("utf-16-le"), "aé"), (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "é"),
    (codecs.BOM_UTF32_LE + "é".encode("utf-32-le"), "é"), (codecs.BOM_UTF32_BE + "é".encode("utf-32-be"), "é"),
])
def test_byte_order_marks_say_what_a_file_is(data: bytes, text: str) -> None:
    assert decode(data) == text


@given(st.text(), st.sampled_from([None, "latin-1"]))
def test_utf8_comes_before_any_other_encoding(text: str, encoding: str | None) -> None:
    assert decode(text.encode(), encoding) == text.removeprefix("\ufeff")


def test_a_named_encoding_is_used_where_utf8_does_not_fit(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "a.txt").write_bytes(b"caf\xe9 \x81")
    assert read_all(read.Text(str(tmp_path), encoding="cp1252"))[0]["text"] == "café �"
    assert read_all(read.Text(str(tmp_path)))[0]["error"].startswith("not utf-8 at byte 3")


def test_what_is_too_long_or_cut_off(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 100)
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"x" * 1_000_000))
    (tmp_path / "c.txt.gz").write_bytes(gzip.compress(b"some text here")[:-12])
    (tmp_path / "d.txt").write_bytes(b"x" * 99)
    (tmp_path / "e.txt").touch()
    errors = [row["error"] for row in read_all(read.Text(str(tmp_path), max_bytes=99))]
    assert errors[:2] == ["the file is longer than max_bytes=99"] * 2
    assert "near byte" in errors[2]
    assert errors[3:] == [None, None]
