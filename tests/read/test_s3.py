"""Every kind of file from an object store: a real S3 server on loopback, spoken to over HTTP."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import read
from tilth.errors import CorpusError

pytest.importorskip("s3fs", reason="s3fs is not installed")
server = pytest.importorskip("moto.server", reason="moto is not installed")
boto3 = pytest.importorskip("boto3", reason="boto3 is not installed")

ReadAll = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """A bucket to put objects in; s3fs finds the server by the environment, as a user would set it."""
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        }.items():
            patch.setenv(name, value)
        made = boto3.resource("s3").Bucket("crawl")
        made.create()
        yield made
    running.stop()


def put(bucket: Any, **objects: bytes) -> None:
    for name, data in objects.items():
        bucket.put_object(Key=name.replace("__", "/").replace("_dot_", "."), Body=data)


def page(number: int) -> bytes:
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>" + str(number**300).encode()
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <{number}>\r\nWARC-Target-URI: http://x/{number}\r\n"
    return head.encode() + b"Content-Type: application/http\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (len(body), body)


def test_objects_are_listed_sorted_with_their_etag(bucket: Any) -> None:
    put(bucket, list__b_dot_jsonl=b"{}", list__a_dot_jsonl=b"{}", list__deep__c_dot_jsonl=b"{} ", list__note_dot_txt=b"x")
    found = read.Jsonl("s3://crawl/list").files()
    assert [file.path for file in found] == ["s3://crawl/list/a.jsonl", "s3://crawl/list/b.jsonl", "s3://crawl/list/deep/c.jsonl"]
    assert [file.size for file in found] == [2, 2, 3]
    assert found[0].stamp == found[1].stamp == bucket.Object("list/a.jsonl").e_tag.strip('"') != found[2].stamp
    assert [file.path for file in read.Jsonl("s3://crawl/list/*.jsonl").files()] == ["s3://crawl/list/a.jsonl", "s3://crawl/list/b.jsonl"]
    assert [file.path for file in read.Jsonl("s3://crawl/list/**/c.jsonl").files()] == ["s3://crawl/list/deep/c.jsonl"]
    assert [file.path for file in read.Text("s3://crawl/list", include=("*.txt",)).files()] == ["s3://crawl/list/note.txt"]
    put(bucket, list__a_dot_jsonl=b"{ }")
    assert read.Jsonl("s3://crawl/list/a.jsonl").files()[0].stamp != found[0].stamp
    with pytest.raises(CorpusError, match="empty"):
        read.Jsonl("s3://crawl/nothing/*.jsonl").files()


@pytest.mark.parametrize("size", [None, 2000])
def test_rows_come_as_from_the_disk(bucket: Any, read_all: ReadAll, size: int | None) -> None:
    lines = b"".join(b'{"text": "line %d"}\n' % i for i in range(500))
    table = pa.BufferOutputStream()
    pq.write_table(pa.table({"text": [f"row {i}" for i in range(500)]}), table, row_group_size=50)
    put(
        bucket, rows__a_dot_jsonl=lines, rows__b_dot_jsonl_dot_gz=gzip.compress(lines), rows__c_dot_parquet=table.getvalue().to_pybytes(),
        rows__d_dot_csv=b"text,n\n" + b'"a\nb",1\n' * 200, rows__e_dot_md=b"# Title", rows__f_dot_html=b"<p>",
        rows__g_dot_warc_dot_gz=b"".join(gzip.compress(page(i)) for i in range(50)), rows__h_dot_warc=b"".join(map(page, range(50))),
    )
    path = "s3://crawl/rows"
    for reader in (read.Jsonl(f"{path}/a.jsonl"), read.Jsonl(f"{path}/*.jsonl.gz")):
        rows = read_all(reader, size)
        assert [row["text"] for row in rows] == [f"line {i}" for i in range(500)]
        assert rows[1]["id"] == f"{reader.files()[0].path}:19"
    assert [row["text"] for row in read_all(read.Parquet(path), size)] == [f"row {i}" for i in range(500)]
    assert [row["text"] for row in read_all(read.Csv(path), size)] == ["a\nb"] * 200
    assert [row["text"] for row in read_all(read.Text(f"{path}/*.md"), size)] == ["# Title"]
    assert [row["html"] for row in read_all(read.Html(path), size)] == [b"<p>"]
    for name in ("g.warc.gz", "h.warc"):
        assert [row["url"] for row in read_all(read.Warc(f"{path}/{name}"), size)] == [f"http://x/{i}" for i in range(50)]
    union = read.union(lines=read.Jsonl(f"{path}/a.jsonl"), pages=read.Warc(path))
    assert len(read_all(union, size)) == 600


def test_an_object_that_is_gone_is_no_bad_row(bucket: Any) -> None:
    put(bucket, gone__a_dot_jsonl=b'{"text": "a"}\n')
    reader = read.Jsonl("s3://crawl/gone/a.jsonl")
    files = reader.files()
    schema = reader.schema(files)
    bucket.Object("gone/a.jsonl").delete()
    with pytest.raises(FileNotFoundError):
        list(reader.read(read.Span(files[0].path), schema))
