"""Addresses: one spelling for each, and those that a page links to."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

LONGEST = 2000  # characters of an address; longer ones are traps, or carry state that is not ours to keep
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:]+(\.\d+)*")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")

# Parsers of whole documents take minutes over hostile markup (endless attributes), and a crawl cannot wait, so links are found by one
# scan that never looks at a byte twice: comments and scripts are stepped over whole, and a tag ends at the next angle bracket.
_TAG = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(?P<raw>script|style)\b.*?(?:</(?P=raw)\b|\Z)|<(?P<name>a|area|base|frame|iframe)\s(?P<rest>[^<>]{0,4096})",
    re.IGNORECASE | re.DOTALL,
)
_LINK = re.compile(rb"""(?<![\w-])(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""", re.IGNORECASE)


def canonical(url: str, base: str = "") -> str | None:
    """Return the one spelling of an http or https address, relative to `base`; None for anything else.

    The fragment goes; scheme and host are lower case, international names in their ASCII form; the default port and dot segments go;
    escapes are upper case, and only where they are needed. Two spellings that RFC 3986 (section 6.2.2) calls equivalent come out the same.

    >>> canonical("../%7Ejoe/caf\u00e9?q=a b#top", base="HTTP://Example.org:80/x/y")
    'http://example.org/~joe/caf%C3%A9?q=a%20b'
    >>> canonical("mailto:joe@example.org") is None
    True
    """
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        host, port = _host(parts.hostname or ""), parts.port
        path, query = escaped(parts.path or "/"), escaped(parts.query)
    except ValueError:  # a port out of range, a broken IPv6 address, a label too long, half a surrogate
        return None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        return None
    netloc = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    whole = urlunsplit((parts.scheme, netloc, _without_dots(path), query, ""))
    return whole if len(whole) <= LONGEST else None


def escaped(text: str) -> str:
    """Return a path or query with each character escaped that must be, and no other.

    >>> escaped("/%7ea%2fb c%")
    '/~a%2Fb%20c%25'
    """
    return quote(_ESCAPE.sub(_escape, text), safe="/?:@!$&'()*+,;=~%", errors="surrogateescape")  # header bytes that are no UTF-8


def links(body: bytes, url: str) -> list[str]:
    """Return the addresses that an HTML page at `url` links to: canonical, each once, in the order in which they stand.

    >>> links(b'<base href="/docs/"><a href=a.html>A</a> <a href="#b">B</a> <!-- <a href="c"> -->', "http://x.org/")
    ['http://x.org/docs/a.html', 'http://x.org/docs/']
    """
    base, found = url, dict[str, None]()
    for tag in _TAG.finditer(body):
        link = tag["name"] and _LINK.search(tag["rest"])
        target = link and canonical(_text(link), base)
        if not target:
            continue
        if tag["name"].lower() == b"base":
            base = target
        else:
            found[target] = None
    return list(found)


def _host(name: str) -> str:
    name = (name if name.isascii() else name.encode("idna").decode()).lower().rstrip(".")
    if not _HOST.fullmatch(name):
        return ""
    return f"[{name}]" if ":" in name else name


def _escape(match: re.Match[str]) -> str:
    digits = match[1]
    if digits is None:
        return "%25"
    char = chr(int(digits, 16))
    return char if char in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    kept: list[str] = []
    parts = path.split("/")[1:]
    for part in parts:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    if parts and parts[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _text(link: re.Match[bytes]) -> str:
    raw = next(group for group in link.groups() if group is not None)
    try:
        return html.unescape(raw.decode())
    except UnicodeDecodeError:
        return html.unescape(raw.decode("latin-1"))
