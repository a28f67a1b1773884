"""Tables of HTML pages as Markdown: each is replaced in the page by what it says, before the text is extracted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tilth.errors import MissingExtra
from tilth.read.table import markdown

MOST_COLUMNS, MOST_CELLS = 1_000, 100_000  # the first is HTML's own bound on a span; beyond the second a table stays as it is
_INLINE = frozenset((
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "q",
    "rb", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
))
_HIDDEN = frozenset(("script", "style", "template"))


def with_markdown_tables(page: str) -> Any:
    """Return the page as resiliparse's HTMLTree, each table of data replaced by a `pre` element with its Markdown.

    Tables of data have at least two rows and two columns, three cells with text, and no table within; others arrange a page, and stay.
    A cell over several columns or rows stands in the first of them, the others are empty. A caption is a line before its table.

    >>> tree = with_markdown_tables("<p>Yield</p><table><tr><th>Crop<th>t/ha<tr><td>Rye<td>4<br>dry</table>")
    >>> print(tree.body.text)
    Yield| Crop | t/ha |
    | --- | --- |
    | Rye | 4 dry |
    """
    try:
        from resiliparse.parse.html import HTMLTree
    except ImportError:
        raise MissingExtra.of("resiliparse", "web", "clean.HtmlText") from None
    tree: Any = HTMLTree.parse(page)
    if tree.body is None:
        return tree
    for table in list(tree.body.get_elements_by_tag_name("table")):
        text = _markdown(table)
        if text:
            block = tree.create_element("pre")
            block.append_child(tree.create_text_node(text))
            table.parent.replace_child(block, table)
    return tree


def _markdown(table: Any) -> str:
    if len(table.get_elements_by_tag_name("table")):
        return ""
    rows = _grid([list(_cells(row)) for row in table.get_elements_by_tag_name("tr")])
    if len(rows) < 2 or max(map(len, rows)) < 2 or sum(bool(cell) for row in rows for cell in row) < 3:
        return ""
    caption = " ".join(_text(found) for found in table.get_elements_by_tag_name("caption"))
    return "\n\n".join(part for part in (caption, markdown(rows)) if part)


def _cells(row: Any) -> Iterator[tuple[str, int, int]]:
    """(text, columns, rows) of each cell."""
    for cell in row.child_nodes:
        if cell.tag in ("td", "th"):
            yield _text(cell), _span(cell, "colspan"), _span(cell, "rowspan")


def _span(cell: Any, name: str) -> int:
    value = cell.getattr(name, "") or ""
    return max(1, min(int(value), MOST_COLUMNS)) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def _grid(rows: list[list[tuple[str, int, int]]]) -> list[list[str]]:
    """Rows of cells at their places: each row begins where no cell from above reaches down. Nothing for a table beyond MOST_CELLS."""
    held: dict[int, int] = {}  # column -> rows that a cell above still covers
    grid, cells = [], 0
    for row in rows:
        line: list[str] = []
        covered, held = held, {column: left - 1 for column, left in held.items() if left > 1}
        for text, wide, deep in row:
            while len(line) in covered:
                line.append("")
            held |= dict.fromkeys(range(len(line), len(line) + wide), deep - 1) if deep > 1 else {}
            line += [text, *[""] * (wide - 1)]
        cells += len(line) + len(held)
        if cells > MOST_CELLS:
            return []
        grid.append(line)
    width = max(map(len, grid), default=0)
    return [line for line in grid if line] if len(grid) * width <= MOST_CELLS else []


def _text(element: Any) -> str:
    """The visible text of an element in one line."""
    parts, hidden = [], None
    for node in element:
        if hidden is not None and node.parent == hidden:
            continue
        hidden = node if node.tag in _HIDDEN else None
        parts.append(node.value or "" if node.tag == "#text" else "" if node.tag in _INLINE else " ")
    return " ".join("".join(parts).split())
