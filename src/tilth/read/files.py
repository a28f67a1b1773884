"""Where a corpus lies: paths, globs, folders and fsspec URLs become a sorted list of files, each with its size and a stamp."""

from __future__ import annotations

import functools
import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import fsspec

from tilth.errors import CorpusError
from tilth.read.reader import File

Paths = str | tuple[str, ...]
_STAMPS = ("ETag", "etag", "md5Hash", "generation", "checksum", "CRC", "LastModified", "mtime", "created")


def list_files(paths: Paths, suffixes: tuple[str, ...], where: str) -> list[File]:
    """Return every file that `paths` name, sorted by path, each once; raise CorpusError.empty where there is no byte to read.

    A path is a file, a glob (`**` for any depth), a folder or a URL that fsspec knows. Of a folder only files that end in one
    of `suffixes` count (no suffixes: all files), and no hidden ones.
    """
    found = {file.path: file for path in _each(paths) for file in (_remote if is_url(path) else _local)(path, suffixes)}
    if not found:
        kinds = f" (looked for {', '.join(suffixes)} in folders)" if suffixes else ""
        raise CorpusError.empty(where, f"no file matches {paths!r}{kinds}")
    if not any(file.size for file in found.values()):
        raise CorpusError.empty(where, f"every one of {len(found)} files is empty")
    return [found[path] for path in sorted(found)]


@contextmanager
def open_file(path: str) -> Iterator[BinaryIO]:
    """Open a local path or a URL to read bytes from."""
    if not is_url(path):
        with open(path, "rb") as file:
            yield file
        return
    filesystem, inner = fsspec.core.url_to_fs(path)  # held on to: an archive closes when its file system is no longer used
    with filesystem.open(inner, "rb") as file:
        yield file


def size_of(path: str) -> int:
    """Bytes of one file."""
    if not is_url(path):
        return os.path.getsize(path)
    filesystem, inner = fsspec.core.url_to_fs(path)
    return int(filesystem.size(inner))


def name_in(paths: Paths, path: str) -> str:
    """Return a local file's path below the folder that all of `paths` share, with "/"; a URL as it is.

    >>> name_in("crawl/*/*.jsonl", "crawl/2024/a.jsonl"), name_in("s3://bucket", "s3://bucket/a.jsonl")
    ('2024/a.jsonl', 's3://bucket/a.jsonl')
    """
    return path if is_url(path) else os.path.relpath(path, _shared_folder(_each(paths))).replace(os.sep, "/")


def is_url(path: str) -> bool:
    """Whether fsspec must open it.

    >>> is_url("s3://bucket/key"), is_url("zip://a.jsonl::b.zip"), is_url("/data/a.jsonl")
    (True, True, False)
    """
    return "://" in path or "::" in path


def _each(paths: Paths) -> tuple[str, ...]:
    return (paths,) if isinstance(paths, str) else tuple(paths)


@functools.lru_cache(maxsize=64)
def _shared_folder(paths: tuple[str, ...]) -> str:
    return os.path.commonpath([os.path.abspath(_folder(path)) for path in paths if not is_url(path)])


def _folder(path: str) -> str:
    """The folder in which a local path begins to choose."""
    if os.path.isdir(path):
        return path
    if os.path.exists(path):
        return os.path.dirname(path)
    parts = path.split(os.sep)
    fixed = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    return os.sep.join(parts[:fixed]) or (os.sep if path.startswith(os.sep) else os.curdir)


def _local(path: str, suffixes: tuple[str, ...]) -> Iterator[File]:
    for match in [path] if os.path.exists(path) else glob.iglob(path, recursive=True):
        for file in _walk(match, suffixes) if os.path.isdir(match) else [match]:
            about = os.stat(file)
            yield File(os.path.normpath(file), about.st_size, str(about.st_mtime_ns))


def _walk(folder: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files = (os.path.join(here, name) for name in names if _wanted(name, suffixes))
        yield from (file for file in files if os.path.isfile(file))  # not sockets, pipes, dangling links


def _remote(url: str, suffixes: tuple[str, ...]) -> Iterator[File]:
    filesystem, inner = fsspec.core.url_to_fs(url)
    filesystem.invalidate_cache()  # a listing from earlier in this process may be out of date
    magic = "*" in url if url.startswith("http") else glob.has_magic(inner)  # in a web address ? begins the query
    if magic:
        matches = filesystem.glob(inner, detail=True)
    elif filesystem.isdir(inner):
        matches = {path: about for path, about in filesystem.find(inner, detail=True).items() if _wanted(os.path.basename(path), suffixes)}
    else:
        matches = {inner: filesystem.info(inner)} if filesystem.exists(inner) else {}
    for path, about in matches.items():
        if about["type"] == "file":
            yield File(_url(url, filesystem, path), int(about["size"] or 0), _stamp(about))


def _url(asked: str, filesystem: Any, path: str) -> str:
    head, chain, tail = asked.partition("::")
    return f"{head.partition('://')[0]}://{path}::{tail}" if chain else str(filesystem.unstrip_protocol(path))


def _stamp(about: dict[str, Any]) -> str:
    return next((str(about[key]).strip('"') for key in _STAMPS if about.get(key)), "")


def _wanted(name: str, suffixes: tuple[str, ...]) -> bool:
    return not name.startswith(".") and (not suffixes or name.lower().endswith(suffixes))
