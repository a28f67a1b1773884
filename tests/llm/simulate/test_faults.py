"""The faults of a server: each of them comes, in its share, and passes when the request is tried again."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from typing import Any

import pytest

from tilth.llm import simulate
from tilth.llm.simulate.faults import Attempts

Call = Callable[..., Any]


def body(n: int, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": f"Question {n}"}], **more}


@pytest.mark.parametrize(("fault", "status"), [("rate_limited", 429), ("errors", 500), ("unavailable", 503)])
def test_errors_come_and_pass(call: Call, fault: str, status: int) -> None:
    with simulate.serve([simulate.Model("m", **{fault: 0.5}, retry_after=0.25)]) as server:
        tries = {n: [call(server, "POST", "/chat/completions", body(n))[0] for _ in range(12)] for n in range(20)}
        assert {each for one in tries.values() for each in one} == {200, status}
        assert all(200 in one for one in tries.values())
        hit = sum(one.count(status) for one in tries.values())
        assert 80 < hit < 160
        assert server.stats()["m"]["faults"] == {fault: hit}
        server.reset()
        assert [call(server, "POST", "/chat/completions", body(0))[0] for _ in range(12)] == tries[0]


def test_retry_after_is_told(call: Call) -> None:
    with simulate.serve([simulate.Model("m", rate_limited=1.0, retry_after=2)]) as server:
        status, reply, headers = call(server, "POST", "/chat/completions", body(1))
        assert (status, headers["Retry-After"], headers["retry-after-ms"]) == (429, "2", "2000")
        assert reply["error"]["code"] == "rate_limit_exceeded"


def test_connections_break(call: Call) -> None:
    with simulate.serve([simulate.Model("m", resets=1.0)]) as server:
        for path, told in (("/chat/completions", body(1)), ("/embeddings", {"model": "m", "input": "a"})):
            with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
                call(server, "POST", path, told)
        with pytest.raises((ConnectionError, http.client.IncompleteRead)):
            call(server, "POST", "/chat/completions", body(1, stream=True))
        assert server.stats()["m"]["faults"] == {"resets": 3}


def test_slow_tails_and_silence(call: Call) -> None:
    import time

    with simulate.serve([simulate.Model("m", slow=1.0, slow_seconds=0.3), simulate.Model("dead", hangs=1.0)]) as server:
        began = time.monotonic()
        assert call(server, "POST", "/chat/completions", body(1))[0] == 200
        assert time.monotonic() - began >= 0.3
        lost = http.client.HTTPConnection(*server.base_url.split("/")[2].split(":"), timeout=0.3)  # type: ignore[arg-type]
        lost.request("POST", "/v1/chat/completions", b'{"model": "dead", "messages": [{"role": "user", "content": "a"}]}')
        with pytest.raises(TimeoutError):
            lost.getresponse()
        lost.close()


def test_the_share_of_faults_is_as_told() -> None:
    model = simulate.Model("m", errors=0.1, rate_limited=0.2)
    drawn = [Attempts().fault(model, str(n).encode()) for n in range(5000)]
    assert abs(drawn.count("rate_limited") / 5000 - 0.2) < 0.025
    assert abs(drawn.count("errors") / 5000 - 0.08) < 0.02  # of those that were not limited
    assert Attempts().fault(simulate.Model("m"), b"") is None


def test_latency_follows_the_tokens(call: Call) -> None:
    import time

    with simulate.serve([simulate.Model("m", base_seconds=0.1, decode_seconds=0.05)]) as server:
        began = time.monotonic()
        used = call(server, "POST", "/chat/completions", body(1))[1]["usage"]
        assert time.monotonic() - began >= 0.1 + 0.05 * used["completion_tokens"]
