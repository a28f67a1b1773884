"""Languages by the names of files."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth.filters.code_languages import NAMES, languages


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.py", "python"), ("dir.d/A.PY", "python"), ("c:\\mills\\wheel.CS", "c#"), ("a.tar.js:120", "javascript"),
        ("Makefile", "makefile"),
        ("x/Dockerfile", "dockerfile"), ("py", "python"), (".py", "python"), ("Python", "python"), ("C++", "c++"), ("c-sharp", "c#"),
        ("README", ""), ("", ""), ("a.unknown", ""), ("a\nb.rs", "rust"), ("s3://bucket/key.go", "go"), ("https://x.org/a.html", "html"),
    ],
)
def test_a_name_tells_the_language(path: str, language: str) -> None:
    assert languages(pa.array([path])).to_pylist() == [language]


def test_of_any_array() -> None:
    assert languages(pa.array([None, "a.c"])).to_pylist() == ["", "c"]
    assert languages(pa.array([], pa.string())).to_pylist() == []
    assert languages(pa.array([1, 2])).to_pylist() == ["", ""]


def test_every_language_has_a_name_that_is_known() -> None:
    assert languages(pa.array(NAMES)).to_pylist() == list(NAMES)
