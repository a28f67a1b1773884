"""Folders of HTML: a file is a page, its bytes untouched."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tilth import read


def test_each_file_is_a_page(tmp_path: Path, read_all: Callable[..., list[dict[str, Any]]]) -> None:
    (tmp_path / "a.html").write_bytes(b"<p>\xff\0")
    (tmp_path / "b.HTM.gz").write_bytes(gzip.compress(b"<p>b"))
    (tmp_path / "c.css").write_bytes(b"p {}")
    (tmp_path / "d.xhtml").write_bytes(b"x" * 100)
    rows = read_all(read.Html(str(tmp_path), max_bytes=99))
    assert rows == [
        {"id": f"{tmp_path}/a.html", "source": "html", "text": None, "html": b"<p>\xff\0", "path": f"{tmp_path}/a.html", "error": None},
        {"id": f"{tmp_path}/b.HTM.gz", "source": "html", "text": None, "html": b"<p>b", "path": f"{tmp_path}/b.HTM.gz", "error": None},
        {
            "id": f"{tmp_path}/d.xhtml:0", "source": "html", "text": None, "html": None, "path": None,
            "error": "the file is longer than max_bytes=99",
        },
    ]
