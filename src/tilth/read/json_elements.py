"""The elements of a JSON array, one by one, from a stream of any length; what is inside one is not looked at, so damage stays there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import orjson

from tilth.kernels.json_elements import CLOSED, END, OPENED, scan
from tilth.read.lines import BOM, too_long
from tilth.read.streams import Broken

_WHITE = b" \t\r\n"
_IS_WHITE = np.isin(np.arange(256), list(_WHITE))
_MOST_WHITE = 64  # bytes between two elements; what has more is rare, and read one by one
_NOT_WHITE = re.compile(rb"[^ \t\r\n]")
_NAME = re.compile(rb'\s*("(?:[^"\\]|\\.)*")\s*:', re.S)
_NAME_BYTES = 1 << 16
_START, _OBJECT, _PEEK, _ARRAY, _DONE, _FAILED = range(6)


class Element(NamedTuple):
    """The bytes of an element and the byte at which it begins; or, where `error` is set, what is wrong there."""

    place: int
    data: bytes
    error: str | None = None


class Run(NamedTuple):
    """Elements that are whole in one chunk, with the commas between them: where each begins and ends in it, and where it lies (int64)."""

    data: bytes
    starts: np.ndarray
    ends: np.ndarray
    at: int

    def parsed(self) -> list[dict[str, Any]] | None:
        """The elements as objects, by one call of the parser; None where they must be looked at one by one."""
        try:
            rows = orjson.loads(b"[%b]" % self.data[self.starts[0] : self.ends[-1]])
        except orjson.JSONDecodeError:
            return None
        return rows if len(rows) == len(self.starts) and set(map(type, rows)) == {dict} else None

    @property
    def places(self) -> list[int]:
        return (self.starts + self.at).tolist()

    def elements(self) -> list[Element]:
        return [Element(self.at + a, self.data[a:b]) for a, b in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]


def elements(chunks: Iterable[bytes], key: str | None, limit: int) -> Iterator[list[Element]]:
    """Yield the elements of `runs` one by one.

    >>> [element.data for part in elements([b'{"data": [{"a": 1}, ', b'{"b": [2, 3]}]}'], None, 100) for element in part]
    [b'{"a": 1}', b'{"b": [2, 3]}']
    """
    for found in runs(chunks, key, limit):
        yield [element for piece in found for element in (piece.elements() if isinstance(piece, Run) else [piece])]


def runs(chunks: Iterable[bytes], key: str | None, limit: int) -> Iterator[list[Element | Run]]:
    """Yield the elements of a stream that is one array, or an object with one under `key`, as many at once as a chunk brings.

    Without `key` it is the object's first array of objects. An element longer than `limit` bytes is told and passed over; so is what
    follows the array, and a stream that breaks or ends before the array does.
    """
    walk = _Walk(key, limit)
    try:
        for chunk in chunks:
            yield walk.feed(chunk)
            if walk.mode == _FAILED:
                return
        yield walk.end("the file ends before its array does")
    except Broken as broken:
        yield walk.end(str(broken))


class _Walk:
    """Where in the file we are."""

    def __init__(self, key: str | None, limit: int) -> None:
        self.key, self.limit = key, limit
        self.mode, self.at, self.level = _START, 0, 1  # at: the bytes of all chunks before this one
        self.state = np.zeros(3, np.int64)
        self.lead = b""  # in an object: the beginning of the member that has begun
        self.name: str | None = None  # the key of the array that was read
        self.held: list[bytes] = []  # the element that has begun
        self.start = self.size = 0  # where it begins, and its bytes so far
        self.found: list[Element | Run] = []

    def feed(self, chunk: bytes) -> list[Element | Run]:
        data, commas, i = np.frombuffer(chunk, np.uint8), np.empty(len(chunk), np.int64), 0
        steps = {_START: self._begin, _OBJECT: self._in_object, _PEEK: self._peek, _ARRAY: self._in_array, _DONE: self._after}
        while i < len(chunk) and self.mode != _FAILED:
            i = steps[self.mode](chunk, data, commas, i)
        self.at += len(chunk)
        found, self.found = self.found, []
        return found

    def end(self, why: str) -> list[Element | Run]:
        """What is to be said when the stream has ended, `why` where that is too early."""
        if self.mode == _DONE and why.startswith("the file ends"):
            return [] if self.name is not None else [Element(0, b"", self._no_array())]
        held = b"".join(self.held)
        if self.mode != _ARRAY or not (held.strip() or self.size > self.limit):
            return [Element(self.at, b"", why)]
        return [Element(self.start + len(held) - len(held.lstrip(_WHITE)), b"", f"{why}, in the middle of an element")]

    def _begin(self, chunk: bytes, data: np.ndarray, commas: np.ndarray, i: int) -> int:
        if self.at == i == 0 and chunk.startswith(BOM):
            return len(BOM)
        i = _skip(chunk, i)
        if i == len(chunk):
            return i
        if chunk[i : i + 1] not in (b"[", b"{"):
            return self._fail(i, "not JSON, or neither an array nor an object with one")
        self.state[0] = 1
        if chunk[i : i + 1] == b"{":
            self.mode = _OBJECT
        else:
            self._enter("", self.at + i + 1)
        return i + 1

    def _in_object(self, chunk: bytes, data: np.ndarray, commas: np.ndarray, i: int) -> int:
        why, at, count = scan(data, i, self.state, 1, True, commas)
        begin = int(commas[count - 1]) + 1 if count else i
        self.lead = ((b"" if count else self.lead) + chunk[begin:at])[:_NAME_BYTES]
        if why == CLOSED:
            self.mode = _DONE
        elif why == OPENED:
            if chunk[at : at + 1] == b"[" and self.key in (None, self._member()):
                self.mode = _PEEK
            self.state[0] = 2
        return at + 1 if why != END else len(chunk)

    def _peek(self, chunk: bytes, data: np.ndarray, commas: np.ndarray, i: int) -> int:
        """An array has opened: is it the one?"""
        first = _skip(chunk, i)
        if first == len(chunk):
            return first
        self.mode = _OBJECT
        if self.key is None and chunk[first : first + 1] != b"{":
            return i
        if self.name is None:
            self._enter(self._member(), self.at + i)
        else:
            why = f"there is an array under {self.name!r}, and another under {self._member()!r}, which is not read; name one: key=..."
            self.found.append(Element(self.at + i, b"", why))
        return i

    def _in_array(self, chunk: bytes, data: np.ndarray, commas: np.ndarray, i: int) -> int:
        why, at, count = scan(data, i, self.state, self.level, False, commas)
        ends = commas[:count]
        if self.size and count:  # one that began in an earlier chunk
            self._close(chunk[i : ends[0]], int(ends[0]) + 1, last=False)
            i, ends = int(ends[0]) + 1, ends[1:]
        if len(ends) > 1 and (run := _run(chunk, data, ends, i, self)):
            self.found.append(run)
            i, ends = int(ends[-1]) + 1, ends[:0]
            self.start = self.at + i
        for comma in ends.tolist():
            bare = chunk[i:comma].lstrip(_WHITE)
            if bare and not self.size and len(bare) <= self.limit:  # nearly all are whole in one chunk
                self.found.append(Element(self.at + comma - len(bare), bare))
                self.start = self.at + comma + 1
            else:
                self._close(chunk[i:comma], comma + 1, last=False)
            i = comma + 1
        if why == CLOSED:
            self._close(chunk[i:at], at + 1, last=True)
            self.mode = _OBJECT if self.level == 2 else _DONE
            return at + 1
        self._hold(chunk[i:])
        return len(chunk)

    def _after(self, chunk: bytes, data: np.ndarray, commas: np.ndarray, i: int) -> int:
        more = _skip(chunk, i)
        if more < len(chunk):
            return self._fail(more, "more follows after the end of the array or object; JSON Lines are for read.Jsonl")
        return more

    def _enter(self, name: str, start: int) -> None:
        self.mode, self.level, self.name, self.start = _ARRAY, 2 if self.state[0] == 2 else 1, name, start

    def _close(self, rest: bytes, following: int, *, last: bool) -> None:
        """The element that `rest` ends is whole."""
        self._hold(rest)
        data = b"".join(self.held)
        bare = data.lstrip(_WHITE)
        place = self.start + len(data) - len(bare)
        if self.size > self.limit:
            self.found.append(Element(self.start, b"", too_long("element", self.limit)))
        elif bare:
            self.found.append(Element(place, bare))
        elif not last:
            self.found.append(Element(self.start, b"", "there is no element between two commas"))
        self.held, self.size, self.start = [], 0, self.at + following

    def _hold(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > self.limit:
            self.held = []
        elif part:
            self.held.append(part)

    def _member(self) -> str:
        found = _NAME.match(self.lead)
        try:
            return str(orjson.loads(found[1])) if found else ""
        except orjson.JSONDecodeError:
            return ""

    def _fail(self, i: int, why: str) -> int:
        self.mode = _FAILED
        self.found.append(Element(self.at + i, b"", why))
        return i

    def _no_array(self) -> str:
        return "the object has no array of objects" if self.key is None else f"the object has no array under {self.key!r}"


def _run(chunk: bytes, data: np.ndarray, commas: np.ndarray, start: int, walk: _Walk) -> Run | None:
    """The elements before these commas; None where one is empty, too long, or begins after much white space."""
    starts = np.concatenate([[start], commas[:-1] + 1])
    if (commas - starts).max() > walk.limit:
        return None
    for _ in range(_MOST_WHITE):
        white = _IS_WHITE[data[starts]]
        if not white.any():
            return Run(chunk, starts, commas.copy(), walk.at) if (starts < commas).all() else None
        starts += white
    return None


def _skip(chunk: bytes, i: int) -> int:
    """The first byte from `i` on that is not white space; the length of the chunk where there is none."""
    found = _NOT_WHITE.search(chunk, i)
    return found.start() if found else len(chunk)
