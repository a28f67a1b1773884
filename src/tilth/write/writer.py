"""What every writer is: one call a shard, one call at the end; the runner opens the files, names them and makes them whole or absent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, ClassVar

import pyarrow as pa

Open = Callable[[str], BinaryIO]
"""`open(suffix)` gives the file `{folder}/{shard:05d}{suffix}`, to write and close."""


class Writer:
    """What a run leaves for others to read; subclasses are frozen dataclasses that only store what they are given.

    The bytes written depend on the rows alone, never on where the batches are cut.
    """

    version: ClassVar[int] = 1
    folder: ClassVar[str] = "data"
    together: ClassVar[bool] = False  # small neighbouring shards may share a file, named by the first

    @property
    def reads(self) -> tuple[str, ...] | None:
        """Columns that `write` needs; None means all of them."""
        return None

    def needs(self, names: Sequence[str]) -> list[str]:
        """Return which of the columns of a corpus `write` needs: the others are not read."""
        return [name for name in names if self.reads is None or name in self.reads]

    def write(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema, open: Open) -> dict[str, Any]:
        """Write the rows of one shard, or of several small ones, which all have `schema`; return what `finish` must know (small, JSON)."""
        raise NotImplementedError(f"{type(self).__name__}.write")

    def finish(self, shards: dict[int, dict[str, Any]]) -> dict[str, bytes]:
        """Return the files that describe the whole folder, by name; `shards` has what `write` returned for each shard."""
        return {}

    def card(self, own: bytes, about: str) -> bytes:
        """Return the folder's README.md: its `own`, as `finish` made it, with what the card `about` the run says besides."""
        return own
