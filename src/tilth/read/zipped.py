"""ZIP archives that are documents: read in memory, within bounds, and never unpacked to a disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from tilth.errors import MissingExtra
from tilth.read.document import Unreadable

MOST_MEMBERS = 100_000
_CHUNK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Zip:
    """An archive of which at most `limit` bytes are unpacked, whatever it says of itself; raises Unreadable."""

    def __init__(self, data: bytes, limit: int) -> None:
        if data.startswith(_OLE):
            raise Unreadable("an Office file that is locked by a password, or from before 2007")
        try:
            self._file = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Unreadable(f"not a ZIP archive, or a damaged one: {error}") from None
        self._members = {member.filename: member for member in self._file.infolist()[: MOST_MEMBERS + 1]}
        if len(self._members) > MOST_MEMBERS:
            raise Unreadable(f"an archive of more than {MOST_MEMBERS:,} members")
        self._limit = self._left = limit

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """Return one member."""
        member = self._members.get(name)
        if member is None:
            raise Unreadable(f"the archive has no member {name!r}")
        if member.flag_bits & 1:
            raise Unreadable(f"the member {name!r} is locked by a password")
        try:
            with self._file.open(member) as stream:
                return self._bounded(stream)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            if isinstance(error, Unreadable):
                raise
            raise Unreadable(f"the member {name!r} is damaged: {error}") from None

    def _bounded(self, stream: Any) -> bytes:
        parts = []
        while chunk := stream.read(_CHUNK):
            self._left -= len(chunk)
            if self._left < 0:
                raise Unreadable(f"the archive unpacks to more than max_bytes={self._limit}")
            parts.append(chunk)
        return b"".join(parts)


def parse_xml(data: bytes, what: str) -> Any:
    """Return the root of an XML document, entities and network off; raise Unreadable where it is none."""
    try:
        from lxml import etree
    except ImportError:
        raise MissingExtra.of("lxml", "documents", what) from None
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"not XML: {error}") from None
