"""Tables as Markdown: what a document's rows and cells look like in its text."""

from __future__ import annotations

from collections.abc import Sequence


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return a table in the form of GitHub's Markdown (GFM, section 4.10): its first row is the header, short rows are filled up.

    >>> print(markdown([["Crop", "t/ha"], ["Rye", "4 | 5"], ["Oats"]]))
    | Crop | t/ha |
    | --- | --- |
    | Rye | 4 \\| 5 |
    | Oats |  |
    """
    width = max(map(len, rows), default=0)
    if not width:
        return ""
    lines = [_line([*row, *[""] * (width - len(row))]) for row in rows]
    return "\n".join([lines[0], _line(["---"] * width), *lines[1:]])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"
