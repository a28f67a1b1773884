"""WARC framing: the fast way and the exact way agree on whole and on damaged files, and any cut gives each record once."""

from __future__ import annotations

import gzip
import io
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.read import archive
from tilth.read.archive import GZIP, OTHER, PLAIN, Record, boundary, form_of, records, splits

LIMIT = 1 << 20


def record(number: int, content: bytes, kind: str = "response", id: str | None = None) -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <{id or number}>\r\nWARC-Target-URI: http://x/{number}\r\n"
    return head.encode() + b"Content-Type: application/http\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (len(content), content)


def contents(count: int, seed: int, most: int = 600) -> list[bytes]:
    """Contents of any length, some of which look like records or members."""
    rng = random.Random(seed)
    nested = b"\nWARC/1.0\r\nContent-Length: 5\r\n\r\n12345\r\n\r\n"
    lure = [b"", b"\r\n\r\nWARC/1.0\r\n", b"\x1f\x8b\x08", gzip.compress(b"WARC/1.0 no"), nested]
    return [rng.randbytes(rng.randrange(most)) + rng.choice(lure) for _ in range(count)]


def built(parts: list[bytes], packing: str) -> bytes:
    kinds = ["response", "request", "metadata", "resource"]
    plain = [record(i, part, kinds[i % 4]) for i, part in enumerate(parts)]
    if packing == "plain":
        return b"".join(plain)
    if packing == "one":  # all records in one member, as `gzip file.warc` makes it
        return gzip.compress(b"".join(plain))
    each = 1 if packing == "members" else 3
    return b"".join(gzip.compress(b"".join(plain[i : i + each])) for i in range(0, len(plain), each))


def told(found: list[Record]) -> list[tuple[object, ...]]:
    return [(one.id, one.url, one.kind, one.content, bool(one.error)) for one in found]


def by_spans(path: Path, size: int, form: str) -> list[Record]:
    total = path.stat().st_size
    with path.open("rb") as file:
        edges = [boundary(file, at, total, form) for at in [*range(0, total, size), total]]
    assert edges == sorted(edges)
    return [one for a, b in pairwise(edges) for one in records(str(path), a, b, form, LIMIT)]


@settings(max_examples=40)
@given(st.integers(1, 12), st.integers(0, 99), st.sampled_from(["plain", "members", "triples", "one"]), st.integers(50, 4000))
def test_any_cut_gives_each_record_once(
    tmp_path_factory: pytest.TempPathFactory, count: int, seed: int, packing: str, size: int
) -> None:
    parts = contents(count, seed)
    path = tmp_path_factory.mktemp("w") / "a.warc"
    path.write_bytes(built(parts, packing))
    form = form_of(str(path))
    whole = list(records(str(path), 0, path.stat().st_size, form, LIMIT))
    assert [one.content for one in whole] == [part if i % 4 in (0, 3) else b"" for i, part in enumerate(parts)]
    assert [one.error for one in whole] == [None] * count
    if packing != "plain":  # a plain file may hold what looks like records all through: those are the format's own limits
        assert told(by_spans(path, size, form)) == told(whole)


@settings(max_examples=20)
@given(st.integers(1, 30), st.integers(0, 99), st.integers(50, 4000))
def test_any_cut_of_a_plain_file(tmp_path_factory: pytest.TempPathFactory, count: int, seed: int, size: int) -> None:
    rng = random.Random(seed)
    path = tmp_path_factory.mktemp("w") / "a.warc"
    path.write_bytes(built([rng.randbytes(rng.randrange(900)) for _ in range(count)], "plain"))
    whole = list(records(str(path), 0, path.stat().st_size, PLAIN, LIMIT))
    assert len(whole) == count
    assert by_spans(path, size, PLAIN) == whole


@settings(max_examples=150)
@given(st.data(), st.sampled_from(["plain", "members", "triples", "one"]), st.integers(0, 9))
def test_damage_is_one_error_and_both_ways_agree(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, packing: str, seed: int
) -> None:
    rng = random.Random(seed)
    parts = [rng.randbytes(rng.randrange(400)) for _ in range(12)]
    raw = bytearray(built(parts, packing))
    at = data.draw(st.integers(0, len(raw) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "drop", "zero", "insert"]))
    match how:
        case "flip":
            raw[at] ^= 1 << data.draw(st.integers(0, 7))
        case "cut":
            del raw[at:]
        case "drop":
            del raw[at : at + data.draw(st.integers(1, 500))]
        case "zero":
            raw[at : at + 50] = bytes(len(raw[at : at + 50]))
        case "insert":
            raw[max(at, 4) : max(at, 4)] = data.draw(st.sampled_from([b"WARC/1.0\r\n", b"\r\n", b"x", b"\x1f\x8b\x08"]))
    path = tmp_path_factory.mktemp("w") / ("a.warc" if packing == "plain" else "a.warc.gz")
    path.write_bytes(raw)
    form = form_of(str(path))
    found = list(records(str(path), 0, len(raw), form, LIMIT))
    exact = list(archive._exact(io.BytesIO(raw), 0, len(raw), form, LIMIT))
    assert told(found) == told(exact)
    assert sum(bool(one.error) for one in found) <= 2  # what is inserted can break the records on both its sides
    if packing in ("plain", "members") and how in ("flip", "zero", "insert"):
        good = [one.id for one in found if not one.error]
        assert len(good) >= 12 - len([one for one in found if one.error]) or how == "zero"  # the zeros may lie over three records


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"response\r\n", b"response\n"), (b"<1>\r\n", b"<1>\x0c\n"), (b"\r\n", b"\n"), (b"http://x/1", b"http://\r\n\tx/1"),
        (b"WARC-Type", b"warc-type"), (b"Content-Length", b"content-length"), (b"response", b"Response"), (b"/http\r\n", b"/http\r\n\n"),
        (b"WARC-Type", b"X-Other: a\nWARC-Type"), (b"Content-Length", b"WARC-Type: request\r\nContent-Length"),
        (b"!\r\n\r\n", b"!\t\r\n \n"), (b"WARC/1.0\r\n", b"WARC/1.0 \n"),
    ],
)  # fmt: skip
def test_heads_as_loosely_written_as_they_are_met(was: bytes, becomes: bytes, tmp_path: Path) -> None:
    path, odd = tmp_path / "a.warc", record(1, b"content!")
    raw = record(0, b"one") + odd.replace(was, becomes) + record(2, b"two")
    path.write_bytes(raw)
    found = list(records(str(path), 0, len(raw), PLAIN, LIMIT))
    assert found == list(archive._exact(io.BytesIO(raw), 0, len(raw), PLAIN, LIMIT))
    assert [(one.id, one.kind, one.content, one.error) for one in found] == [
        ("<0>", "response", b"one", None), ("<1>", "response", b"content!", None), ("<2>", "response", b"two", None)
    ]  # fmt: skip
    assert found[1].url.replace(" ", "") == "http://x/1"


