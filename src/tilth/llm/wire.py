"""One HTTP call and what came of it: never an exception for what a server does, and what may be tried again told from what may not."""

from __future__ import annotations

import functools
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import orjson

from tilth.errors import LlmError, MissingExtra
from tilth.llm.client import Client
from tilth.llm.endpoints import Endpoint
from tilth.llm.limits import retry_after
from tilth.llm.request import Usage

try:
    import aiohttp
    from yarl import URL
except ImportError as missing:
    raise MissingExtra.of("aiohttp", "llm", needed_by="llm.Session") from missing

_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_UNSURE = frozenset({408, 504, 522, 524})  # a gateway gave up waiting: the model may have answered all the same
_MANY = 1 << 40  # more tokens than a call can have
_FILTERED = ("content_filter", "content_policy", "responsibleai", "moderation", "flagged")


@dataclass(frozen=True)
class Outcome:
    """What came of a call: a `body`, or a `reason` why there is none.

    `status` is HTTP's, 0 where none came; `code` is what the server's error says of itself (its code, type and parameter). `again` says
    that the same call may succeed later, in `wait` seconds where the server knows; `charged` that it may have to be paid for. `sent` is
    False where no connection was made, `capped` is True where the budget did not allow the call.
    """

    status: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    raw: bytes = b""
    reason: str = ""
    code: str = ""
    again: bool = False
    wait: float | None = None
    charged: bool = False
    sent: bool = True
    capped: bool = False
    seconds: float = 0.0

    @property
    def filtered(self) -> bool:
        """Whether a filter of contents refused the call."""
        told = f"{self.code} {self.reason}".lower()
        return self.status in (400, 403) and any(word in told for word in _FILTERED)

    @property
    def usage(self) -> Usage | None:
        """The tokens that the server counted; None where it does not say."""
        told = self.body.get("usage")
        if not isinstance(told, dict) or not isinstance(told.get("prompt_tokens"), int):
            return None
        details = told.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, dict) else told.get("prompt_cache_hit_tokens")
        prompt = _count(told["prompt_tokens"])
        return Usage(prompt, min(prompt, _count(cached)), _count(told.get("completion_tokens")))


class Wire:
    """A pool of kept connections."""

    def __init__(self, client: Client) -> None:
        self.timeout = client.timeout
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=client.in_flight + 4, keepalive_timeout=4.0),  # most servers drop idle ones after 5
            timeout=aiohttp.ClientTimeout(total=client.timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=True,
        )

    async def close(self) -> None:
        await self._http.close()

    async def call(self, endpoint: Endpoint, path: str, data: bytes | None, kind: str = "", json: bool = True) -> Outcome:
        """Return what came of one call: `data` is posted, JSON or of a `kind` of its own; None gets. Without `json` any bytes may come.

        Raises LlmError for a URL or key that cannot be sent.
        """
        began = time.monotonic()
        method, headers = "GET" if data is None else "POST", endpoint.headers | {"Content-Type": kind} if kind else endpoint.headers
        url, proxy = _place(endpoint.base_url + path)
        try:
            async with self._http.request(method, url, data=data, headers=headers, allow_redirects=False, proxy=proxy) as answer:
                raw = await answer.read()
                told = answer.headers.get("Retry-After")
                return _outcome(endpoint, answer.status, raw, retry_after(told), time.monotonic() - began, json)
        except TimeoutError:
            reason, sent = f"no answer in {self.timeout:g} seconds", True
        except aiohttp.ClientConnectorError as error:
            reason, sent = f"no connection: {error}", False
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise _unsendable(url, str(error)) from None
        except (aiohttp.ClientError, OSError) as error:
            reason, sent = f"the connection broke: {type(error).__name__}: {error}", True
        except ValueError as error:  # of headers that cannot be: nothing was sent
            raise _unsendable(url, endpoint.without_key(str(error))) from None
        return Outcome(reason=endpoint.without_key(reason), again=True, charged=sent, sent=sent, seconds=time.monotonic() - began)


@functools.lru_cache(maxsize=256)
def _place(url: str) -> tuple[URL, str | None]:
    """Return the URL, read once, and the proxy that the environment names for it (`HTTPS_PROXY`, but for hosts in `NO_PROXY`)."""
    try:
        place = URL(url)
    except ValueError as error:
        raise _unsendable(url, str(error)) from None
    host = place.host or ""
    return place, None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(place.scheme)


def _unsendable(url: object, why: str) -> LlmError:
    return LlmError("This request cannot be sent.", where=str(url), why=why, fix="correct the base URL, or the variable that holds the key")


def _outcome(endpoint: Endpoint, status: int, raw: bytes, wait: float | None, seconds: float, json: bool) -> Outcome:
    succeeded = 200 <= status < 300
    body = _json(raw) if json or not succeeded else {}
    if succeeded:
        if isinstance(body, dict):
            return Outcome(status, body, raw, seconds=seconds, charged=True)
        return Outcome(status, {}, raw, "the answer is not JSON", again=True, charged=True, seconds=seconds)
    message, code = _error(body, raw)
    reason = endpoint.without_key(f"HTTP {status}: {message}" if message else f"HTTP {status}")
    again = status in _AGAIN and "insufficient_quota" not in code
    return Outcome(status, {}, raw, reason, code, again, wait, status in _UNSURE, seconds=seconds)


def _count(told: Any) -> int:
    return min(max(told, 0), _MANY) if isinstance(told, int) else 0


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except ValueError:
        return None


def _error(body: Any, raw: bytes) -> tuple[str, str]:
    """Return the words and the codes of a server's error, in any of the forms that servers have.

    >>> _error({"error": {"message": "No such model.", "code": "model_not_found", "param": "model"}}, b"")
    ('No such model.', 'model_not_found model')
    >>> _error({"detail": "busy"}, b""), _error(None, b"<html>Bad gateway</html>")
    (('busy', ''), ('<html>Bad gateway</html>', ''))
    """
    if not isinstance(body, dict):
        return raw[:200].decode(errors="replace").strip(), ""
    error = body.get("error", body)
    if not isinstance(error, dict):
        return str(error)[:1000], ""
    message = error.get("message") or error.get("detail") or ""
    return str(message)[:1000], " ".join(str(error[name]) for name in ("code", "type", "param") if error.get(name))


def raise_if_hopeless(endpoint: Endpoint, outcome: Outcome) -> None:
    """Raise LlmError for an answer that every other request would get as well: a wrong key, no such model, no money left there."""
    told, where = outcome.reason, f"{endpoint.model} at {endpoint.base_url}"
    if outcome.status in (401, 403) and not outcome.filtered:
        fix = f"export {endpoint.key_variable}=... with a key for this server" if endpoint.key_variable else "ask the server's owner"
        raise LlmError("The server does not accept the key.", where=where, why=told, fix=fix)
    if outcome.status == 404 or "model_not_found" in outcome.code:
        raise LlmError(
            "The server has no such model, or no such path.", where=where, why=told,
            fix="correct the model's name, or the base URL (it ends in /v1 on most servers)",
        )  # fmt: skip
    if outcome.status == 402 or "insufficient_quota" in outcome.code:
        raise LlmError("The provider wants to be paid first.", where=where, why=told, fix="top up the account there, and run again")
