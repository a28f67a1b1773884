"""How far a crawl goes, and how it behaves."""

from __future__ import annotations

from dataclasses import dataclass

from tilth.errors import RecipeError


@dataclass(frozen=True)
class Limits:
    """How far a crawl goes.

    Links from a seed (`depth`), pages stored, bytes of HTML in all (after which nothing new is begun), bytes of one page (the rest is cut
    off, and its record says so), redirects in a row, and the size in bytes at which the next file begins.
    """

    depth: int = 5
    pages: int = 10_000
    bytes: int = 10 << 30
    page_bytes: int = 8 << 20
    redirects: int = 5
    file_bytes: int = 1 << 30

    def __post_init__(self) -> None:
        if min(self.depth, self.redirects) < 0 or min(self.pages, self.bytes, self.file_bytes) < 1 or not 0 < self.page_bytes <= 1 << 27:
            raise RecipeError("The limits leave nothing to crawl.", where=repr(self), why="depth >= 0, the rest > 0, page_bytes <= 128 MiB")


@dataclass(frozen=True)
class Manners:
    """How a crawler behaves.

    The name it gives (`agent`; robots.txt knows the part before the first slash), the least seconds between two requests to a site
    (`delay`), how many are under way there (`per_site`) and in all (`connections`), the time-out of one in seconds, and how often it
    asks again, first after `backoff` seconds, then after twice that, and so on.

    >>> Manners(agent="mybot/1.0 (+https://example.org/bot; bot@example.org)").token
    'mybot'
    """

    agent: str = "tilth/0.1"
    delay: float = 1.0
    per_site: int = 1
    connections: int = 16
    timeout: float = 30.0
    retries: int = 2
    backoff: float = 1.0

    def __post_init__(self) -> None:
        if not self.token or not self.agent.isprintable():
            raise RecipeError("The crawler has no name.", where=repr(self), fix='Manners(agent="mybot/1.0 (+https://example.org/bot)")')
        if min(self.per_site, self.connections) < 1 or self.timeout <= 0 or min(self.delay, self.retries, self.backoff) < 0:
            why = "there must be at least 1 request at a time, and no time below 0"
            raise RecipeError("The crawler could not fetch anything.", where=repr(self), why=why)

    @property
    def token(self) -> str:
        """The product token: what stands before the first slash or space."""
        return self.agent.partition("/")[0].partition(" ")[0]
