"""Which files a path means, in which order, and how they are told apart from what they were before."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from tilth.errors import CorpusError
from tilth.read.files import list_files, name_in, open_file, size_of


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.jsonl", "a.jsonl", "sub/c.jsonl.gz", "sub/deep/d.jsonl", "notes.txt", ".hidden.jsonl", ".git/e.jsonl", "odd[1].jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}\n")
    return tmp_path


def names(found: list, root: Path) -> list[str]:
    return [os.path.relpath(file.path, root) for file in found]


@pytest.mark.parametrize(("pattern", "expected"), [
    ("", ["a.jsonl", "b.jsonl", "odd[1].jsonl", "sub/c.jsonl.gz", "sub/deep/d.jsonl"]),
    ("*.jsonl", ["a.jsonl", "b.jsonl", "odd[1].jsonl"]),
    ("**/*.jsonl", ["a.jsonl", "b.jsonl", "odd[1].jsonl", "sub/deep/d.jsonl"]),
    ("sub", ["sub/c.jsonl.gz", "sub/deep/d.jsonl"]),
    ("s*", ["sub/c.jsonl.gz", "sub/deep/d.jsonl"]),
    ("notes.txt", ["notes.txt"]),
    ("odd[1].jsonl", ["odd[1].jsonl"]),
    ("[ab].jsonl", ["a.jsonl", "b.jsonl"]),
])
def test_paths_are_files_globs_or_folders(tree: Path, pattern: str, expected: list[str]) -> None:
    found = list_files(os.path.join(tree, pattern), (".jsonl", ".jsonl.gz"), "here")
    assert names(found, tree) == expected
    assert [file.path for file in found] == sorted(file.path for file in found)


def test_several_paths_give_each_file_once(tree: Path) -> None:
    found = list_files((f"{tree}/b.jsonl", f"{tree}/*.jsonl", f"{tree}/./a.jsonl"), (), "here")
    assert names(found, tree) == ["a.jsonl", "b.jsonl", "odd[1].jsonl"]


def test_relative_paths_stay_relative(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert [file.path for file in list_files("./sub", (".jsonl",), "here")] == ["sub/deep/d.jsonl"]


def test_links_that_lead_nowhere_are_no_files(tree: Path) -> None:
    (tree / "sub/gone.jsonl").symlink_to(tree / "nowhere")
    assert names(list_files(f"{tree}/sub", (".jsonl",), "here"), tree) == ["sub/deep/d.jsonl"]


def test_size_and_stamp_tell_that_a_file_changed(tree: Path) -> None:
    path = tree / "a.jsonl"
    os.utime(path, ns=(5, 7))
    assert list_files(str(path), (), "here") == [type(list_files(str(path), (), "here")[0])(str(path), 3, "7")]
    assert size_of(str(path)) == 3


def test_nothing_to_read_is_an_error_that_says_where(tree: Path) -> None:
    with pytest.raises(CorpusError, match=r"(?s)empty.*read\.X.*no file matches"):
        list_files(f"{tree}/*.parquet", (), "read.X")
    with pytest.raises(CorpusError, match=r"looked for \.pq"):
        list_files(str(tree), (".pq",), "read.X")
    (tree / "empty").mkdir()
    (tree / "empty/a").touch()
    with pytest.raises(CorpusError, match="every one of 1 files is empty"):
        list_files(f"{tree}/empty", (), "read.X")


@pytest.mark.parametrize(("paths", "path", "name"), [
    ("docs", "docs/a/b.md", "docs/a/b.md"), ("docs/a.md", "docs/a.md", "a.md"), (("x/*.md", "y/*.md"), "y/b.md", "y/b.md"),
    ("/data/*/x", "/data/1/x", "1/x"), (("s3://bucket/a", "/data/*"), "/data/b", "b"), ("a.md", "a.md", "a.md"),
])
def test_names_are_below_the_folder_that_all_paths_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paths: str | tuple[str, ...], path: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert name_in(paths, path) == name


def test_fsspec_urls_are_read_like_files(tree: Path) -> None:
    found = list_files(f"file://{tree}/sub/**/*.jsonl", (), "here")
    assert [file.path for file in found] == [f"file://{tree}/sub/deep/d.jsonl"]
    assert size_of(found[0].path) == 3
    assert found[0].stamp
    with open_file(found[0].path) as file:
        assert file.read() == b"{}\n"


def test_files_inside_archives_are_read_where_they_are(tree: Path) -> None:
    with zipfile.ZipFile(tree / "all.zip", "w") as packed:
        packed.writestr("in/a.jsonl", "{}\n")
        packed.writestr("in/b.txt", "no")
    found = list_files(f"zip://in/*.jsonl::{tree}/all.zip", (), "here")
    assert [file.path for file in found] == [f"zip://in/a.jsonl::{tree}/all.zip"]
    with open_file(found[0].path) as file:
        assert file.read() == b"{}\n"
