"""A run from an object store into an object store: nothing but URLs, against a real S3 server on loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator

import fsspec
import pyarrow.parquet as pq
import pytest
from toy_steps import RECIPE

from tilth import explain, load, plan, run
from tilth.read import Jsonl

s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed")
server = pytest.importorskip("moto.server", reason="moto is not installed")


@pytest.fixture
def bucket() -> Iterator[str]:
    """The URL of an empty bucket; s3fs and the worker processes find the server by the environment."""
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                            "AWS_DEFAULT_REGION": "us-east-1"}.items():
            patch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()  # one that was made for another server would be used again
        fsspec.filesystem("s3", skip_instance_cache=True).mkdir("corpora")
        yield "s3://corpora"
        s3fs.S3FileSystem.clear_instance_cache()
    running.stop()


def test_from_bucket_to_bucket(bucket: str, lines: os.PathLike[str]) -> None:
    fs = fsspec.filesystem("s3")
    for name in os.listdir(lines):
        fs.put_file(os.path.join(lines, name), f"corpora/in/{name}")
    reader, out = Jsonl(f"{bucket}/in/*.jsonl"), f"{bucket}/out"
    done = run(reader, RECIPE, out, "local:1", split=5000)
    assert done.data["rows_in"] == 252 == done.rows + done.data["audited"] + done.data["quarantined"]
    files = [path for path in fs.find("corpora/out/data") if path.endswith(".parquet")]
    assert sum(pq.read_table(fs.open(path)).num_rows for path in files) == done.rows
    assert plan(reader, RECIPE, out, split=5000).to_do == 0
    assert load(out).rows == done.rows
    assert explain(out, f"{bucket}/in/0.jsonl:0")[0].fate in ("kept", "duplicate")
