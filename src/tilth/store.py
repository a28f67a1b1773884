"""Content-addressed blobs, and the files that name them: written whole or not at all, on a disk or an object store.

    store/blobs/ab/abcd...     bytes, named by their digest
    store/receipts/<key>.json  what one task left (receipts.py)
    store/verdicts/<key>.json  rows that a task must skip because they killed a worker before
    store/format.json          the version of all this; another one is refused, not misread

A receipt depends on nothing but its key, so two runs that do the same work share it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any, BinaryIO, cast

import fsspec
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from tilth.errors import StoreError
from tilth.record import DIGEST_BYTES, digest
from tilth.write.parquet import RowGroups, write_parquet

SMALL = 1 << 20
UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOENT, errno.ENAMETOOLONG)
FORMAT = 2  # of everything stored; part of every key, and recorded in the store and in run.json


class Store:
    """Blobs and receipts under one folder or fsspec URL.

    >>> import tempfile
    >>> store = Store(tempfile.mkdtemp())
    >>> name = store.put(b"hello")
    >>> store.get(name)
    b'hello'
    """

    def __init__(self, url: str) -> None:
        self.fs, root = fsspec.core.url_to_fs(url)
        self.root = str(root).rstrip("/")
        self.local = "file" in (self.fs.protocol if isinstance(self.fs.protocol, tuple) else (self.fs.protocol,))
        self.url = self.root if self.local else url  # a worker may run in another folder

    def open_format(self, save: bool) -> None:
        """Raise StoreError where another version wrote this store; with `save` leave the number of this one."""
        found = self.read_json("format.json")
        if found is None and not any(self.fs.exists(self.path(folder)) for folder in ("manifests", "receipts", "packs")):
            if save:
                self.write_json({"format": FORMAT}, "format.json")
            return
        check_format(found, self.url)

    def path(self, *parts: str) -> str:
        return "/".join((self.root, *parts))

    def blob(self, name: str) -> str:
        return self.path("blobs", name[:2], name)

    def put(self, data: bytes) -> str:
        """Store bytes, return their digest; what is there already is not written again."""
        name = digest(data)
        return name if self.fs.exists(self.blob(name)) else self.write(lambda sink: sink.write(data))[0]

    def write(self, fill: Callable[[BinaryIO], Any]) -> tuple[str, int, Any]:
        """Store what `fill` writes to the file it is given; return (digest, bytes, what `fill` returned)."""
        with self._temporary() as (path, file):
            sink = HashingFile(file)
            result = _guarded(lambda: fill(cast(BinaryIO, sink)), self.url)
            name, size = sink.digest.hexdigest(), sink.tell()
            file.flush()
            self._publish(path, file, self.blob(name))
        return name, size, result

    def get(self, name: str) -> bytes:
        """Return a blob's bytes; raise StoreError where they are not what the name says."""
        with self.open(name) as file:
            data = file.read()
        if digest(data) != name:
            raise StoreError.damaged(name, self.blob(name))
        return data

    def open(self, name: str) -> IO[bytes]:
        try:
            return cast(IO[bytes], open(self.blob(name), "rb") if self.local else self.fs.open(self.blob(name), "rb"))
        except FileNotFoundError:
            raise StoreError(
                f"Blob {name} is gone.", where=self.blob(name), why="a receipt names it, but the file was removed",
                fix="`tilth gc` the run folder, which also drops receipts that name what is gone, and run again",
            ) from None

    def put_table(self, table: pa.Table) -> str:
        """Store a table as Parquet whose bytes depend on its rows alone."""
        if table.nbytes < SMALL:  # schemas above all, which are the same for every shard
            sink = io.BytesIO()
            write_parquet(table.to_batches(), table.schema, sink)
            return self.put(sink.getvalue())
        return self.write(lambda sink: write_parquet(table.to_batches(), table.schema, sink))[0]

    def growing_table(self, schema: pa.Schema) -> GrowingTable:
        """Return a Parquet blob to write batch by batch, several at a time if need be; memory is one row group."""
        return GrowingTable(self, schema)

    def growing(self) -> Growing:
        return Growing(self)

    def parquet(self, name: str) -> pq.ParquetFile:
        """Open a Parquet blob; pages carry checksums, which are verified."""
        try:
            if self.local:
                return pq.ParquetFile(self.blob(name), memory_map=True, page_checksum_verification=True)
            return pq.ParquetFile(self.open(name), page_checksum_verification=True)
        except FileNotFoundError:
            self.open(name)
            raise
        except pa.ArrowInvalid:
            raise StoreError.damaged(name, self.blob(name)) from None

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        try:
            return self.parquet(name).read(columns, use_threads=False)
        except OSError:
            raise StoreError.damaged(name, self.blob(name)) from None

    def read_json(self, *parts: str) -> Any:
        """Return the JSON file at this place under the store, or None where there is none."""
        try:
            return orjson.loads(self.fs.cat_file(self.path(*parts)))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except ValueError:  # half a file cannot be ours (we rename whole ones), so someone else's hand or disk was here
            raise StoreError.damaged(parts[-1], self.path(*parts)) from None

    def write_json(self, data: Any, *parts: str) -> None:
        self.write_file(to_json(data), *parts)

    def write_file(self, data: bytes, *parts: str) -> None:
        """Write one named file, whole or not at all."""
        with self._temporary() as (path, file):
            _guarded(lambda: (file.write(data), file.flush()), self.url)
            self._publish(path, file, self.path(*parts))

    def listing(self, folder: str) -> dict[str, dict[str, Any]]:
        """Return path -> info of every file under a folder of the store."""
        try:
            return dict(self.fs.find(self.path(folder), detail=True))
        except FileNotFoundError:
            return {}

    def remove(self, paths: list[str]) -> None:
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                self.fs.rm_file(path)

    def tidy(self) -> None:
        """Remove the folder of files under way if none is."""
        if self.local:
            with contextlib.suppress(OSError):
                os.rmdir(self.path("partial"))

    @contextlib.contextmanager
    def _temporary(self) -> Iterator[tuple[str, IO[bytes]]]:
        """A file beside the store (so that the rename is atomic), or in temporary space when the store is remote."""
        handle, path = _guarded(self._begun, self.url, UNWRITABLE)
        try:
            with os.fdopen(handle, "wb") as file:
                yield path, file
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    def _begun(self) -> tuple[int, str]:
        folder = self.path("partial") if self.local else None
        if folder:
            os.makedirs(folder, exist_ok=True)
        return tempfile.mkstemp(dir=folder)

    def _publish(self, path: str, file: IO[bytes], target: str) -> None:
        if not self.local:
            file.close()
            self.fs.put_file(path, target)
            return
        _guarded(lambda: os.fsync(file.fileno()), self.url)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.chmod(path, 0o444 if "/blobs/" in target else 0o644)
        os.replace(path, target)


