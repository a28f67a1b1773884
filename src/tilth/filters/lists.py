"""Lists that a user brings: plain text, a line an entry, packed or not, or a folder of such files."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Any

import fsspec
import numpy as np

from tilth.errors import RecipeError
from tilth.kernels.url import line_hashes

PACKED = ("", ".gz", ".bz2", ".xz", ".zst", ".txt", ".txt.gz")


def read_bytes(path: str) -> bytes:
    """Return the unpacked bytes of a file at any fsspec path; raises RecipeError where there is none."""
    try:
        with fsspec.open(path, "rb", compression="infer") as file:
            return bytes(file.read())
    except (OSError, ValueError, EOFError) as problem:
        raise RecipeError("A list cannot be read.", where=path, why=str(problem), fix="give a text file, or a folder of them") from None


def files(path: str, name: str = "") -> list[str]:
    """Return the file at `path`; of a folder all its files below it, or those called `name` (packed or not), in order of their names."""
    system: Any
    system, root = fsspec.core.url_to_fs(path)
    if not system.isdir(root):
        return [path]
    wanted = {name + ending for ending in PACKED}
    found = [each for each in sorted(system.find(root)) if not name or posixpath.basename(each) in wanted]
    if not found:
        raise RecipeError("A folder of lists is empty.", where=path, why=f"no file is called {name or 'anything'!r}", fix="check the path")
    return [str(system.unstrip_protocol(each)) for each in found]


def hashed(entries: str | Iterable[str], name: str = "") -> bytes:
    """Return sorted 64-bit hashes of the lines of a list, eight bytes each; `entries` is a path, or the entries themselves.

    `name` says which files of a folder are meant: "domains" of a folder in the form of the UT1 blacklists. Empty lines and comments (#)
    are left out. Four million domains take a second and 32 MB; one in 10^12 unlisted names is taken for a listed one.

    >>> len(hashed(["example.com", "example.org", "example.com"]))
    16
    """
    if not isinstance(entries, str):
        return _sorted(["\n".join(entries).encode()])
    return _sorted([read_bytes(path) for path in files(entries, name)])


def _sorted(lists: Iterable[bytes]) -> bytes:
    found = np.sort(np.concatenate([*(line_hashes(np.frombuffer(data, np.uint8)) for data in lists), np.zeros(0, np.uint64)]))
    first = np.concatenate(([True], found[1:] != found[:-1]))[: len(found)]  # numpy's `unique` takes a hundred times as long
    return found[first].astype("<u8").tobytes()


def lines(entries: str | Iterable[str], name: str = "") -> list[str]:
    """Return the lines of a list without white space around them, empty ones left out; raises RecipeError where it is not UTF-8.

    >>> lines(["one ", "", "two"])
    ['one', 'two']
    """
    if not isinstance(entries, str):
        return [entry.strip() for entry in entries if entry.strip()]
    try:
        texts = [read_bytes(path).decode("utf-8-sig") for path in files(entries, name)]
    except UnicodeDecodeError as problem:
        raise RecipeError("A list is not UTF-8 text.", where=entries, why=str(problem), fix="save it as UTF-8") from None
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def numbers(data: bytes) -> np.ndarray:
    """Return the hashes of a list, uint64[n], not copied."""
    return np.frombuffer(data, "<u8")
