"""WARC files record by record: plain, or in gzip members; broken records are told, and reading goes on at the next one.

Two ways through a file give the same records. `_fast` lets FastWARC (Bevendorff, ChatNoir Resiliparse) go ahead until
anything is odd; `_exact` is slower, checks every length and checksum, and is the judge: of the last record, whose end
FastWARC does not check, and of all that follows trouble. Format: ISO 28500, iipc.github.io/warc-specifications.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Generator, Iterator, Mapping
from itertools import chain, islice
from typing import BinaryIO, NamedTuple, cast

from tilth.read.feed import WHITE, Damaged, Feed, decompressed, inflated, plain, read_at
from tilth.read.files import open_file
from tilth.read.lines import too_long
from tilth.read.streams import codec_of

GZIP, PLAIN, OTHER = "gzip", "plain", "other"
WANTED = frozenset(("response", "resource", "conversion"))
_PROOF = 128 << 10  # twice what a stored block of deflate holds: so long, a gzip file inside a gzip member cannot pass for members
_SEARCH = 1 << 20
_MEMBER = b"\x1f\x8b\x08"
_MEMBER_RE = re.compile(re.escape(_MEMBER))
_RECORD = re.compile(rb"(?<=\n)WARC/\d\.\d+\r?\n")
_FIELDS = (b"warc-type", b"warc-record-id", b"warc-target-uri", b"warc-date", b"content-type")


class Record(NamedTuple):
    """A record; `place` is the byte of the file where it (or its gzip member) begins. Of types that are not WANTED only that and the id."""

    place: int
    kind: str = ""
    id: str = ""
    url: str = ""
    date: str = ""
    type: str = ""
    content: bytes = b""
    error: str | None = None


def form_of(path: str) -> str:
    """Return how the file holds its records, by its first bytes; by its name, if those are of no WARC file."""
    with open_file(path) as file:
        head = file.read(5)
    if head.startswith(_MEMBER):
        return GZIP
    return PLAIN if head == b"WARC/" else {None: PLAIN, "gzip": GZIP}.get(codec_of(path), OTHER)


def splits(path: str, form: str) -> bool:
    """Whether the file can be read from its middle: not if all of it is one gzip member, say."""
    if form != GZIP:
        return form == PLAIN
    with open_file(path) as file:
        inflater, head = zlib.decompressobj(31), file.read(1 << 20)
    try:
        while head and not inflater.eof:
            inflater.decompress(head, 1 << 20)
            head = inflater.unconsumed_tail
    except zlib.error:
        return True  # damage: nothing is known of the other members
    return inflater.eof


def boundary(file: BinaryIO, at: int, end: int, form: str) -> int:
    """Return the first byte from `at` on where a record certainly begins, `end` where there is none.

    Each span of a file is read from the boundary of its start to the boundary of its end, so that any cut gives each record once.
    """
    if at <= 0 or at >= end:
        return max(0, min(at, end))
    while (start := next(_starts(file, at, end, form), end)) < end:
        broken = _first_break(file, start, end, form)
        if broken is None:
            break
        at = max(broken, start + 1)  # what lies between leads to the same break
    return start


def records(path: str, start: int, end: int, form: str, limit: int) -> Iterator[Record]:
    """Yield the records between two boundaries; one larger than `limit` bytes, or broken, has an `error`. All types, in order."""
    if form == OTHER:
        yield from _parsed(Feed(decompressed(path)), limit)
        return
    with open_file(path) as file:
        held, done = None, 0
        for record in _fast(file, start, end, limit):
            if held is not None:
                yield held
                done += 1
            held = record
        tail = _exact(file, start if held is None else held.place, end, form, limit)
        first = next(tail, None)
        if held is None or (held.id and held == first):
            yield from [] if first is None else [first]
            yield from tail
        else:  # its place is not known for sure (several records in a gzip member), or it is broken
            yield from islice(_exact(file, start, end, form, limit), done, None)


class _Window:
    """A part of a file as a file, for FastWARC; it remembers whether the file itself failed."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self.file, self.left, self.failed = file, end - start, False
        file.seek(start)

    def read(self, size: int = -1) -> bytes:
        try:
            data = self.file.read(min(size, self.left) if size >= 0 else self.left)
        except BaseException:
            self.failed = True
            raise
        self.left -= len(data)
        return data

    def tell(self) -> int:
        return self.file.tell()


