"""Files of a folder, fetched over HTTP."""

from tilth.read.crawl_archive import Archive
from tilth.read.machine_pages import SITE, crawl_pages


def test_named_files_and_no_others(tmp_path):
    root = tmp_path / "site"
    (root / "a b").mkdir(parents=True)
    (root / "a b" / "ü#1.html").write_text('<a href="/other.html">not this</a>')
    (root / "other.html").write_text("other")
    (root / "plain.txt").write_text("no page")
    names = ["a b/ü#1.html", "plain.txt", "gone.html"]
    report = crawl_pages(names, root, tmp_path / "out")
    assert report.pages == 1
    assert report.failed == {SITE + "plain.txt": "content type text/plain", SITE + "gone.html": "HTTP 404"}
    with Archive(tmp_path / "out") as archive:
        assert archive.get(SITE + "a%20b/%C3%BC%231.html").body == b'<a href="/other.html">not this</a>'
    assert crawl_pages(names, root, tmp_path / "out").requests == 0
