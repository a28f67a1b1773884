"""WebDataset: tar files in which the members of a sample lie side by side under one key."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

import orjson
import pyarrow as pa

from tilth.write.jsonl import encodable
from tilth.write.writer import Open, Writer

_KINDS = (
    (re.compile(rb"\xff\xd8\xff"), "jpg"), (re.compile(rb"\x89PNG\r\n"), "png"), (re.compile(rb"GIF8"), "gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "webp"), (re.compile(rb"RIFF....WAVE", re.DOTALL), "wav"), (re.compile(rb"fLaC"), "flac"),
    (re.compile(rb"OggS"), "ogg"), (re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"), "mp3"),
    (re.compile(rb"....ftyp", re.DOTALL), "mp4"), (re.compile(rb"\x1aE\xdf\xa3"), "webm"), (re.compile(rb"%PDF"), "pdf"),
)
_BLOCK, _RECORD = 512, 10240


@dataclass(frozen=True)
class WebDataset(Writer):
    """One .tar file a shard, small ones together: for each row `KEY.txt` with its text, `KEY.json` with its other columns, and a member
    for each column of bytes, its extension by what the bytes are (jpg, png, wav, mp4, ..., else bin); `without` names columns to leave out.

    KEY is shard and position, so samples keep their order and no two share one. Where there are several columns of bytes, the extension
    has the name of each before it. Nothing depends on the clock or the user: the same rows give the same bytes. Format: POSIX ustar;
    github.com/webdataset/webdataset.

    >>> WebDataset(without=("html",)).folder
    'webdataset'
    """

    folder: ClassVar[str] = "webdataset"
    together: ClassVar[bool] = True

    without: tuple[str, ...] = ()

    def write(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema, open: Open) -> dict[str, Any]:
        names = [name for name in schema.names if name not in self.without]
        binary = [name for name in names if _is_binary(schema.field(name).type)]
        rows = size = 0
        with open(".tar") as sink:
            for batch in batches:
                for row in batch.select(names).to_pylist():
                    size += _sample(sink, _key(row.get("row", rows)), row, binary)
                    rows += 1
            sink.write(bytes(2 * _BLOCK + -(size + 2 * _BLOCK) % _RECORD))
        return {"rows": rows}


def _is_binary(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _key(row: int) -> str:
    return f"{row >> 32:05d}-{row & 0xFFFFFFFF:09d}"


def _sample(sink: BinaryIO, key: str, row: dict[str, Any], binary: list[str]) -> int:
    """Write the members of one row; return their bytes in the archive."""
    members = [("txt", row["text"].encode())] if row.get("text") is not None else []
    rest = {name: value for name, value in row.items() if name != "text" and name not in binary}
    members.append(("json", orjson.dumps(rest, default=encodable)))
    for name in binary:
        if row[name] is not None:
            kind = next((kind for magic, kind in _KINDS if magic.match(row[name])), "bin")
            members.append((kind if len(binary) == 1 else f"{name}.{kind}", row[name]))
    return sum(_member(sink, f"{key}.{extension}", data) for extension, data in members)


def _member(sink: BinaryIO, name: str, data: bytes) -> int:
    about = tarfile.TarInfo(name)
    about.size, about.mode = len(data), 0o644
    padding = -len(data) % _BLOCK
    sink.write(b"".join((about.tobuf(tarfile.USTAR_FORMAT), data, bytes(padding))))
    return _BLOCK + len(data) + padding
