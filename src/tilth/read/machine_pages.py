"""HTML files of this machine as a web site: served on loopback, fetched over HTTP into WARC files."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from tilth.read.crawl import CrawlReport, Limits, Manners, Progress, crawl

SITE = "http://doc.localhost/"  # what the records say, whatever port the server got


def crawl_pages(names: list[str], root: Path, folder: str | Path, progress: Progress | None = None) -> CrawlReport:
    """Fetch the files `names` below `root`, and nothing that they link to, into WARC files in `folder`."""
    seeds = [SITE + quote(name) for name in names]
    with _server(root) as port:
        where = {"doc.localhost": ("127.0.0.1", port)}
        return crawl(seeds, folder, Limits(depth=0, pages=max(1, len(seeds))), _MANNERS, connect=where, progress=progress)


_MANNERS = Manners(delay=0.0, per_site=4)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def _server(root: Path) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
