"""WARC files as memory: whatever is put in comes out again, cut anywhere they go on, and other readers understand them."""

import gzip
import io
import os
import resource
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import StoreError
from tilth.read import crawl_archive
from tilth.read.crawl_archive import Archive, Visit, members, parse

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
VISITS = [
    Visit("http://x.org/", "page", head=HEAD, body=b"<p>one"),
    Visit("http://x.org/b", "redirect", "http://x.org/"),
    Visit("http://x.org/c", "page", head=HEAD, body=b"\r\n\r\n\0\xff\r\n\r\n", cut=True),
    Visit("http://x.org/d", "failed", "HTTP 404"),
    Visit("http://x.org/e", "page", head=HEAD, body=b""),
    Visit("http://x.org/f", "robots", "robots.txt"),
]


def filled(folder, visits=VISITS, **more):
    with Archive(folder, **more) as archive:
        for visit in visits:
            archive.put(visit)
    return folder


@pytest.mark.parametrize("roll", [1, 1000, 1 << 30])
def test_visits_come_back(tmp_path, roll):
    filled(tmp_path, roll=roll)
    with Archive(tmp_path) as archive:
        assert [archive.get(visit.url) for visit in VISITS] == VISITS
        assert "http://x.org/z" not in archive
        assert (archive.pages, archive.bytes) == (3, sum(len(visit.body) for visit in VISITS))
        assert len(archive.files()) == (len(VISITS) if roll == 1 else 2 if roll == 1000 else 1)


@given(st.binary(max_size=300))
def test_any_body_comes_back(tmp_path_factory, body):
    folder = filled(tmp_path_factory.mktemp("any"), [Visit("http://x.org/", "page", head=HEAD, body=body)])
    with Archive(folder) as archive:
        assert archive.get("http://x.org/").body == body


def test_cut_at_any_byte_it_keeps_what_is_whole_and_goes_on(tmp_path):
    whole = filled(tmp_path / "whole")
    data = (whole / "crawl-00000.warc.gz").read_bytes()
    ends = [end for _, end, _ in members(io.BytesIO(data))]
    for cut in {*range(0, len(data), 37), *ends, *(end - 1 for end in ends), *(end + 1 for end in ends[:-1])}:
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / "crawl-00000.warc.gz").write_bytes(data[:cut])
        with Archive(folder) as archive:
            kept = [visit for visit in VISITS if visit.url in archive]
            assert len(kept) == max(0, sum(end <= cut for end in ends) - 1)  # warcinfo is the first
            for visit in VISITS[len(kept) :]:
                archive.put(visit)
            assert [archive.get(visit.url) for visit in VISITS] == VISITS
        records = list(members(io.BytesIO((folder / "crawl-00000.warc.gz").read_bytes())))
        assert len(records) == 1 + len(VISITS)


@pytest.mark.parametrize("tail", [b"\0" * 100, b"garbage", b"\x1f\x8b\x08\0garbage"])
def test_garbage_at_the_end_is_cut_off(tmp_path, tail):
    file = filled(tmp_path) / "crawl-00000.warc.gz"
    size = file.stat().st_size
    with file.open("ab") as out:
        out.write(tail)
    with Archive(tmp_path) as archive:
        assert all(visit.url in archive for visit in VISITS)
    assert file.stat().st_size == size


def test_damage_in_an_earlier_file_is_an_error_and_leaves_all_as_it_is(tmp_path):
    filled(tmp_path, roll=1)
    first = tmp_path / "crawl-00001.warc.gz"
    os.truncate(first, first.stat().st_size - 5)
    before = {path: path.read_bytes() for path in tmp_path.glob("*.gz")}
    for _ in range(2):  # and the folder is not left locked
        with pytest.raises(StoreError, match="crawl-00001"), Archive(tmp_path):
            pass
    assert {path: path.read_bytes() for path in tmp_path.glob("*.gz")} == before
    first.unlink()
    with Archive(tmp_path, roll=1) as archive:
        archive.put(VISITS[1])
        assert [archive.get(visit.url) for visit in VISITS] == VISITS


def test_records_are_bounded(monkeypatch):
    monkeypatch.setattr(crawl_archive, "LARGEST", 1 << 20)
    bomb = gzip.compress(b"\0" * (1 << 21), 9)
    with pytest.raises(zlib.error, match="longer"):
        list(members(io.BytesIO(bomb)))


def test_every_record_says_what_the_standard_asks(tmp_path):
    file = filled(tmp_path, about=(("robots", "obey"),)) / "crawl-00000.warc.gz"
    records = [record for _, _, record in members(io.BytesIO(file.read_bytes()))]
    assert [parse(record) for record in records] == [None, *VISITS]
    for record in records:
        head, _, rest = record.partition(b"\r\n\r\n")
        version, *lines = head.decode().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines)
        assert version == "WARC/1.1"
        assert {"WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length", "Content-Type", "WARC-Block-Digest"} <= set(fields)
        assert rest[int(fields["Content-Length"]) :] == b"\r\n\r\n"
    assert b"robots: obey" in records[0]
    assert b"WARC-Filename: crawl-00000.warc.gz" in records[0]


def test_a_line_break_in_a_detail_makes_no_field(tmp_path):
    filled(tmp_path, [Visit("http://x.org/", "failed", "bad\r\nkind: page")])
    with Archive(tmp_path) as archive:
        assert archive.get("http://x.org/") == Visit("http://x.org/", "failed", "bad kind: page")


def test_a_full_disk(tmp_path):
    big = Visit("http://x.org/big", "page", head=HEAD, body=os.urandom(100_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Archive(tmp_path) as archive:
        archive.put(VISITS[0])
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))  # a file may not grow further: writing stops half way through the record
        try:
            with pytest.raises(StoreError, match="make room"):
                archive.put(big)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert "http://x.org/big" not in archive
        archive.put(VISITS[1])
        assert archive.get(VISITS[1].url) == VISITS[1]
    with Archive(tmp_path) as archive:
        assert [visit.url in archive for visit in (*VISITS[:2], big)] == [True, True, False]
