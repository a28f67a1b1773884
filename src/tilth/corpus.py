"""The manifest of a corpus: which part of which file is which shard, once and for all, so that a row's address never changes.

Files are cut into spans of about `split` bytes, small files are grouped; each group gets the next shard number. A file that comes
later gets a new number; a file that changed or went retires its shard, and what is left of that shard gets new numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from tilth.errors import CorpusError
from tilth.read.reader import File, Reader, Span
from tilth.record import fingerprint, record
from tilth.store import Store

SPLITS = 4 << 20, 128 << 20  # the least and the most bytes of a shard, as the files are stored
SHARDS = 256  # what is aimed at in between: enough to keep workers busy, few enough to list
GROUP_FILES = 4096  # small files in one shard at most


@dataclass(frozen=True)
class Shard:
    """A numbered part of the corpus: spans of files, the digests of those files, and about how many bytes that is."""

    number: int
    spans: tuple[Span, ...]
    digests: tuple[str, ...]
    size: int

    def to_json(self) -> dict[str, Any]:
        spans = [[span.path, span.start, span.end] for span in self.spans]
        return {"number": self.number, "size": self.size, "spans": spans, "digests": list(self.digests)}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Shard:
        spans = tuple(Span(path, start, end) for path, start, end in data["spans"])
        return Shard(data["number"], spans, tuple(data["digests"]), data["size"])


@dataclass(frozen=True)
class Manifest:
    """The shards of a corpus, the files they were cut from, its one schema, and the next free shard number."""

    shards: tuple[Shard, ...]
    files: dict[str, tuple[int, str, str]]  # path -> size, stamp, digest
    schema: pa.Schema
    split: int
    following: int

    @property
    def size(self) -> int:
        return sum(shard.size for shard in self.shards)

    def save(self, store: Store, name: str) -> None:
        store.write_json({
            "shards": [shard.to_json() for shard in self.shards], "files": {path: list(file) for path, file in self.files.items()},
            "schema": store.put_table(self.schema.empty_table()), "split": self.split, "following": self.following,
        }, "manifests", f"{name}.json")

    @staticmethod
    def load(store: Store, name: str) -> Manifest | None:
        data = store.read_json("manifests", f"{name}.json")
        if data is None:
            return None
        return Manifest(
            tuple(map(Shard.from_json, data["shards"])), {path: (file[0], file[1], file[2]) for path, file in data["files"].items()},
            store.parquet(data["schema"]).schema_arrow, data["split"], data["following"],
        )


def manifest_of(store: Store, reader: Reader, role: str, split: int | None, save: bool) -> tuple[Manifest, str]:
    """Return the up-to-date manifest of a corpus in a store, and its name; `role` keeps apart corpora that are read alike.

    A reader that reads otherwise than before starts a new manifest: its rows are other rows.
    """
    name = f"{role}-{fingerprint(_how(reader))[:16]}"
    manifest = survey(reader, Manifest.load(store, name), split)
    if save:
        manifest.save(store, name)
    return manifest, name


def survey(reader: Reader, before: Manifest | None, split: int | None = None) -> Manifest:
    """Return the manifest of what the reader finds now, every shard of `before` that still holds kept under its number.

    Raises CorpusError where there is nothing to read. `split` (default: from the size of the corpus) counts only where there is
    no manifest yet.
    """
    listed = reader.files()
    if not listed:
        raise CorpusError.empty(repr(reader))
    if before is None:
        least, most = SPLITS
        wanted = split or min(most, max(least, sum(file.size for file in listed) // SHARDS))
        return _extend(reader, Manifest((), {}, reader.schema(listed), wanted, 0), listed)
    return _extend(reader, before, listed)


def _extend(reader: Reader, manifest: Manifest, listed: list[File]) -> Manifest:
    files = _digested(reader, manifest, listed)
    same = {path for path, (_, _, digest) in files.items() if path in manifest.files and manifest.files[path][2] == digest}
    kept = [shard for shard in manifest.shards if all(span.path in same for span in shard.spans)]
    covered = {span.path for shard in kept for span in shard.spans}
    # A file whose spans lie in several shards is whole or gone: cutting puts all of a file in shards of its own, or in one group.
    fresh = [file for file in listed if file.path not in covered]
    groups = list(_groups(reader, fresh, manifest.split))
    new = [_shard(manifest.following + i, spans, files, size) for i, (spans, size) in enumerate(groups)]
    return replace(manifest, shards=(*kept, *new), files=files, following=manifest.following + len(new))


def _digested(reader: Reader, manifest: Manifest, listed: list[File]) -> dict[str, tuple[int, str, str]]:
    """Look at the bytes of a file only where its size or stamp is not what it was."""

    def look(file: File) -> tuple[int, str, str]:
        known = manifest.files.get(file.path)
        if known is not None and known[:2] == (file.size, file.stamp):
            return known
        return file.size, file.stamp, reader.digest(file)

    with ThreadPoolExecutor(8) as pool:
        return dict(zip([file.path for file in listed], pool.map(look, listed), strict=True))


def _groups(reader: Reader, files: list[File], split: int) -> Iterator[tuple[list[Span], int]]:
    """Small files share a shard, in order; a big one is cut into shards of its own."""
    group: list[Span] = []
    size = 0
    for file in files:
        if file.size > split:
            spans = reader.cut(file, split)
            yield from (([span], file.size // len(spans)) for span in spans)
            continue
        if group and (size + file.size > split or len(group) >= GROUP_FILES):
            yield group, size
            group, size = [], 0
        group.append(Span(file.path))
        size += file.size
    if group:
        yield group, size


def _shard(number: int, spans: list[Span], files: dict[str, tuple[int, str, str]], size: int) -> Shard:
    return Shard(number, tuple(spans), tuple(files[span.path][2] for span in spans), size)


def shard_key(reader: Reader, shard: Shard) -> str:
    """Return the digest of all that decides a shard's rows: how it is read, which spans, what the files hold."""
    return fingerprint(_how(reader), [[span.path, span.start, span.end] for span in shard.spans], list(shard.digests), shard.number)


def _how(reader: Reader) -> Any:
    """The reader without what chooses files: more may match a wider pattern or a newer version, but the old ones are read as before."""
    return _without_choice(record(reader))


def _without_choice(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _without_choice(value) for name, value in data.items() if name not in ("path", "as_of")}
    return [_without_choice(item) for item in data] if isinstance(data, list) else data
