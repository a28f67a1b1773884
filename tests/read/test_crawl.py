"""The crawler against a real server on loopback that misbehaves in every way it can."""

import asyncio
import contextlib
import gzip
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.errors import RecipeError, StoreError
from tilth.read.crawl import CrawlReport, Limits, Manners, crawl
from tilth.read.crawl_archive import Archive

QUICK = Manners(agent="testbot/1.0 (+http://example.org/bot)", delay=0.0, per_site=4, timeout=5.0, retries=2, backoff=0.01)
HOST = "http://site.test"


class Site:
    """A server whose pages are functions of the request; counts what it is asked for."""

    def __init__(self, pages):
        self.pages, self.hits, self.times, self.agents = pages, Counter(), [], set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, request):
        path = urlsplit(request.path).path
        self.hits[request.path] += 1
        self.times.append(time.monotonic())
        self.agents.add(request.headers["User-Agent"])
        page = self.pages.get(path) or self.pages.get(path[: path.rfind("/") + 1] + "*")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            (page or (lambda r: send(r, 404, "no such page")))(request)

    def asked(self):
        return {path for path in self.hits if path != "/robots.txt"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def send(request, status, body, kind="text/html; charset=utf-8", **headers):
    body = body if isinstance(body, bytes) else body.encode()
    request.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


def page(*links, text="words", status=200, **headers):
    body = f"<html><title>{text}</title>" + "".join(f'<p><a href="{link}">link</a>' for link in links)
    return lambda request: send(request, status, body, **headers)


def to(target, status=302):
    return lambda request: send(request, status, "", Location=target)


def run(site, folder, limits=None, manners=QUICK, seeds=(HOST + "/",), **more):
    return crawl(list(seeds), folder, limits or Limits(), manners, connect={"site.test": ("127.0.0.1", site.port)}, **more)


def stored(folder):
    """What the archive holds: {address: (kind, detail, body)}."""
    with Archive(folder) as archive:
        visits = [archive.get(url) for url in archive._where]
    return {visit.url.removeprefix(HOST): (visit.kind, visit.detail, visit.body) for visit in visits}


def pages_of(folder):
    return {url for url, (kind, _, _) in stored(folder).items() if kind == "page"}


def tree(width=3, levels=3):
    """Pages that link to their children, to the root, and to their neighbours."""
    pages, level = {}, ["/"]
    for _ in range(levels):
        nexts = []
        for path in level:
            children = [f"{path}{i}/" for i in range(width)]
            pages[path] = page(*children, "/", "../", "#top", text=f"page {path} " + "x" * 2000)
            nexts += children
        level = nexts
    pages.update({path: page("/", text=f"leaf {path}") for path in level})
    return pages


def test_each_page_is_fetched_and_stored_once(tmp_path):
    with Site(tree()) as site:
        report = run(site, tmp_path)
        assert pages_of(tmp_path) == set(site.pages)
        assert site.hits == Counter(dict.fromkeys(site.pages, 1) | {"/robots.txt": 1})
        assert site.agents == {QUICK.agent}
        assert (report.pages, report.requests, report.left) == (40, 41, 0)
        assert report.bytes == sum(len(body) for _, _, body in stored(tmp_path).values())


def test_a_finished_crawl_fetches_nothing(tmp_path):
    pages = tree() | {"/": page("/0/", "/gone", "/moved", "/hidden", "/picture"), "/moved": to("/0/1/"), "/picture": page(kind="image/png")}
    pages["/robots.txt"] = lambda request: send(request, 200, "User-agent: *\nDisallow: /hidden", "text/plain")
    with Site(pages) as site:
        first = run(site, tmp_path)
        files = {path.name: path.read_bytes() for path in tmp_path.glob("*.gz")}
        site.hits.clear()
        again = run(site, tmp_path)
        assert not site.hits
        assert again == CrawlReport(**{**vars(first), "requests": 0})
        assert {path.name: path.read_bytes() for path in tmp_path.glob("*.gz")} == files
        assert first.failed == {f"{HOST}/gone": "HTTP 404", f"{HOST}/picture": "content type image/png"}
        assert first.robots == {f"{HOST}/hidden": "robots.txt"}


def test_robots_txt_is_obeyed(tmp_path):
    rules = "User-agent: other\nDisallow: /\n\nUser-agent: TestBot\nDisallow: /private/\nAllow: /private/open\nDisallow: /*.pdf$\n"
    links = ["/private/a", "/private/open", "/a.pdf", "/a.pdf.html", "/b"]
    pages = {"/": page(*links), **{link: page() for link in links}, "/robots.txt": lambda request: send(request, 200, rules, "text/plain")}
    with Site(pages) as site:
        report = run(site, tmp_path)
        assert site.asked() == {"/", "/private/open", "/a.pdf.html", "/b"}
        assert set(report.robots) == {HOST + "/private/a", HOST + "/a.pdf"}


@pytest.mark.parametrize("status, fetched", [(404, True), (403, True), (500, False), (429, False)])
def test_robots_txt_that_cannot_be_had(tmp_path, status, fetched):
    with Site({"/": page(), "/robots.txt": page(status=status)}) as site:
        report = run(site, tmp_path)
        assert (site.asked() == {"/"}) is fetched
        assert report.later == ({} if fetched else {HOST + "/": f"robots.txt: HTTP {status}"})
        site.pages["/robots.txt"] = page(status=404)
        assert run(site, tmp_path).pages == 1  # a refusal for now is not remembered


def test_a_site_that_wants_more_patience_than_there_is(tmp_path):
    with Site({"/": page(), "/robots.txt": lambda request: send(request, 200, "User-agent: *\nCrawl-delay: 3600", "text/plain")}) as site:
        report = run(site, tmp_path)
        assert report.robots == {HOST + "/": "asks for 3600 seconds between requests"}
        assert not site.asked()


@pytest.mark.parametrize("robots, manners", [("Crawl-delay: 0.25", QUICK), ("Allow: /", Manners(delay=0.25, per_site=4))])
def test_requests_to_a_site_keep_their_distance(tmp_path, robots, manners):
    pages = tree(3, 1) | {"/robots.txt": lambda request: send(request, 200, "User-agent: *\n" + robots, "text/plain")}
    with Site(pages) as site:
        run(site, tmp_path, manners=manners)
        asked = site.times[1:]  # the first is robots.txt
        assert len(asked) == 4
        assert asked[-1] - asked[0] > 0.6  # three times the delay, less what the first took to arrive


@pytest.mark.parametrize("per_site", [1, 3])
def test_no_more_requests_at_a_time_than_allowed(tmp_path, per_site):
    busy, seen, lock = 0, [], threading.Lock()

    def slow(request):  # it counts until it answers: what comes after that may overlap with the next request
        nonlocal busy
        with lock:
            busy += 1
            seen.append(busy)
        time.sleep(0.2)
        with lock:
            busy -= 1
        page()(request)

    with Site({"/": page(*(f"/{i}" for i in range(9))), **{f"/{i}": slow for i in range(9)}}) as site:
        run(site, tmp_path, manners=Manners(delay=0.0, per_site=per_site))
        assert max(seen) == per_site


def calendar(request):
    day = int(request.path.rpartition("/")[2])
    page(f"/day/{day + 1}", f"/day/{day + 2}", text=f"day {day}")(request)


def test_an_endless_calendar_ends_at_the_depth(tmp_path):
    with Site({"/": page("/day/1"), "/day/*": calendar}) as site:
        run(site, tmp_path, Limits(depth=4))
        assert pages_of(tmp_path) == {"/"} | {f"/day/{i}" for i in range(1, 8)}  # four links deep, two days at most each after the first


def test_an_endless_calendar_ends_at_the_pages(tmp_path):
    with Site({"/": page("/gone", "/day/1"), "/day/*": calendar}) as site:
        report = run(site, tmp_path, Limits(depth=10**6, pages=20))
        assert report.pages == 20 == len(pages_of(tmp_path))
        assert pages_of(tmp_path) == {"/"} | {f"/day/{i}" for i in range(1, 20)}
        assert report.left > 0


def test_the_byte_bound_begins_nothing_new(tmp_path):
    with Site(tree(4, 3)) as site:
        report = run(site, tmp_path, Limits(bytes=20_000))
        assert 20_000 <= report.bytes < 20_000 + 4 * 3_000  # four may be under way
        assert report.left > 0
        assert run(site, tmp_path, Limits(bytes=20_000)).requests == 0


def endless(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.send_header("Connection", "close")
    request.end_headers()
    while True:
        request.wfile.write(b"<p>more and more " * 1000)


def test_a_page_without_end_is_cut(tmp_path):
    with Site({"/": page("/endless"), "/endless": endless}) as site:
        run(site, tmp_path, Limits(page_bytes=100_000))
        assert len(stored(tmp_path)["/endless"][2]) == 100_000
        with Archive(tmp_path) as archive:
            assert archive.get(HOST + "/endless").cut
            assert not archive.get(HOST + "/").cut


def hang(request):
    time.sleep(1.0)
    request.close_connection = True


def drip(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(300):
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.1)


def test_slow_servers_cost_the_time_out(tmp_path):
    with Site({"/": page("/hang", "/drip", "/fine"), "/hang": hang, "/drip": drip, "/fine": page()}) as site:
        began = time.monotonic()
        report = run(site, tmp_path, manners=Manners(delay=0.0, per_site=4, timeout=0.3, retries=0))
        assert time.monotonic() - began < 20  # the drip alone is of 30 seconds
        assert set(report.later) == {HOST + "/hang", HOST + "/drip"}
        assert pages_of(tmp_path) == {"/", "/fine"}


def garbage(request):
    request.wfile.write(b"\x00\xff this is no HTTP \r\n\r\n")
    request.close_connection = True


def short(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"only this")
    request.close_connection = True


def big_head(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.send_header("X-Big", "x" * 100_000)
    request.end_headers()


def not_gzip(request):
    send(request, 200, b"this is not gzip", Content_Encoding="gzip")


def test_broken_answers_fail_alone_and_for_now(tmp_path):
    broken = {"/garbage": garbage, "/short": short, "/head": big_head, "/coded": not_gzip}
    with Site({"/": page(*broken, "/fine"), "/fine": page(), **broken}) as site:
        report = run(site, tmp_path)
        assert set(report.later) == {HOST + path for path in broken}
        assert all(site.hits[path] == 3 for path in broken)  # asked twice more
        assert pages_of(tmp_path) == {"/", "/fine"}
        site.pages["/garbage"] = page("/behind")
        site.pages["/behind"] = page()
        assert pages_of(tmp_path) | {"/garbage", "/behind"} == (run(site, tmp_path) and pages_of(tmp_path))


def test_busy_servers_are_asked_again_when_they_say(tmp_path):
    tries = Counter()

    def busy(status, **headers):
        def answer(request):
            tries[request.path] += 1
            page(status=status if tries[request.path] < 3 else 200, **headers)(request)

        return answer

    pages = {"/": page("/500", "/429", "/503"), "/500": busy(500), "/429": busy(429, Retry_After="1"), "/503": busy(503)}
    with Site(pages) as site:
        began = time.monotonic()
        report = run(site, tmp_path)
        assert time.monotonic() - began > 2.0  # the 429 said "in one second" twice
        assert report.pages == 4
        assert not report.later


def test_a_server_that_stays_busy(tmp_path):
    with Site({"/": page("/500", "/later"), "/500": page(status=500), "/later": page(status=503, Retry_After="86400")}) as site:
        began = time.monotonic()
        report = run(site, tmp_path)
        assert time.monotonic() - began < 60  # the 503 said "in a day"
        assert report.later == {HOST + "/500": "HTTP 500", HOST + "/later": "HTTP 503"}
        assert (site.hits["/500"], site.hits["/later"]) == (3, 1)


def test_redirects(tmp_path):
    pages = {
        "/": page("/a", "/loop1", "/self", "/away", "/chain0", "/nowhere", "/b"),
        "/a": to("/b", 301), "/b": page("/c"), "/c": page(),
        "/loop1": to("/loop2"), "/loop2": to("/loop1"), "/self": to("/self"),
        "/away": to("http://elsewhere.test/"), "/nowhere": to("mailto:nobody@example.org"),
        **{f"/chain{i}": to(f"/chain{i + 1}", 308) for i in range(9)},
    }  # fmt: skip
    with Site(pages) as site:
        report = run(site, tmp_path, Limits(redirects=3))
        assert pages_of(tmp_path) == {"/", "/b", "/c"}
        assert max(site.hits.values()) == 1
        assert site.hits["/chain3"] == 1
        assert site.hits["/chain4"] == 0
        assert report.failed == {f"{HOST}/chain3": "more than 3 redirects", f"{HOST}/nowhere": "HTTP 302 to nowhere"}
        assert stored(tmp_path)["/a"][:2] == ("redirect", HOST + "/b")


def test_the_depth_of_a_redirect_is_that_of_the_link(tmp_path):
    with Site({"/": page("/a"), "/a": to("/b"), "/b": page("/c"), "/c": page()}) as site:
        run(site, tmp_path, Limits(depth=1))
        assert pages_of(tmp_path) == {"/", "/b"}


def test_only_allowed_addresses(tmp_path):
    links = ["/docs/a", "/docs/a.zip", "/docs/old/a", "/blog/a", "http://other.test/docs/", "https://site.test/docs/", "ftp://site.test/docs/"]
    pages = {"/docs/": page(*links), **{urlsplit(link).path: page() for link in links[:4]}}
    with Site(pages) as site:
        more = {"allow": (HOST + "/docs/",), "deny": (HOST + "/docs/old/", "*.zip$")}
        run(site, tmp_path, seeds=[HOST + "/docs/"], **more)
        assert site.asked() == {"/docs/", "/docs/a"}


def test_spellings_of_one_address_are_one_page(tmp_path):
    links = ["/a b", "/a%20b", "./a%20b#x", "/x/../a%20b", "HTTP://SITE.test:80/a%20b", "//site.test/a%20b", " /a%20b\n"]
    with Site({"/": page(*links), "/a%20b": page()}) as site:
        assert run(site, tmp_path).pages == 2
        assert site.asked() == {"/", "/a%20b"}


def test_bad_html_is_a_page_like_any_other(tmp_path):
    bodies = {
        "/": b"<a href='/deep'><a HREF = /latin><A href=\"/attributes\"><a href=/nul><a href='/empty'><a href='http://['><a href><a",
        "/deep": b"<div>" * 100_000 + b"<a href=/end>",
        "/latin": b"<a href='/caf\xe9'>",
        "/attributes": b"<a " + b" ".join(b"a%d=1" % i for i in range(300_000)) + b">",
        "/nul": b"\0\0<a href=/end\0>" * 3,
        "/empty": b"",
    }
    pages = {path: (lambda request, body=body: send(request, 200, body)) for path, body in bodies.items()}
    with Site(pages | {"/caf%C3%A9": page()}) as site:
        began = time.process_time()
        run(site, tmp_path)
        assert time.process_time() - began < 10
        assert pages_of(tmp_path) == {*bodies, "/caf%C3%A9"}
        assert {path: body for path, (kind, _, body) in stored(tmp_path).items() if path in bodies} == bodies


def test_encoded_bodies_are_stored_decoded(tmp_path):
    fastwarc = pytest.importorskip("fastwarc.warc")
    squeezed = {"/": lambda request: send(request, 200, gzip.compress(b"<p>Soil made ready."), Content_Encoding="gzip")}
    with Site(squeezed) as site:
        run(site, tmp_path)
    record = next(iter(fastwarc.ArchiveIterator(open_warc(tmp_path), record_types=fastwarc.WarcRecordType.response)))
    assert record.reader.read() == b"<p>Soil made ready."
    assert record.http_headers["X-Crawler-Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in record.http_headers
    assert record.http_headers["Content-Length"] == "19"


def open_warc(folder):
    return io.BytesIO(b"".join(path.read_bytes() for path in sorted(folder.glob("*.warc.gz"))))


def test_two_archive_readers_agree(tmp_path):
    fastwarc, warcio = pytest.importorskip("fastwarc.warc"), pytest.importorskip("warcio.archiveiterator")
    pages = tree() | {"/": page("/0/", "/gone"), "/0/": page("/0/0/", text="größer")}
    with Site(pages) as site:
        run(site, tmp_path)
    want = {HOST + url: body for url, (kind, _, body) in stored(tmp_path).items() if kind == "page"}

    records = list(warcio.ArchiveIterator(open_warc(tmp_path), check_digests="raise"))
    assert [record.rec_type for record in records[:2]] == ["warcinfo", "response"]
    assert Counter(record.rec_type for record in records) == {"warcinfo": 1, "response": len(want), "metadata": 1}

    read = {}
    for record in warcio.ArchiveIterator(open_warc(tmp_path), check_digests="raise"):
        assert record.rec_headers.protocol == "WARC/1.1"
        if record.rec_type == "response":
            assert record.http_headers.get_statuscode() == "200"
            assert record.rec_headers["Content-Type"] == "application/http;msgtype=response"
            read[record.rec_headers["WARC-Target-URI"]] = record.content_stream().read()
    assert read == want

    read = {}
    for record in fastwarc.ArchiveIterator(open_warc(tmp_path), record_types=fastwarc.WarcRecordType.response, verify_digests=True):
        assert record.http_content_type == "text/html"
        read[record.headers["WARC-Target-URI"]] = record.reader.read()
    assert read == want
    ids = [line for line in gzip.decompress(open_warc(tmp_path).read()).split(b"\r\n") if line.startswith(b"WARC-Record-ID: <urn:uuid:")]
    assert len(set(ids)) == len(records)


def test_files_roll_over(tmp_path):
    with Site(tree()) as site:
        run(site, tmp_path, Limits(file_bytes=4_000))
        files = sorted(path.name for path in tmp_path.glob("*.gz"))
        assert files == [f"crawl-{i:05d}.warc.gz" for i in range(len(files))]
        assert len(files) > 3
        assert pages_of(tmp_path) == set(site.pages)
        assert run(site, tmp_path, Limits(file_bytes=4_000)).requests == 0


@pytest.mark.parametrize("cut", [1, 7, 50, 300])
def test_a_record_cut_short_is_fetched_again(tmp_path, cut):
    with Site(tree()) as site:
        run(site, tmp_path, Limits(file_bytes=4_000))
        before = stored(tmp_path)
        last = max(tmp_path.glob("*.gz"))
        os.truncate(last, last.stat().st_size - cut)
        kept = set(stored(tmp_path))
        site.hits.clear()
        run(site, tmp_path, Limits(file_bytes=4_000))
        assert 0 < len(site.asked()) <= 4
        assert site.asked() == set(before) - kept
        assert stored(tmp_path) == before


def test_damage_before_the_end_is_an_error(tmp_path):
    with Site(tree()) as site:
        run(site, tmp_path, Limits(file_bytes=4_000))
        first = min(tmp_path.glob("*.gz"))
        data = bytearray(first.read_bytes())
        data[len(data) // 2] ^= 0xFF
        first.write_bytes(data)
        with pytest.raises(StoreError, match="delete that file"):
            run(site, tmp_path)
        first.unlink()
        assert run(site, tmp_path).pages == 40


def expected(graph, depth, most):
    """The pages of a walk by levels, as plainly as can be: {page: links}, {redirect: target}, None for a missing page."""
    seen, pages, level = {"/"}, [], ["/"]
    for _ in range(depth + 1):
        links, at = [], 0
        while at < len(level) and len(pages) < most:
            wave, at = level[at : at + most - len(pages)], at + len(level[at : at + most - len(pages)])
            for path in wave:
                found = graph.get(path)
                if isinstance(found, str) and found not in seen:
                    seen.add(found)
                    level.append(found)
                elif isinstance(found, list):
                    pages.append(path)
                    links += found
        level = []
        for path in links:
            if path not in seen:
                seen.add(path)
                level.append(path)
    return pages


paths = st.sampled_from(["/", *"abcdefgh"]).map(lambda name: "/" + name.strip("/"))
graphs = st.dictionaries(paths, st.lists(paths, max_size=5) | paths | st.none(), max_size=9)


@settings(max_examples=25, deadline=None)
@given(graphs, st.integers(0, 4), st.integers(1, 9))
def test_what_is_visited_depends_on_the_site_alone(tmp_path_factory, graph, depth, most):
    answers = {list: lambda links: page(*links), str: to, type(None): lambda _: page(status=404)}
    with Site({path: answers[type(found)](found) for path, found in graph.items()}) as site:
        for per_site in (1, 4):
            folder = tmp_path_factory.mktemp("walk")
            run(site, folder, Limits(depth=depth, pages=most, redirects=99), Manners(delay=0.0, per_site=per_site))
            assert pages_of(folder) == set(expected(graph, depth, most))


CHILD = """
import sys
from tilth.read.crawl import crawl, Limits, Manners
crawl(["http://site.test/"], sys.argv[1], Limits(depth=5, pages=60, file_bytes=20_000), Manners(delay=0.004, per_site=3, backoff=0.01),
      connect={"site.test": ("127.0.0.1", int(sys.argv[2]))})
"""


def test_killed_at_any_moment_it_goes_on_and_ends_the_same(tmp_path):
    pages = tree(4, 3) | {"/0/1/": to("/3/2/1/"), "/1/0/": page(status=404), "/2/2/": page("/2/2/3/", text="z" * 50_000)}
    with Site(pages) as site:
        run(site, tmp_path / "whole", Limits(depth=5, pages=60))
        deaths = 0
        for delay in (0.0, 0.05, 0.1, 0.15, 0.2, 60):
            folder = tmp_path / "killed"
            known = set(stored(folder)) if folder.exists() else set()
            site.hits.clear()
            child = subprocess.Popen([sys.executable, "-c", CHILD, str(folder), str(site.port)])
            until = time.monotonic() + 60
            while not site.hits and child.poll() is None and time.monotonic() < until:
                time.sleep(0.005)  # it starts up
            try:
                child.wait(delay)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
                child.wait()
            assert not site.asked() & known
            deaths += child.returncode == -signal.SIGKILL
            if child.returncode == 0:
                break
        assert child.returncode == 0
        assert deaths >= 2
        assert stored(folder) == stored(tmp_path / "whole")


def test_what_progress_raises_ends_the_crawl(tmp_path):
    seen = []

    def stop(visit):
        seen.append(visit.url)
        if len(seen) == 10:
            raise InterruptedError

    with Site(tree()) as site:
        with pytest.raises(InterruptedError):
            run(site, tmp_path, progress=stop)
        assert len(pages_of(tmp_path)) < 40
        site.hits.clear()
        run(site, tmp_path)
        assert pages_of(tmp_path) == set(site.pages)
        assert sum(site.hits.values()) <= 31 + 1


def test_one_crawl_at_a_time(tmp_path):
    with Archive(tmp_path), pytest.raises(StoreError, match="Another crawl"):
        crawl([HOST], tmp_path)


def test_within_a_running_loop(tmp_path):
    async def notebook(site):
        return run(site, tmp_path)

    with Site(tree(2, 1)) as site:
        assert asyncio.run(notebook(site)).pages == 3


def test_a_host_that_is_not_there(tmp_path):
    report = crawl(["http://127.0.0.1:1/"], tmp_path, manners=QUICK)
    assert report.pages == 0
    assert "127.0.0.1:1" in report.later["http://127.0.0.1:1/"]


@pytest.mark.parametrize("seeds", [[], ["example.org"], ["file:///etc/passwd"], ["http://"], ["http://user:word@example.org/"]])
def test_seeds_that_are_no_addresses(tmp_path, seeds):
    with pytest.raises(RecipeError):
        crawl(seeds, tmp_path)
