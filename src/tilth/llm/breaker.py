"""The circuit breaker of an endpoint: while it is down it is tried by one request at a time, and given up in the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable

from tilth.errors import LlmError

log = logging.getLogger(__name__)
FAILURES = 5  # in a row, until an endpoint counts as down


class Breaker:
    """Lets requests through while an endpoint answers; when FAILURES requests in a row failed, one at a time, ever less often.

    A request that failed more than once counts once, so that one prompt that breaks a server does not stop all others. After `patience`
    seconds of being down all who wait get an LlmError, and so do all who come, until a later probe is answered.
    """

    def __init__(self, where: str, patience: float, backoff: float) -> None:
        self.where, self.patience, self.backoff = where, patience, max(backoff, 0.01)
        self.reason = ""
        self._failed: set[Hashable] = set()  # since the last answer
        self._down = 0.0  # since when; 0 while it is up
        self._probe_at = 0.0
        self._probing = False
        self._wait = self.backoff
        self._hold = 0.0  # no request begins before
        self._changed = asyncio.Event()

    @property
    def down(self) -> bool:
        """Whether requests are held back."""
        return bool(self._down)

    def give_up(self) -> None:
        """Raise LlmError if the endpoint has been down for too long."""
        if self._down and asyncio.get_running_loop().time() - self._down > self.patience:
            raise self._given_up()

    async def ready(self) -> None:
        """Wait until a request may be sent; LlmError where the endpoint is given up."""
        clock = asyncio.get_running_loop().time
        while self._down or self._hold > clock():
            now = clock()
            if self._hold > now:
                await asyncio.sleep(self._hold - now)
            elif now >= self._probe_at:
                self._probing, self._probe_at = True, now + max(self.patience, 1.0)  # its answer sets the time of the next
                return
            else:
                self.give_up()
                await self._wait_until(min(self._probe_at, self._down + self.patience + 0.001) - now)

    async def _wait_until(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), max(seconds, 0.001))
        except TimeoutError:
            return

    def hold(self, seconds: float) -> None:
        """Let no request begin for so long."""
        self._hold = max(self._hold, asyncio.get_running_loop().time() + seconds)

    def answered(self) -> None:
        """The endpoint is up."""
        if self._failed:
            self._failed.clear()
            self._down, self._probing, self._wait = 0.0, False, self.backoff
            self._wake()

    def failed(self, reason: str, request: Hashable) -> None:
        """It did not answer this request, or said that it is broken."""
        self.reason = reason
        self._failed.add(request)
        now = asyncio.get_running_loop().time()
        if not self._down and len(self._failed) >= FAILURES:
            self._down, self._probe_at = now, now + self._wait
            log.warning("%s does not answer (%s); it is tried for %g seconds more", self.where, reason, self.patience)
        elif self._probing:  # others may have been under way since before
            self._probing = False
            self._wait = min(self._wait * 2, max(self.patience / 2, self.backoff))
            self._probe_at = now + self._wait
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _given_up(self) -> LlmError:
        return LlmError(
            "The endpoint does not answer.", where=self.where, why=f"{len(self._failed)} failures in a row, the last: {self.reason}",
            fix="start the server or correct the base URL, and run again: what was answered is in the cache",
        )  # fmt: skip
