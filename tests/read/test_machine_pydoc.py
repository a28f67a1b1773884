"""pydoc's own server, crawled: a few modules only, as all of them take half a minute."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tilth.errors import StepError
from tilth.read import machine_pydoc
from tilth.read.crawl import Manners
from tilth.read.crawl_archive import Archive
from tilth.read.machine_pydoc import LEFT_OUT, SITE, crawl_pydoc


def bodies(folder):
    with Archive(folder) as archive:
        return {url.removeprefix(SITE): archive.get(url).body.decode() for url in archive._where}


def test_modules_are_crawled_over_http(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_OF_OURS", "do-not-tell")
    seen = []
    report = crawl_pydoc(tmp_path, ("textwrap", "os", "posix"), progress=lambda visit: seen.append(visit.url))
    pages = bodies(tmp_path)
    assert set(pages) == {"textwrap.html", "os.html", "posix.html"}
    assert sorted(seen) == sorted(SITE + name for name in pages)
    assert "<title>Pydoc: module textwrap</title>" in pages["textwrap.html"]
    assert "environ" in pages["os.html"]
    assert not any("do-not-tell" in page or "SECRET_OF_OURS" in page for page in pages.values())
    assert (report.pages, report.failed, report.later) == (3, {}, {})
    assert crawl_pydoc(tmp_path, ("textwrap", "os", "posix")).requests == 0


def test_the_index_leads_to_the_standard_library_alone_and_not_to_what_is_left_out(tmp_path):
    with machine_pydoc._server() as port:
        index = urllib.request.urlopen(f"http://127.0.0.1:{port}/").read().decode()
    assert 'href="json.html"' in index
    assert 'href="pytest.html"' not in index
    assert 'href="tilth.html"' not in index
    crawl_pydoc(tmp_path, ("antigravity", "idlelib.idle", "json.__main__", "unittest.test.support", "this"))
    assert bodies(tmp_path) == {}


def test_what_is_left_out_has_a_reason():
    assert all(reason for reason in LEFT_OUT.values())
    assert all(name.endswith((".", "=")) for name in LEFT_OUT)


class Fragile(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/deadly.html":
            return
        if self.path == "/stuck.html":
            time.sleep(1)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(b"<p>fine")

    def log_message(self, *_):
        pass


def test_pages_that_take_the_server_down_are_left_out_and_named(tmp_path, monkeypatch):
    servers = []

    @contextlib.contextmanager
    def serving():
        with ThreadingHTTPServer(("127.0.0.1", 0), Fragile) as server:
            servers.append(server)
            Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            try:
                yield server.server_port
            finally:
                server.shutdown()

    monkeypatch.setattr(machine_pydoc, "_server", serving)
    monkeypatch.setattr(machine_pydoc, "_MANNERS", Manners(delay=0.0, timeout=0.3, retries=0))
    report = crawl_pydoc(tmp_path, ("a", "deadly", "b", "stuck", "c"))
    assert set(bodies(tmp_path)) == {"a.html", "b.html", "c.html"}
    assert set(report.failed) == {SITE + "deadly.html", SITE + "stuck.html"}
    assert len(servers) == 3
    assert report.pages == 3


HOLDER = """
import sys, time
from tilth.read.machine_pydoc import _server
with _server() as port:
    print(port, flush=True)
    time.sleep(60)
"""


def test_the_server_does_not_outlive_us():
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{int(holder.stdout.readline())}/topics.html"
    assert urllib.request.urlopen(url).status == 200
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            return
        time.sleep(0.1)
    pytest.fail("pydoc's server is still there")


def test_a_python_without_pydoc_is_an_error(monkeypatch):
    monkeypatch.setattr(machine_pydoc.sys, "executable", "/bin/false")
    with pytest.raises(StepError, match="does not start"), machine_pydoc._server():
        pass