class Growing:
    """A blob under way: write to its `sink`, then `commit` to get its digest, or `discard` it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.open = contextlib.ExitStack()
        self.path, self.file = self.open.enter_context(store._temporary())
        self.sink = HashingFile(self.file)

    def commit(self) -> str:
        with self.open:
            _guarded(self.file.flush, self.store.url)
            name = self.sink.digest.hexdigest()
            self.store._publish(self.path, self.file, self.store.blob(name))
        return name

    def discard(self) -> None:
        self.open.close()


class GrowingTable(Growing):
    """A Parquet blob under way, written batch by batch."""

    def __init__(self, store: Store, schema: pa.Schema) -> None:
        super().__init__(store)
        self.schema = schema
        self.groups = RowGroups(schema, cast(BinaryIO, self.sink))

    def write(self, batch: pa.RecordBatch) -> None:
        _guarded(lambda: self.groups.write(batch), self.store.url)

    def commit(self) -> str:
        _guarded(lambda: self.groups.__exit__(None), self.store.url)
        return super().commit()

    def discard(self) -> None:
        self.groups.__exit__(StoreError)
        super().discard()


class HashingFile:
    """A file that remembers the digest of what was written to it; no seeking, so that every store can be behind it.

    `at_close` is called once, with whether all went well: by `close`, or at the end of a `with` block.
    """

    def __init__(self, file: IO[bytes], at_close: Callable[[bool], None] | None = None) -> None:
        self.file, self.at_close, self.size, self.closed = file, at_close, 0, False
        self.digest = hashlib.blake2b(digest_size=DIGEST_BYTES)

    def write(self, data: Any) -> int:
        view = memoryview(data)
        self.digest.update(view)
        self.size += view.nbytes
        self.file.write(view)
        return view.nbytes

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        self._end(True)

    def _end(self, well: bool) -> None:
        if self.at_close and not self.closed:
            self.closed = True
            self.at_close(well)

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def __enter__(self) -> HashingFile:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._end(kind is None)


def check_format(found: Any, where: str) -> None:
    """Raise StoreError where stored data, `found`, does not name this version's format; the first ones named none."""
    number = found.get("format") if isinstance(found, dict) else None
    if number == FORMAT:
        return
    wrote = f"it has format {number or 'none'}" + (f", by Tilth {found['version']}" if number and "version" in found else "")
    raise StoreError(
        "This folder was written by another version of Tilth.", where=where, why=f"{wrote}; this version reads and writes format {FORMAT}",
        fix="run again into another folder (--out), or remove this one first: rm -r it; what it holds is made from the corpus anew",
    )


def to_json(data: Any) -> bytes:
    """Return JSON with its keys sorted, for programs and people.

    >>> to_json({"b": 1, "a": [2]}).decode().split()
    ['{', '"a":', '[', '2', '],', '"b":', '1', '}']
    """
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)


def _guarded(act: Callable[[], Any], url: str, unwritable: tuple[int, ...] = ()) -> Any:
    try:
        return act()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError(
                "The disk is full.", where=url, why=str(error),
                fix="free some room and run the same command again: it goes on where it was",
            ) from error
        if error.errno in unwritable:
            raise StoreError("This folder cannot be written.", where=url, why=str(error), fix="name another one: --out FOLDER") from error
        raise
