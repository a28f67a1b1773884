"""Which reader reads a path: the names of the files decide, and for .json how the first begins."""

from __future__ import annotations

import dataclasses
import difflib
import glob
from collections import Counter
from pathlib import Path, PurePosixPath

import tilth.read
from tilth.errors import CorpusError
from tilth.read.files import is_url, list_files
from tilth.read.reader import Reader
from tilth.read.streams import Broken, read_at_most

KINDS = {
    ".jsonl": "Jsonl", ".ndjson": "Jsonl", ".json": "Jsonl", ".parquet": "Parquet", ".csv": "Csv", ".tsv": "Csv",
    ".warc": "Warc", ".html": "Html", ".htm": "Html", ".txt": "Text", ".md": "Text",
    ".pdf": "Pdf", ".docx": "Docx", ".epub": "Epub", ".mbox": "Mbox", ".eml": "Mbox", ".ipynb": "Notebook",
    ".arrow": "Arrow", ".feather": "Arrow", ".tar": "WebDataset",
}
HEAD = 4096
PACKED = (".gz", ".zst", ".bz2", ".lz4", ".xz")


def reader_of(paths: tuple[str, ...], like: Reader | None = None) -> Reader:
    """Return the reader for these files, folders, globs or URLs; one of the kind of `like` keeps its other settings.

    Raises CorpusError where nothing is found, where no reader knows the files, and where they are of several kinds.
    """
    for path in paths:
        _refuse_nothing(path)
    kinds = {KINDS.get(suffix(path), "") for path in paths}
    if "" in kinds or len(kinds) > 1:
        kinds = {_kind_of(paths)}
    kind = kinds.pop()
    reader = getattr(tilth.read, "Json" if kind == "Jsonl" and _is_array(paths) else kind)
    given = paths[0] if len(paths) == 1 else paths
    return dataclasses.replace(like, path=given) if type(like) is reader else reader(given)  # type: ignore[type-var, return-value]


def _refuse_nothing(path: str) -> None:
    """Raise CorpusError for a path that is not there, with those beside it that are called alike, and for an empty folder."""
    place = Path(path)
    if is_url(path) or glob.has_magic(path) or place.is_file():
        return
    if place.is_dir():
        if not any(place.iterdir()):
            raise CorpusError.empty(path, "the folder holds nothing")
        return
    beside = [each.name for each in place.parent.iterdir()] if place.parent.is_dir() else []
    near = [str(place.parent / each) for each in difflib.get_close_matches(place.name, beside)]
    fix = f"did you mean {' or '.join(near)}?" if near else "check the path"
    raise CorpusError("There is no such file or folder.", where=path, why="no file matches", fix=fix)


def _kind_of(paths: tuple[str, ...]) -> str:
    where = ", ".join(paths)
    found = Counter(suffix(file.path) for file in list_files(paths, (), where))
    kinds = {KINDS[name] for name in found if name in KINDS}
    if len(kinds) == 1:
        return kinds.pop()
    seen = ", ".join(f"{name or 'no suffix'} ({count})" for name, count in found.most_common(8))
    if not kinds:
        known = f"readers know {', '.join(KINDS)}; for others name the reader in the recipe (docs/readers.md)"
        raise CorpusError("No reader knows these files.", where=where, why=f"they end in {seen}", fix=known)
    most = next(name for name, _ in found.most_common() if name in KINDS)
    fix = f"name one kind, as in '{paths[0].rstrip('/')}/**/*{most}', or read several by read.union in a recipe"
    raise CorpusError("The files are of several kinds.", where=where, why=f"they end in {seen}", fix=fix)


def _is_array(paths: tuple[str, ...]) -> bool:
    """Whether the first file is called .json and begins as one array or object of several lines does, and not as JSON Lines."""
    if not {suffix(path) for path in paths} & {".json", ""}:
        return False
    first = list_files(paths, (), ", ".join(paths))[0].path
    try:
        head = read_at_most(first, HEAD).lstrip() if suffix(first) == ".json" else b""
    except Broken:
        return False
    return head.startswith(b"[") or head.partition(b"\n")[0].strip() == b"{"


def suffix(path: str) -> str:
    """Return how a file's name ends, compression aside.

    >>> suffix("s3://bucket/CC-MAIN.warc.gz"), suffix("crawl/*.jsonl.zst"), suffix("crawl/")
    ('.warc', '.jsonl', '')
    """
    name = PurePosixPath(path)
    return PurePosixPath(name.stem).suffix.lower() if name.suffix.lower() in PACKED else name.suffix.lower()
