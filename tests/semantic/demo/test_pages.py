"""Pages are what sources document, read without importing them; a source that cannot be read has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tilth.semantic.demo.pages import PYTHON, Page, _pages, chosen, standard_pages

LONG = "Tells how to count the snow that fell, in the units of those who measured it. " * 2
SOURCE = f'''
class Snow:
    """{LONG}"""

    def _hidden(self):
        """{LONG}"""

    def melt(self, warm: int = 3):
        """Short."""

raise RuntimeError("imported")

async def fall(deep, *, slow=True):
    """{LONG * 9}"""
'''


def test_a_page_is_a_heading_and_what_is_documented(tmp_path: Path) -> None:
    (tmp_path / "snow.py").write_text(SOURCE)
    one, two = _pages("snow", [tmp_path / "snow.py", tmp_path / "missing.py"], 10**6)
    assert one.text == f"class Snow\n\n{LONG.strip()}" and one.library == "snow"
    assert two.text.startswith("fall(deep, *, slow=True)\n\nTells") and len(two.text) <= 700


@pytest.mark.parametrize("source", [b"def broken(:", b"\0", b"\xff\xfe", b"(" * 5000, b""])
def test_what_cannot_be_read_has_no_pages(tmp_path: Path, source: bytes) -> None:
    (tmp_path / "bad.py").write_bytes(source)
    assert [*_pages("bad", [tmp_path / "bad.py"], 10**6)] == []


def test_no_more_is_read_than_said(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.py" for n in range(20)]
    for n, path in enumerate(paths):
        path.write_text(f'"""{n} {LONG}"""')
    assert len([*_pages("many", paths, 3 * paths[0].stat().st_size - 10)]) == 3


def test_the_pages_chosen_are_the_same_in_any_order() -> None:
    pages = [Page(f"page {n % 50}", "x") for n in range(100)]
    assert chosen(pages, 10) == chosen(reversed(pages), 10) and len(chosen(pages, 100)) == 50


def test_the_standard_library_is_documented() -> None:
    found = [*standard_pages()]
    assert len(found) > 100 and {page.library for page in found} == {PYTHON}