def test_a_record_with_the_id_of_the_one_before_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    pairs = [[record(0, b"a"), record(1, b"b", id="same")], [record(2, b"c", id="same"), record(3, b"d")]]
    members = [bytearray(gzip.compress(b"".join(pair))) for pair in pairs]
    members[1][-6] ^= 1
    path.write_bytes(b"".join(members))
    found = list(records(str(path), 0, path.stat().st_size, GZIP, LIMIT))
    assert [one.content for one in found[:3]] == [b"a", b"b", b"c"] and [bool(one.error) for one in found] == [False] * 3 + [True]


def test_good_records_on_both_sides_of_a_break(tmp_path: Path) -> None:
    rng = random.Random(1)
    members = [gzip.compress(record(i, rng.randbytes(3000))) for i in range(9)]
    members[4] = members[4][:1500]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(members))
    found = list(records(str(path), 0, path.stat().st_size, GZIP, LIMIT))
    assert [one.id for one in found if not one.error] == [f"<{i}>" for i in range(9) if i != 4]
    broken = [one for one in found if one.error]
    assert [one.place for one in broken] == [sum(map(len, members[:4]))]
    assert f"(at byte {broken[0].place})" in (broken[0].error or "")


def test_a_wrong_checksum_is_an_error_though_the_content_looks_whole(tmp_path: Path) -> None:
    members = [bytearray(gzip.compress(record(i, b"content"))) for i in range(3)]
    members[1][-6] ^= 1
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(members))
    found = list(records(str(path), 0, path.stat().st_size, GZIP, LIMIT))
    assert [bool(one.error) for one in found] == [False, True, False]
    assert "check" in (found[1].error or "")


def test_a_gzip_file_inside_a_member_does_not_pass_for_members(tmp_path: Path) -> None:
    rng = random.Random(3)
    inner = b"".join(gzip.compress(record(i, rng.randbytes(500), id=f"inner{i}")) for i in range(400))
    outer = [gzip.compress(record(i, inner if i == 1 else rng.randbytes(2000)), 0) for i in range(3)]  # level 0: stored as it is
    assert inner[:30] in outer[1]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(outer))
    assert [one.id for one in by_spans(path, 10_000, GZIP)] == ["<0>", "<1>", "<2>"]


def test_records_beyond_the_limit_are_passed_over(tmp_path: Path) -> None:
    for name, packing in (("a.warc", "plain"), ("a.warc.gz", "members")):
        path = tmp_path / name
        path.write_bytes(built([b"a", b"x", b"y", b"z" * 200, b"b"], packing))
        found = list(records(str(path), 0, path.stat().st_size, form_of(str(path)), 100))
        assert [one.error for one in found] == [None, None, None, "the record is longer than max_bytes=100", None]
        assert found[3].content == b""


def test_forms(tmp_path: Path) -> None:
    for name, data, form, parts in (
        ("a.warc", b"WARC/1.0", PLAIN, True), ("a.warc.gz", b"WARC/1.0", PLAIN, True), ("b.warc", gzip.compress(b"x") * 2, GZIP, True),
        ("b.warc.gz", b"damaged at once", GZIP, True), ("c.warc.lz4", b"\x04\x22\x4d\x18", OTHER, False),
        ("d.warc.gz", gzip.compress(random.Random(0).randbytes(2 << 20)), GZIP, False), ("e.arc", b"filedesc://", PLAIN, True),
    ):
        (tmp_path / name).write_bytes(data)
        assert form_of(f"{tmp_path}/{name}") == form
        assert splits(f"{tmp_path}/{name}", form) == parts


def test_the_network_s_errors_are_raised(tmp_path: Path) -> None:
    class Line(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 100:
                raise ConnectionResetError("the line is down")
            return super().read(min(size or 0, 101))

    with pytest.raises(ConnectionResetError):
        list(archive._fast(Line(built(contents(5, 0), "plain")), 0, 3000, LIMIT))


def test_without_fastwarc_it_is_only_slower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(built(contents(9, 5), "members"))
    with_it = list(records(str(path), 0, path.stat().st_size, GZIP, LIMIT))
    monkeypatch.setitem(__import__("sys").modules, "fastwarc.warc", None)
    assert list(records(str(path), 0, path.stat().st_size, GZIP, LIMIT)) == with_it
