"""Folders of images, sounds and films, each with the words that lie beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pyarrow as pa

from tilth.errors import CorpusError
from tilth.read.columns import BINARY, STRING, base_schema
from tilth.read.files import Paths, list_files, open_file, size_of
from tilth.read.reader import File, Reader, Span
from tilth.read.small_files import FileRow, rows_of_files
from tilth.read.text import decode, whole_file

KINDS = {
    "image": ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "ppm", "pgm", "avif", "heic", "svg"),
    "audio": ("wav", "flac", "ogg", "oga", "opus", "mp3", "m4a", "aac"),
    "video": ("mp4", "webm", "mkv", "mov", "avi", "m4v"),
}
CAPTIONS = ("txt", "caption", "json")
MEDIA = base_schema(*(pa.field(kind, BINARY) for kind in KINDS), pa.field("json", STRING))
_OF = {suffix: kind for kind, suffixes in KINDS.items() for suffix in suffixes}


def kind_of(name: str) -> str | None:
    """Return the column that a file's bytes go to, by the end of its name; None where it is no image, sound or film.

    >>> kind_of("a/Cat.JPG"), kind_of("cat.txt")
    ('image', None)
    """
    return _OF.get(name.rpartition(".")[2].lower())


def caption_in(data: bytes) -> tuple[str | None, str]:
    """Return what the JSON beside a file says of it (its "caption" or "text"), and the JSON; raise ValueError where it is none.

    >>> caption_in(b'{"caption": "a cat", "width": 9}')
    ('a cat', '{"caption": "a cat", "width": 9}')
    """
    found = orjson.loads(data)
    said = [found.get(name) for name in ("caption", "text")] if isinstance(found, dict) else []
    return next((each for each in said if isinstance(each, str)), None), data.decode()


@dataclass(frozen=True)
class Media(Reader):
    """Read each image, sound or film below a folder as one row: its bytes in `image`, `audio` or `video` (large_binary).

    `text` is what the file of the same name says that ends in .txt or .caption, or the "caption" or "text" of one that ends in .json,
    which is kept whole in `json`; null where there is none. Files longer than `max_bytes` are rows with an error. What a file is goes by
    its name here; the steps that decode it see what it really is.

    >>> Media("photos/").source
    'media'
    """

    path: Paths
    source: str = "media"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        where = f"read.Media({self.path!r})"
        listed = list_files(self.path, (), where)
        beside = {file.path: file for file in listed}
        found = [self._stamped(file, beside) for file in listed if kind_of(file.path)]
        if not found:
            raise CorpusError.empty(where, "no file is an image, a sound or a film by its name")
        return found

    def digest(self, file: File) -> str:
        digests = [super().digest(replace(file, stamp=file.stamp.partition(" ")[0]))]
        for path in _beside(file.path):
            if (size := _size(path)) is not None:
                digests.append(super().digest(File(path, size, file.stamp)))
        return "-".join(digests)

    def schema(self, files: list[File]) -> pa.Schema:
        return MEDIA

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        return (batch for batch, _ in self.read_all([span], schema))

    def read_all(self, spans: Sequence[Span], schema: pa.Schema) -> Iterator[tuple[pa.RecordBatch, dict[int, int]]]:
        return rows_of_files(spans, self._row, schema, self.source)

    def _row(self, path: str) -> FileRow:
        data, error = whole_file(path, self.max_bytes)
        if error:
            return FileRow({}, error)
        try:
            return FileRow({"id": path, str(kind_of(path)): data, **self._said(path)}, size=len(data))
        except ValueError as fault:  # no UTF-8, no JSON
            return FileRow({}, f"the words beside it cannot be read: {fault}")

    def _said(self, path: str) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for beside in _beside(path):
            if _size(beside) is None:
                continue
            with open_file(beside) as file:
                data = file.read(self.max_bytes)
            if beside.endswith(".json"):
                caption, said["json"] = caption_in(data)
                said.setdefault("text", caption)
            else:
                said["text"] = decode(data).strip()
        return said

    def _stamped(self, file: File, beside: dict[str, File]) -> File:
        """The file with a stamp that changes when the words beside it do."""
        stamps = [beside[path].stamp for path in _beside(file.path) if path in beside]
        return replace(file, stamp=" ".join([file.stamp, *stamps]))


def _beside(path: str) -> list[str]:
    stem = os.path.splitext(path)[0]
    return [f"{stem}.{suffix}" for suffix in CAPTIONS]


def _size(path: str) -> int | None:
    try:
        return size_of(path)
    except FileNotFoundError:
        return None
