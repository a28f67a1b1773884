"""Bytes of a page to text: which encoding is it really in?"""

from __future__ import annotations

import re

from tilth.errors import MissingExtra

Page = bytes | memoryview  # of a page not yet copied out of its batch

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]+)", re.IGNORECASE)
_LOST = "\ufffd"


def decode(page: Page, content_type: str | None = None) -> str:
    """Return `page` as text; never fails: a byte that fits nowhere becomes U+FFFD.

    A byte order mark decides. Else bytes that are UTF-8 are read as UTF-8 whatever anyone declares, since other encodings do not look
    like it by chance; a page cut off in the middle of a character stays UTF-8. Else the charset of `content_type` (the HTTP header),
    else of the page's `meta`, else what uchardet detects, under the names of the WHATWG Encoding Standard (resiliparse).

    >>> decode(b"caf\\xc3\\xa9", "text/html; charset=iso-8859-1"), decode(b"caf\\xe9", "text/html; charset=iso-8859-1")
    ('café', 'café')
    """
    head = bytes(page[:3])
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return str(page[len(mark) :], encoding, "replace")
    text = str(page, "utf-8", "replace")
    if _is_sound(text) and not _hides_in_ascii(text):
        return text
    return str(page, _encoding(bytes(page), content_type), "replace")


def _is_sound(text: str) -> bool:
    """Most characters beyond ASCII survived decoding as UTF-8; in text of another encoding next to none do."""
    lost = text.count(_LOST)
    return not lost or 2 * lost < len(text) - len(text.encode("ascii", "ignore"))


def _hides_in_ascii(text: str) -> bool:
    """ISO-2022 and UTF-16 without a mark are valid UTF-8 too. (Looking for one character first costs next to nothing.)"""
    return ("\x1b" in text and "\x1b$" in text) or ("\0" in text and 4 * text.count("\0") > len(text))


def _encoding(page: bytes, content_type: str | None) -> str:
    try:
        from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5
    except ImportError:
        raise MissingExtra.of("resiliparse", "web", "clean.HtmlText") from None
    named = _CHARSET.search(content_type or "")
    declared = (named and map_encoding_to_html5(named[1], fallback_utf8=False)) or detect_encoding(page, from_html_meta=True)
    if declared == "utf-8":  # that it is not is known by now
        declared = detect_encoding(page)
    return declared or "utf-8"
