from __future__ import annotations

import base64
import io
import os
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from media.pictures import drawn, saved
from PIL import Image

from tilth import run
from tilth.read import Parquet
from tilth.web import pictures
from tilth.web.report import report

CHROMIUM = "/usr/bin/chromium"
MAIL = "jane.doe@example.com"
CAPTIONS = ["shapes", f"<b>bold</b> {MAIL}", None, "x" * 500]


def page(folder: Path, files: list[bytes | None]) -> str:
    table = pa.table({
        "id": [f"shard-0.tar/{n:03d}" for n in range(len(files))], "image": pa.array(files, pa.large_binary()),
        "text": pa.array([CAPTIONS[n % 4] for n in range(len(files))], pa.large_string()),
    })  # fmt: skip
    pq.write_table(table, folder / "in.parquet")
    done = run(Parquet(str(folder / "in.parquet")), [], str(folder / "out"), "inline")
    return report(done.out)


def shown(text: str) -> list[Image.Image]:
    found = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', text)
    return [Image.open(io.BytesIO(base64.b64decode(each))) for each in found]


def test_pictures_are_few_small_and_drawn_anew(tmp_path: Path) -> None:
    tall = saved(drawn(1, (300, 900)), "jpeg", comment=b"hidden words")
    files = [tall, b"no image", None, saved(drawn(2).convert("RGBA")), saved(drawn(3).convert("P"), "gif")] * 20
    text = Path(page(tmp_path, files)).read_text()
    found = shown(text)
    assert len(found) == pictures.MOST and len(text) < 1 << 20
    assert all(max(image.size) <= pictures.SIDE for image in found)
    assert "300 × 900" in text and b"hidden" not in b"".join(image.tobytes() for image in found)
    assert "&lt;b&gt;bold" in text and MAIL not in text and "x" * 91 not in text


def test_a_huge_image_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_PIXELS", 10_000)
    assert 'id="pictures"' not in Path(page(tmp_path, [saved(drawn(1))])).read_text()


def test_a_run_without_images_has_no_such_section(tmp_path: Path) -> None:
    assert 'id="pictures"' not in Path(page(tmp_path, [None, b"no image"])).read_text()


@pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="there is no chromium here")
def test_a_browser_shows_them(tmp_path: Path) -> None:
    api = pytest.importorskip("playwright.sync_api")
    path = page(tmp_path, [saved(drawn(n, (200 + 10 * n, 150))) for n in range(6)])
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        errors: list[str] = []
        tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        tab.goto(f"file://{path}")
        tab.locator("#pictures").scroll_into_view_if_needed()
        tab.evaluate("Promise.all([...document.images].map(image => image.decode()))")
        widths = tab.evaluate("[...document.images].map(image => image.naturalWidth)")
        browser.close()
    assert len(widths) == 6 and min(widths) > 50 and not errors
