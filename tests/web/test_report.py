"""The page: whole, escaped, small; and in a browser it opens without a network and without an error."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from toy_steps import Words
from web.hostile import MAIL, SCRIPT

from tilth import Filter, run
from tilth.read import Jsonl
from tilth.web.report import report

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SECTIONS = ["funnel", "rules", "signals", "duplicates", "languages", "sources", "edits", "quarantine", "made-by"]


@pytest.fixture(scope="module")
def path(out: str) -> str:
    return report(out)


def test_the_page_is_one_small_file_beside_the_run(out: str, path: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    assert path == f"{out}/report.html" and len(text) < 2 << 20
    assert "<script" not in text and "&lt;script&gt;" in text and SCRIPT not in text
    assert "http://" not in text and "https://" not in text and "url(" not in text and "@import" not in text
    assert MAIL not in text and "jane" not in text and "\x00" not in text


def test_the_same_run_gives_the_same_page(out: str, path: str) -> None:
    before = Path(path).read_bytes()
    assert Path(report(out)).read_bytes() == before


def test_identifiers_only_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": f"write to {MAIL}"}) + "\n")
    done = run(Jsonl(str(tmp_path / "a.jsonl")), [Words(), Filter("words > 99")], str(tmp_path / "out"), "local:1")
    assert MAIL in Path(report(done.out, redact=False)).read_text()
    assert MAIL not in Path(report(done.out)).read_text()


def test_a_run_that_drops_nothing_and_measures_nothing(lines: Path, tmp_path: Path) -> None:
    text = Path(report(run(Jsonl(str(lines), columns=()), [], str(tmp_path / "out"), "local:1").out)).read_text()
    for sentence in ("No rule dropped a row.", "No step measured a number.", "No step measured the language.", "No step edited a text."):
        assert sentence in text


def test_very_many_reasons_and_very_long_ids_stay_small(tmp_path: Path) -> None:
    rows = [{"id": "i" * 5000 + str(i), "text": "<&" * 3000, "n": i} for i in range(400)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    rules = [Filter(f"n != {i}", reason="<" * 50 + str(i)) for i in range(300)]
    text = Path(report(run(Jsonl(str(tmp_path / "a.jsonl")), rules, str(tmp_path / "out"), "local:1").out)).read_text()
    assert len(text) < 1 << 20 and "220 further reasons are in the audit." in text


# In a browser.


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not os.path.exists(CHROMIUM):
        pytest.skip(f"there is no chromium at {CHROMIUM}")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class Visit:
    """One look at the page: offline; any request that is not for a file, any console message and any exception counts as a fault."""

    def __init__(self, browser: Any, path: str, width: int = 1200, scheme: str = "light") -> None:
        self.faults: list[str] = []
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: request.url.startswith("file://") or self.faults.append(request.url))
        self.page.goto(f"file://{path}")

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()
        assert self.faults == []


def test_sections_stand_in_order_and_are_linked(browser: Any, path: str) -> None:
    with Visit(browser, path) as visit:
        assert visit.page.eval_on_selector_all("section", "all => all.map(each => each.id)") == SECTIONS
        assert visit.page.eval_on_selector_all("nav a", "all => all.map(each => each.hash.slice(1))") == SECTIONS
        assert visit.page.locator("h1").inner_text().endswith("kept")
        assert "=" in visit.page.locator(".balance p").inner_text()


def test_hostile_documents_stay_text(browser: Any, path: str) -> None:
    with Visit(browser, path) as visit:
        assert "owned" not in visit.page.title() and visit.page.locator("script").count() == 0
        assert visit.page.locator("bdi.id", has_text="<script>").count() > 0


def test_the_page_forbids_what_it_does_not_need(browser: Any, path: str) -> None:
    """Were markup ever to slip through, its scripts would not run and its pictures not load."""
    visit = Visit(browser, path)
    slipped = '<img src="http://127.0.0.1:9/x" onerror="document.title = 1">'
    visit.page.evaluate("slipped => document.body.insertAdjacentHTML('beforeend', slipped)", slipped)
    visit.page.wait_for_timeout(200)
    assert visit.page.title() != "1" and any("Content Security Policy" in fault for fault in visit.faults)
    visit.context.close()


def test_examples_open_on_a_click(browser: Any, path: str) -> None:
    with Visit(browser, path) as visit:
        first = visit.page.locator(".rules details").first
        assert not first.locator("article").first.is_visible()
        first.locator("summary").click()
        assert first.locator("article").first.is_visible() and first.locator("article").count() == 3
        assert visit.page.locator(".rules .decided b").count() > 0


def test_figures_have_size_thresholds_and_a_tinted_side(browser: Any, path: str) -> None:
    with Visit(browser, path) as visit:
        for figure in visit.page.locator("#signals figure svg.histogram:visible").all():
            box = figure.bounding_box()
            assert box is not None and box["width"] > 200 and box["height"] > 50
        assert visit.page.locator("#signals line.limit").count() == 3 and visit.page.locator("#signals line.perhaps").count() == 1
        assert visit.page.locator("#signals rect.away").count() == 2
        assert "large" in visit.page.locator("#duplicates .aside").first.text_content()


@pytest.mark.parametrize("width", [390, 768, 1200])
def test_nothing_sticks_out_at_any_width_with_everything_open(browser: Any, path: str, width: int) -> None:
    with Visit(browser, path, width) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_light_and_dark(browser: Any, path: str) -> None:
    colours = []
    for scheme in ("light", "dark"):
        with Visit(browser, path, scheme=scheme) as visit:
            colours.append(visit.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colours[0] != colours[1]


def test_it_prints(browser: Any, path: str) -> None:
    with Visit(browser, path) as visit:
        visit.page.emulate_media(media="print")
        assert not visit.page.locator("nav").is_visible() and len(visit.page.pdf()) > 10_000
