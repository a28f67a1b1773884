"""Tables of pages as Markdown: cells at their places, tables that arrange a page left alone, bombs bounded."""

from __future__ import annotations

import re
import tarfile
import time
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import clean
from tilth.clean.tables import with_markdown_tables
from tilth.errors import RecipeError

pytest.importorskip("resiliparse", reason="the extra 'web' is not installed")


def text_of(page: str) -> str:
    return with_markdown_tables(page).body.text


def cells_of(markdown: str) -> list[list[str]]:
    """A second reading of Markdown: what a person who splits at bars finds."""
    lines = [line[2:-2].replace("\\|", "\0").split(" | ") for line in markdown.splitlines()]
    return [[cell.replace("\0", "|").strip() for cell in line] for i, line in enumerate(lines) if i != 1]


def test_cells_stand_where_the_page_shows_them() -> None:
    page = "<table><tr><th rowspan=2>a<th colspan=2>b<tr><td>c<td>d<tr><td>e</table>"
    assert text_of(page) == "| a | b |  |\n| --- | --- | --- |\n|  | c | d |\n| e |  |  |"


def test_text_of_a_cell_is_one_line_without_scripts() -> None:
    page = "<table><tr><td>a<b>b</b><p>c</p><script>x()</script>d<br>e|f<td>2<tr><td>3<td>4</table>"
    assert text_of(page).splitlines()[0] == r"| ab c d e\|f | 2 |"


@pytest.mark.parametrize("page", [
    "<table><tr><td>menu<td>page</table>", "<table><tr><td>a<tr><td>b</table>", "<table></table>",
    "<table>" + "<tr><td colspan=1000>a<td>b" * 101 + "</table>",
])
def test_tables_that_hold_no_data_stay(page: str) -> None:
    assert "|" not in text_of(page)


def test_of_nested_tables_the_inner_ones_are_data() -> None:
    inner = "<table><caption>Sums</caption><tr><td>1<td>2<tr><td>3<td>4</table>"
    text = text_of(f"<table><tr><td>left<td>{inner}<tr><td>c<td>d</table>")
    assert "Sums\n\n| 1 | 2 |\n| --- | --- |\n| 3 | 4 |" in text
    assert text.startswith("left")


CELL = st.text(st.sampled_from("ab|1 é\n"), min_size=1, max_size=6).filter(str.strip)


@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=2, max_size=5)))
def test_every_cell_comes_through(rows: list[list[str]]) -> None:
    page = "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows) + "</table>"
    assert cells_of(text_of(page)) == [[" ".join(cell.split()) for cell in row] for row in rows]


def test_html_text_writes_tables_as_markdown() -> None:
    table = b"<table><tr><th>Crop<th>t<tr><td>Rye<td>4</table>"
    page = b"<main><h1>Yields</h1><p>" + b"All about the harvest of this year. " * 5 + b"</p>" + table + b"</main>"
    batch = pa.record_batch({"html": pa.array([page], pa.large_binary())})
    assert "| Crop | t |\n| --- | --- |\n| Rye | 4 |" in clean.HtmlText(tables="markdown").apply(batch)["text"][0].as_py()
    assert "Rye\t\t4" in clean.HtmlText().apply(batch)["text"][0].as_py()
    with pytest.raises(RecipeError, match="resiliparse alone"):
        clean.HtmlText(extractor="trafilatura", tables="markdown")


def test_bombs_are_bounded() -> None:
    start = time.process_time()
    text_of("<table>" + "<tr><td rowspan=99999999 colspan=99999999>a" * 300 + "</table>")
    text_of("<table><tr><td>" * 400)
    assert time.process_time() - start < 5


def test_real_pages_keep_the_words_of_their_tables(shared: Path) -> None:
    from resiliparse.extract.html2text import extract_plain_text

    tables, words, lost = 0, 0, 0
    with tarfile.open(shared / "web" / "trafilatura_eval_html.tar.gz") as archive:
        for member in [member for member in archive if member.isfile()][:150]:
            page = archive.extractfile(member).read().decode("utf-8", "replace")
            if "<table" in page:
                before, after = extract_plain_text(page), extract_plain_text(with_markdown_tables(page))
                tables += "| --- |" in after
                words += len(set(before.split()))
                lost += len(set(before.split()) - set(re.split(r"[\s|]+", after)))
    assert tables > 5
    assert lost < 0.01 * words  # texts of pictures, and what was two words run together before
