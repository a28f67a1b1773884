"""How commands show what they found: tables, and figures as people write them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

errors = Console(stderr=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """Print a table on standard output; numbers go to the right, and nothing is cut off where no person watches."""
    rows = [[figure(value) for value in row] for row in rows]
    shown = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for n, name in enumerate(columns):
        numbers = all(row[n].replace(",", "").rstrip("%").replace(".", "", 1).isdigit() or not row[n] for row in rows)
        shown.add_column(name, justify="right" if numbers and rows else "left", overflow="fold")
    for row in rows:
        shown.add_row(*map(Text, row))
    console().print(shown)


def line(text: str) -> None:
    """Print a line as it is."""
    console().print(text, markup=False, highlight=False, soft_wrap=True)


def console(width: int = 1000) -> Console:
    """Return the console of standard output, `width` characters wide where no person watches."""
    return Console(width=None if sys.stdout.isatty() else width)


def figure(value: Any) -> str:
    """Return a value as text: 1,234,567 and 0.65 and 12.3.

    >>> figure(1234567), figure(0.65), figure(1234.5678), figure(None)
    ('1,234,567', '0.65', '1,234.57', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def share(part: float, whole: float) -> str:
    """Return a share in percent.

    >>> share(1, 8), share(0, 0)
    ('12.5%', '')
    """
    return f"{100 * part / whole:.1f}%" if whole else ""


def bar(part: float, whole: float, width: int = 40) -> str:
    """Return a share as a bar, `width` characters long where it is all; what is something never looks like nothing.

    >>> bar(1, 2, 5), bar(1, 10_000, 5), bar(0, 1, 5)
    ('██▌', '▏', '')
    """
    eighths = max(round(8 * width * part / whole), int(part > 0)) if whole else 0
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def size(count: float) -> str:
    """Return bytes as people write them.

    >>> size(999), size(15_300_000)
    ('999 B', '15.3 MB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