def _fast(file: BinaryIO, start: int, end: int, limit: int) -> Iterator[Record]:
    """Records as FastWARC finds them, up to the first that is odd; none without FastWARC."""
    try:
        from fastwarc.warc import ArchiveIterator
    except ImportError:
        return
    window = _Window(file, start, end)
    try:
        for found in ArchiveIterator(cast(BinaryIO, window), parse_http=False):
            named = found.headers.items_bytes()
            if b"\n" in b"".join(chain.from_iterable(named)):
                return
            place, size = found.stream_pos, found.content_length
            fields = {name.lower(): value for name, value in reversed(named)}  # the first of each counts
            if size != _length(fields.get(b"content-length", b""), place):
                return  # it knows some names, this and the type's, in their usual letters alone
            record = _record(place, fields)
            if size > limit:
                record = record._replace(error=too_long("record", limit))
            elif record.kind:
                content = found.reader.read()
                if len(content) != size:
                    return
                record = Record(*record[:-2], content)
            yield record
    except Exception:
        if window.failed:
            raise
    except BaseException as error:  # FastWARC is written in Rust; what it takes for impossible is no Exception
        if type(error).__name__ != "PanicException":
            raise


def _exact(file: BinaryIO, start: int, end: int, form: str, limit: int) -> Iterator[Record]:
    """Every record from `start` to `end`; where one is broken, an error and then what follows the next beginning."""
    while start < end:
        broken = yield from _parsed(_feed(file, start, end, form), limit)
        if broken is None:
            return
        start = next(_starts(file, broken + 1, end, form), end)


def _parsed(feed: Feed, limit: int, wanted: frozenset[str] = WANTED) -> Generator[Record, None, int | None]:
    """Records up to the end, or to one that is broken: that is told, and its place returned."""
    held: Record | None = None  # until its gzip member has ended well
    place: int | None = None
    while True:
        try:
            place = feed.skip_blank()
            if held is not None:
                yield held
                held = None
            if place is None:
                return None
            held = _next(feed, place, limit, wanted)
        except Damaged as damage:
            if held is not None and held.place != damage.place:
                yield held
            broken = damage.place if held is not None or place is None else place
            yield Record(broken, error=str(damage))
            return broken


def _next(feed: Feed, place: int, limit: int, wanted: frozenset[str]) -> Record:
    """The record that begins here; raise Damaged if it is not whole."""
    fields = _fields(feed.head(place))
    size = _length(fields.get(b"content-length", b""), place)
    record = _record(place, fields)
    if size > limit:
        record = record._replace(error=too_long("record", limit))
    content = feed.take(size, keep=record.kind in wanted and not record.error)
    if content is None or not feed.ended():
        raise Damaged("a WARC record that does not end where its length says", place)
    return record._replace(content=content)


def _fields(head: bytes) -> dict[bytes, bytes]:
    """The fields of a head by name, the first of each. Lines end in CR LF, or as in Unix if two would be one otherwise."""
    lines = head.partition(b"\n")[2]
    fields = _by_lines(lines.split(b"\r\n"))
    return _by_lines(lines.split(b"\n")) if any(b"\n" in name + value for name, value in fields.items()) else fields


def _by_lines(lines: list[bytes]) -> dict[bytes, bytes]:
    found: list[tuple[bytes, bytes]] = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if line.startswith((b" ", b"\t")):  # it goes on with the one before
            found[-1:] = [(name, value + b" " + line.strip(WHITE)) for name, value in found[-1:]]
        elif colon:
            found.append((name.strip(WHITE).lower(), value.strip(WHITE)))
    return dict(reversed(found))


def _length(value: bytes, place: int) -> int:
    if not value.isdigit() or len(value) > 18:
        raise Damaged("a WARC record without its length", place)
    return int(value)


def _record(place: int, fields: Mapping[bytes, bytes]) -> Record:
    kind, id, url, date, type = [fields.get(name, b"").decode("utf-8", "replace") for name in _FIELDS]
    kind = kind.lower()
    return Record(place, kind, id, url.strip("<> "), date, type.lower()) if kind in WANTED else Record(place, id=id)


def _feed(file: BinaryIO, start: int, end: int, form: str) -> Feed:
    return Feed(inflated(file, start, end), linear=False) if form == GZIP else Feed(plain(file, start, end))


def _starts(file: BinaryIO, at: int, end: int, form: str) -> Iterator[int]:
    """Where records may begin, from `at` on."""
    seam = 64  # so much of a window is looked at again with the next: a mark may lie across
    for base in range(max(0, at - 1), end, _SEARCH):
        window = read_at(file, base, min(_SEARCH + seam, end - base))
        for found in (_MEMBER_RE if form == GZIP else _RECORD).finditer(window):
            place = base + found.start()
            if found.start() < _SEARCH and place >= at and (form == PLAIN or _opens_record(file, place)):
                yield place


def _opens_record(file: BinaryIO, place: int) -> bool:
    try:
        return zlib.decompressobj(31).decompress(read_at(file, place, 4096), 64).lstrip(b"\r\n").startswith(b"WARC/")
    except zlib.error:
        return False


def _first_break(file: BinaryIO, start: int, end: int, form: str) -> int | None:
    """Where the records that follow one another from here break off; None if they do not for long enough."""
    for record in _parsed(_feed(file, start, end, form), 1 << 62, frozenset()):
        if record.error:
            return record.place
        if record.place > start + _PROOF:
            break
    return None
