"""Lists as users have them: plain, packed, folders, with comments, other line ends, or not there at all."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.filters.lists import files, hashed, lines, numbers


def test_the_same_entries_in_any_form_are_the_same_bytes(tmp_path: Path) -> None:
    text = "# comment\nb.com\r\n\n  a.com \nb.com"
    (tmp_path / "plain").write_text(text)
    (tmp_path / "packed.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "adult").mkdir()
    (tmp_path / "adult" / "domains").write_text("b.com")
    (tmp_path / "adult" / "urls").write_text("not/this")
    (tmp_path / "games").mkdir()
    (tmp_path / "games" / "domains.gz").write_bytes(gzip.compress(b"a.com"))
    (tmp_path / "games" / "domains.old").write_text("not.this")
    folder = tmp_path / "ut1"
    folder.mkdir()
    for name in ("adult", "games"):
        (tmp_path / name).rename(folder / name)
    expected = hashed(("a.com", "b.com"))
    assert len(expected) == 16
    assert expected == hashed(str(tmp_path / "plain")) == hashed(str(tmp_path / "packed.gz")) == hashed(str(folder), "domains")


@given(st.lists(st.text(alphabet="ab.#\t é", max_size=5)))
def test_hashes_are_sorted_and_one_for_each_line(entries: list[str]) -> None:
    plain = {entry.strip(" \t") for entry in entries if entry.strip(" \t") and not entry.startswith("#")}
    found = numbers(hashed(entries))
    assert len(found) == len(plain)
    assert (np.diff(found.astype(object)) > 0).all()


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="nowhere"):
        hashed(str(tmp_path / "nowhere"))
    (tmp_path / "broken.gz").write_bytes(b"no gzip")
    with pytest.raises(RecipeError, match=r"broken\.gz"):
        hashed(str(tmp_path / "broken.gz"))
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    with pytest.raises(RecipeError, match="not UTF-8"):
        lines(str(tmp_path / "latin"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecipeError, match="empty"):
        files(str(tmp_path / "empty"), "domains")
