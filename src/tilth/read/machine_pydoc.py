"""A web site that every Python has: pydoc's own server over the standard library, crawled over HTTP on loopback into WARC files."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tilth.errors import StepError
from tilth.read.crawl import CrawlReport, Limits, Manners, Progress, crawl
from tilth.read.crawl_archive import Visit

SITE = "http://pydoc.localhost/"  # what the records say, whatever port the server got

# The server imports a module to document it, so modules whose import does something are left out.
# Patterns of addresses, as in robots.txt.
LEFT_OUT = {
    "antigravity.": "opens a browser",
    "this.": "prints a poem",
    "__hello__.": "prints",
    "__phello__.": "prints",
    "idlelib.": "opens windows",
    "turtledemo.": "opens windows",
    "turtle.": "needs a display",
    "tkinter.": "needs a display",
    "lib2to3.": "builds grammar tables and writes them to disk",
    "ensurepip.": "installs packages",
    "*__main__.": "is a command, which may run when it is imported",
    "test.": "is tests",
    "*.test.": "is tests",
    "*.tests.": "is tests",
    "search?key=": "imports every module there is, and belongs to a form",
    "get?key=": "shows the same pages by another name",
}


def crawl_pydoc(folder: str | Path, modules: tuple[str, ...] = (), progress: Progress | None = None) -> CrawlReport:
    """Crawl pydoc's pages on the standard library (or on `modules` alone) into WARC files in `folder`; takes up an unfinished crawl.

    A module whose page takes the server down, or does not come, is left out, and the crawl goes on with a new server: `failed` names it.
    Raises StepError where the server does not start.
    """
    seeds = [f"{SITE}{name}.html" for name in modules] or [SITE, SITE + "topics.html", SITE + "keywords.html"]
    limits = Limits(depth=0 if modules else 50, file_bytes=1 << 20)  # several files, for several workers
    lost: dict[str, str] = {}

    def watch(visit: Visit) -> None:
        if visit.kind == "later":
            raise _Lost(visit.url, visit.detail)
        if progress:
            progress(visit)

    while True:
        deny = tuple(SITE + pattern for pattern in LEFT_OUT) + tuple(lost)
        try:
            with _server() as port:
                where = {"pydoc.localhost": ("127.0.0.1", port)}
                report = crawl(seeds, folder, limits, _MANNERS, deny=deny, connect=where, progress=watch)
        except _Lost as broken:
            url, why = broken.args
            lost[url] = why
        else:
            report.failed.update(lost)
            return report


class _Lost(Exception):
    """A page that did not come: (address, why)."""


_MANNERS = Manners(delay=0.0, per_site=1, timeout=60.0, retries=0)


@contextlib.contextmanager
def _server() -> Iterator[int]:
    """Run pydoc's server in a process of its own, and yield its port.

    It sees the standard library alone (-S: no site-packages), an empty folder, and an environment without ours, as pages show `os.environ`.
    It ends when its standard input does, so it does not outlive this process, however that ends.
    """
    command = [sys.executable, "-s", "-S", "-u", "-W", "ignore", "-m", "pydoc", "-n", "127.0.0.1", "-p", "0"]
    environment = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath}
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryFile() as said:
        server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=said, stderr=subprocess.STDOUT, cwd=empty, env=environment, start_new_session=True
        )
        try:
            yield _port(server, said.fileno())
        finally:
            assert server.stdin
            server.stdin.close()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _port(server: subprocess.Popen[bytes], said: int) -> int:
    """Return the port that the server says it listens at; its output is a file, as a pipe that nobody reads would stop it."""
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        words = os.pread(said, 4096, 0).decode(errors="replace").partition("Server ready at ")[2]
        url, slash, _ = words.partition("/\n")
        if slash:
            return int(url.rpartition(":")[2])
        time.sleep(0.02)
    why = os.pread(said, 4096, 0).decode(errors="replace") or "it says nothing"
    raise StepError("pydoc's server does not start.", where=f"{sys.executable} -m pydoc", why=why, fix="see that this Python has pydoc")
