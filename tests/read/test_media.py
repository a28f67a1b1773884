from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from media.pictures import drawn, saved, tone

from tilth import read, run
from tilth.errors import CorpusError


def fill(folder: Path) -> Path:
    (folder / "more").mkdir(parents=True)
    for name, data in {
        "a.png": saved(drawn(1)), "a.txt": b"one \n", "b.JPG": saved(drawn(2), "jpeg"), "b.json": b'{"caption": "two", "n": 2}',
        "more/c.wav": tone(), "more/d.png": b"no image", "more/e.png": saved(drawn(3)), "more/e.json": b"{", "notes.md": b"none",
    }.items():  # fmt: skip
        (folder / name).write_bytes(data)
    return folder


def rows(reader: read.Reader) -> dict[str, dict]:
    files = reader.files()
    schema = reader.schema(files)
    found = [row for file in files for span in reader.cut(file, 1) for batch in reader.read(span, schema) for row in batch.to_pylist()]
    return {Path(row["id"].removesuffix(":0")).name: row for row in found}


def test_each_file_is_a_row_with_the_words_beside_it(tmp_path: Path) -> None:
    found = rows(read.Media(str(fill(tmp_path / "in"))))
    texts = {"a.png": "one", "b.JPG": "two", "c.wav": None, "d.png": None, "e.png": None}
    assert {name: row["text"] for name, row in found.items()} == texts
    assert found["a.png"]["image"] == saved(drawn(1)) and found["c.wav"]["audio"] == tone() and found["c.wav"]["image"] is None
    assert found["b.JPG"]["json"] == '{"caption": "two", "n": 2}' and "words beside it" in found["e.png"]["error"]


def test_a_file_that_is_too_long_is_an_error(tmp_path: Path) -> None:
    found = rows(read.Media(str(fill(tmp_path / "in")), max_bytes=5000))
    assert "5000" in found["c.wav"]["error"] and found["c.wav"]["audio"] is None


def test_a_changed_caption_is_seen(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in")
    out = str(tmp_path / "out")
    (folder / "more" / "e.json").unlink()
    run(read.Media(str(folder)), [], out, "inline", probe=False)
    (folder / "a.txt").write_text("another")
    run(read.Media(str(folder)), [], out, "inline", probe=False)
    assert "another" in pq.read_table(tmp_path / "out" / "data")["text"].to_pylist()


def test_a_folder_without_any(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    with pytest.raises(CorpusError, match="no file is an image"):
        read.Media(str(tmp_path)).files()
