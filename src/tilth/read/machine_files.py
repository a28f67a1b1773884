"""Texts that lie on this machine: descriptions, licences and sources of what Python has installed, and the system's documentation."""

from __future__ import annotations

import gzip
import hashlib
import importlib.metadata
import os
import re
import site
import sysconfig
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

DOC = Path("/usr/share/doc")
LARGEST = 1 << 20  # bytes of one file; larger ones are data, not documents
_LICENCE = re.compile(r"(licen[cs]e|copying|notice|copyright)([-_.](?!py|json).*)?", re.IGNORECASE)
_INSTALLED = {"site-packages", "dist-packages"}  # the folder of what is installed is called so; what lies below is a package's own
_PAGES = (".html", ".htm", ".xhtml")
_NO_TEXT = (
    *_PAGES, ".png", ".gif", ".jpg", ".svg", ".ico", ".woff", ".woff2", ".pdf", ".ps", ".eps", ".dvi",
    ".json", ".xml", ".sgml", ".devhelp2", ".css", ".map", ".db", ".pem", ".log",
)  # fmt: skip


@dataclass(frozen=True)
class Document:
    """A text, the name that it is known by, and the file that it comes from."""

    id: str
    text: str
    path: str


@dataclass(frozen=True)
class Found:
    """A file that may be read: its name below the folder searched, where it is, and its size in bytes, decompressed."""

    name: str
    path: Path
    size: int


def packages() -> Iterator[Document]:
    """Yield the description of each installed distribution (its README, as a rule), by name."""
    for name, distribution in sorted(_distributions().items()):
        text = distribution.metadata.json.get("description") or ""
        if isinstance(text, str) and text.strip():
            yield Document(name, text, _name(Path(str(distribution.locate_file("")))))


def licences() -> Iterator[Document]:
    """Yield the licence files that installed distributions brought along: LICENSE, COPYING, NOTICE and the like."""
    for name, distribution in sorted(_distributions().items()):
        for file in sorted(distribution.files or (), key=str):
            path = Path(str(distribution.locate_file(file)))
            if _LICENCE.fullmatch(file.name) and path.is_file():
                text = read(path)
                if text:
                    yield Document(f"{name}/{file}", text, _name(path))


def python(most: int = 24 << 20, roots: dict[str, Path] | None = None) -> Iterator[Document]:
    """Yield Python sources of the standard library and of what is installed: a fixed sample of `most` bytes."""
    found: list[Found] = []
    for name, root in (roots or _python_roots()).items():
        files = walk(root, leave_out=("site-packages", "dist-packages", "__pycache__"))
        found += [Found(f"{name}/{file.name}", file.path, file.size) for file in files if file.name.endswith(".py")]
    yield from _documents(choose(found, most))


def debian(most: int = 32 << 20, each: int = 4 << 20, root: Path = DOC) -> Iterator[Document]:
    """Yield the texts of the system's documentation: at most `most` bytes, `each` of one package, compressed ones after all others."""
    yield from _documents(choose((file for file in walk(root) if _is_text(file.name)), most, each))


def debian_pages(most: int = 8 << 20, each: int = 4 << 20, root: Path = DOC) -> list[Found]:
    """Return the HTML files of the system's documentation, bounded as `debian` is."""
    return choose((file for file in walk(root) if file.name.endswith(_PAGES)), most, each)


def choose(files: Iterable[Found], most: int, each: int | None = None) -> list[Found]:
    """Return files of `most` bytes together, and `each` bytes a top folder, in the order of their names.

    Which ones depends on their names alone: in the order of a hash, plain files before compressed ones, each is taken that fits. So a
    file more or less changes the choice little, and no folder is preferred.

    >>> files = [Found(f"{folder}/{i}", Path("x"), 10) for folder in "ab" for i in range(9)]
    >>> [file.name for file in choose(files, most=50, each=30)]
    ['a/3', 'a/5', 'a/8', 'b/1', 'b/2']
    """
    taken, total, folders = [], 0, Counter[str]()
    for file in sorted(files, key=_rank):
        folder = file.name.partition("/")[0]
        if total + file.size <= most and (each is None or folders[folder] + file.size <= each):
            taken.append(file)
            total += file.size
            folders[folder] += file.size
    return sorted(taken, key=lambda file: file.name)


def walk(root: Path, leave_out: tuple[str, ...] = ()) -> Iterator[Found]:
    """Yield the files below `root`, but those that are empty, too large, hidden, or links (duplicates that nobody made)."""
    for here, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in leave_out and not name.startswith("."))
        for name in sorted(names):
            path = Path(here, name)
            if name.startswith(".") or path.is_symlink() or not path.is_file():
                continue
            size = _size(path)
            if 0 < size <= LARGEST:
                yield Found(path.relative_to(root).as_posix(), path, size)


def read(path: Path) -> str | None:
    """Return the text of a file, decompressed: UTF-8, or else Latin-1; None for what cannot be read, is no text, or is too large."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error):
        return None
    if len(data) > LARGEST or b"\0" in data or not data.strip():
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _documents(files: list[Found]) -> Iterator[Document]:
    for file in files:
        text = read(file.path)
        if text:
            yield Document(os.fsencode(file.name).decode(errors="replace"), text, _name(file.path))


def _distributions() -> dict[str, importlib.metadata.Distribution]:
    """Return what is installed by name, the first of each on the path, as imports find it.

    Not what a package brought along for itself: setuptools and Ray put theirs on the path of every process that imports them.
    """
    found: dict[str, importlib.metadata.Distribution] = {}
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        parts = Path(str(distribution.locate_file(""))).parts
        if name and not _INSTALLED & set(parts[:-1]):
            found.setdefault(name.lower(), distribution)
    return found


def _python_roots() -> dict[str, Path]:
    installed = {Path(folder).name: Path(folder) for folder in reversed(site.getsitepackages()) if os.path.isdir(folder)}
    return {"stdlib": Path(sysconfig.get_paths()["stdlib"]), **installed}


def _is_text(name: str) -> bool:
    return not name.removesuffix(".gz").lower().endswith(_NO_TEXT)


def _rank(file: Found) -> tuple[bool, bytes]:
    return file.name.endswith(".gz"), hashlib.blake2b(os.fsencode(file.name), digest_size=8).digest()


def _size(path: Path) -> int:
    if path.suffix != ".gz":
        return path.stat().st_size
    with path.open("rb") as file:  # a gzip file ends with the size of its content, modulo 2^32; reading is bounded all the same
        length = file.seek(0, os.SEEK_END)
        file.seek(max(0, length - 4))
        return int.from_bytes(file.read(4), "little")


def _name(path: Path) -> str:
    return os.fsencode(path).decode(errors="replace")
