"""HTML from plain functions: whatever is not markup already is escaped on its way in, so that no document can speak as the page."""

from __future__ import annotations

import html
import re

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_VOID = frozenset({"br", "img", "meta"})  # elements that hold nothing


class Html(str):
    """Text that is markup already; made by `tag`, `joined` and `escape` alone, and by what reads the page's own files."""


def escape(value: object) -> Html:
    """Return anything as markup: Html as it is, all else as text; characters that HTML forbids become U+FFFD.

    >>> escape("<script>\\0"), escape(escape("a & b"))
    ('&lt;script&gt;�', 'a &amp; b')
    """
    return value if isinstance(value, Html) else Html(html.escape(_CONTROLS.sub("\ufffd", str(value))))


def joined(*parts: object) -> Html:
    """Return the parts as one piece of markup; None is left out, and lists and tuples are opened.

    >>> joined("a<", None, [tag("b", 1)])
    'a&lt;<b>1</b>'
    """
    found: list[str] = []
    for part in parts:
        if isinstance(part, list | tuple):
            found.append(joined(*part))
        elif part is not None:
            found.append(escape(part))
    return Html("".join(found))


def tag(name: str, *inside: object, **attributes: object) -> Html:
    """Return one element; attributes that are None or False are left out, `class_` is `class`, and `_` in a name stands for `-`.

    >>> tag("a", "x < y", class_="n", href='"#"', hidden=None)
    '<a class="n" href="&quot;#&quot;">x &lt; y</a>'
    """
    opened = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None and value is not False)
    return Html(f"<{name}{opened}>" if name in _VOID else f"<{name}{opened}>{joined(*inside)}</{name}>")


def _attribute(key: str, value: object) -> str:
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(value)}"'
