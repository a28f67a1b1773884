"""Dolma's URL taggers: lists of hosts as blockers write them (plain, `0.0.0.0 host`, `||host^`), addresses cut to host, port and path."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa

from tilth.kernels.arrow import utf8
from tilth.kernels.url import is_listed

_HOST = r"[a-z0-9\-_](?:\.?[a-z0-9\-_])++\.?"  # what its ([a-z0-9\-_]+\.?){2,} takes, in linear time
_HOSTS_LINE = re.compile(rf"([0-9a-f.:]+)\s+({_HOST})")
_PLAIN = re.compile(_HOST)
_BLOCKER = re.compile(rf"\|+({_HOST})\^")
_ADDRESS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?://([^/?#]*))?([^?#]*)", re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+\-]*:|/")
_PORT = re.compile(r"(.*?)(?::([0-9]{0,5}))?", re.DOTALL)


def addresses(url: str) -> Iterator[str]:
    """Yield host, port and path of an address in lower case, without a final "/".

    >>> list(addresses("HTTPS://Example.com:443/A/b/?q=1"))
    ['example.com:443/a/b']
    """
    if url.strip():
        host, port, path = _parts(url)
        yield (f"{host}:{port}{path}" if port else f"{host}{path}").rstrip("/").lower()


def _parts(url: str) -> tuple[str | None, int, str]:
    """Return host, port (0: none) and path as urllib3's parse_url has them; without a scheme all before a "/" is the host."""
    match = _ADDRESS.match(url if _SCHEME.match(url) else "//" + url)
    scheme, netloc, path = match.groups() if match else (None, None, "")
    path = _without_dots(path) if scheme is None or scheme.lower() in ("http", "https") else path
    place = _PORT.fullmatch((netloc or "").rpartition("@")[2])
    host, port = place.groups() if netloc and place else (None, None)
    return host, int(port or 0), path if path.startswith("/") or not path else "/" + path


def _without_dots(path: str) -> str:
    """Remove dot segments (RFC 3986, 5.2.4)."""
    if "." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    whole = "/".join(kept)
    return whole + "/" if path.endswith(("/.", "/..")) and not whole.endswith("/") else whole


def hosts(url: str) -> Iterator[str]:
    """Yield the host of an address, without and with `www.`; as there, every w and dot at its start counts as `www.`.

    >>> list(hosts("https://www.example.com/a"))
    ['example.com', 'www.example.com']
    """
    for address in addresses(url):
        if host := (_parts(address)[0] or "").lstrip("w."):
            yield from (host, f"www.{host}")


def entries(lines: Iterable[str], clean: Callable[[str], Iterator[str]]) -> Iterator[str]:
    """Yield what a list of a blocker names, each cut by `clean`; comments and lines of another form name nothing.

    >>> list(entries(["# ads", "0.0.0.0 ads.example.com", "||track.example^"], addresses))
    ['0.0.0.0', 'ads.example.com', 'track.example']
    """
    for line in lines:
        line = line.strip().lower()
        if line.startswith(("#", ";", "!")):
            continue
        if pair := _HOSTS_LINE.match(line):
            if _is_ip(pair[1]):
                yield pair[1]
                if pair[2] not in ("localhost", "localdomain"):
                    yield from clean(pair[2])
        elif _PLAIN.match(line):
            yield from clean(line)
        elif blocked := _BLOCKER.match(line):
            yield blocked[1]


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def judge(domains: np.ndarray, urls: np.ndarray, allow: np.ndarray, given: pa.Array) -> dict[str, np.ndarray]:
    """Return the columns of the variant "dolma"; lists are sorted hashes."""
    texts = given.to_pylist()
    named = [list(hosts(url or ""))[:2] for url in texts]
    pages = pa.array([next(addresses(url or ""), "") for url in texts], pa.large_string())
    bare = [pa.array([pair[n] if pair else "" for pair in named], pa.large_string()) for n in range(2)]
    unlisted = np.zeros(len(texts), np.bool_)
    return {
        "url_domain_listed": _either(bare, domains),
        "url_listed": is_listed(*utf8(pages), urls),
        "url_allowed": _either(bare, allow),
        "url_subdomain_listed": unlisted, "url_banned_substring": unlisted,
        "url_banned_words": np.zeros(len(texts), np.int64), "url_soft_words": np.zeros(len(texts), np.int64),
    }  # fmt: skip


def _either(spellings: list[pa.Array], hashes: np.ndarray) -> np.ndarray:
    found: np.ndarray = is_listed(*utf8(spellings[0]), hashes) | is_listed(*utf8(spellings[1]), hashes)
    return found
