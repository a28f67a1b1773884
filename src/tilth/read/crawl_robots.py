"""What a site lets a crawler do: robots.txt as RFC 9309 reads it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from tilth.read.crawl_links import escaped

LARGEST = 512_000  # bytes of a robots.txt that are read; RFC 9309 asks for at least 500 KiB


@dataclass(frozen=True)
class Robots:
    """The rules that hold for one crawler on one site: (path pattern, allowed), and the seconds it shall leave between requests."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float = 0.0

    def allow(self, url: str) -> bool:
        """Tell whether the canonical address `url` may be fetched: the longest pattern that matches decides, `Allow` among equals.

        >>> robots = parse(b"User-agent: *\\nDisallow: /*.pdf$\\nDisallow: /a\\nAllow: /a/b", "tilth")
        >>> [robots.allow("http://x.org" + path) for path in ("/", "/a/c", "/a/b", "/x.pdf", "/x.pdf.html")]
        [True, False, True, False, True]
        """
        parts = urlsplit(url)
        path = parts.path + ("?" + parts.query if parts.query else "")
        hits = [(len(pattern), allowed) for pattern, allowed in self.rules if matches(pattern, path)]
        return max(hits)[1] if hits else True


def parse(body: bytes, agent: str) -> Robots:
    """Return the rules of a robots.txt that hold for the product token `agent`; those for `*` where it is not named.

    Urllib's own parser takes the first rule that matches, not the longest, and knows no wildcards; sites rely on both. Source of the
    method: RFC 9309. `Crawl-delay` is not in it, but is widely used, and obeyed.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    agents: list[str] = []
    fresh = False  # the line before named an agent, so another one joins the same group
    for field, value in _lines(body):
        if field == "user-agent":
            agents = [*agents, value.lower()] if fresh else [value.lower()]
            groups.setdefault(value.lower(), [])
        elif field in ("allow", "disallow", "crawl-delay"):
            for name in agents:
                groups[name].append((field, value))
        else:
            continue
        fresh = field == "user-agent"
    lines = groups.get(agent.lower(), groups.get("*", []))
    rules = tuple((escaped(value), field == "allow") for field, value in lines if field != "crawl-delay" and value)
    return Robots(rules, max((_seconds(value) for field, value in lines if field == "crawl-delay"), default=0.0))


def matches(pattern: str, path: str) -> bool:
    """Tell whether `pattern` (`*`: anything, a last `$`: the end) matches the beginning of `path`, in time linear in both.

    >>> matches("/a*c$", "/abcc"), matches("/a*c$", "/abcd"), matches("/a*c", "/abcd")
    (True, False, True)
    """
    whole = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not whole or path == first
    at = len(first)
    for part in rest[:-1] if whole else rest:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return not whole or (path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at)


def _lines(body: bytes) -> list[tuple[str, str]]:
    text = body[:LARGEST].decode("utf-8-sig", errors="replace")
    pairs = (line.partition("#")[0].partition(":") for line in text.splitlines())
    return [(field.strip().lower(), value.strip()) for field, colon, value in pairs if colon]


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if 0 < seconds < float("inf") else 0.0
