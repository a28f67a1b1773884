"""A session over real HTTP: the cache, equal requests, accounts, and every way in which an endpoint can be wrong."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tilth import llm
from tilth.errors import LlmError, RecipeError, StoreError

MODEL = "openai/small"


def asked(text: str = "Is snow white?", **more: Any) -> llm.Request:
    return llm.Request(MODEL, (("user", text),), **more)


def replies(client: llm.Client, requests: Sequence[llm.Request]) -> list[llm.Reply]:
    async def main() -> list[llm.Reply]:
        async with llm.Session(client) as session:
            return await asyncio.gather(*map(session.ask, requests))

    return asyncio.run(main())


def reply(client: llm.Client, request: llm.Request) -> llm.Reply:
    return replies(client, [request])[0]


def fails(client: llm.Client, request: llm.Request | None = None) -> LlmError:
    with pytest.raises(LlmError) as caught:
        reply(client, request or asked())
    assert all((caught.value.what, caught.value.where, caught.value.why, caught.value.fix))
    return caught.value


def test_an_answer_is_bought_once_and_then_kept(serve: Any, client_of: Any, api: Any) -> None:
    server = serve(lambda call: api.completion("White.", prompt=100, answer=50))
    client = client_of(server)
    first, second = reply(client, asked()), reply(client, asked())
    assert (first.status, first.value, first.source, first.attempts, first.model) == ("ok", "White.", "model", 1, MODEL)
    assert first.cost == pytest.approx((100 * 1 + 50 * 2) / 1e6) == second.bought == second.worth
    assert (second.value, second.source, second.cost, second.usage) == ("White.", "cache", 0.0, llm.Usage(100, 0, 50))
    assert 0 < first.seconds == second.seconds and len(server.calls) == 1
    spent = llm.spending(client)[MODEL]
    assert (spent.calls, spent.saved_calls, spent.usage, spent.virtual) == (1, 1, llm.Usage(100, 0, 50), llm.Usage(200, 0, 100))
    assert spent.virtual_dollars == pytest.approx(2 * spent.dollars) and spent.dollars == pytest.approx(2e-4)


def test_a_reply_is_found_before_it_is_in_the_file(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: "White.")

    async def main() -> list[str]:
        async with llm.Session(client_of(server)) as session:
            return [(await session.ask(asked())).source for _ in range(3)]

    assert asyncio.run(main()) == ["model", "cache", "cache"] and len(server.calls) == 1


def test_spending_is_told_at_once_from_wherever_it_is_asked(serve: Any, client_of: Any) -> None:
    client = client_of(serve(lambda call: "White."))

    async def work(session: llm.Session, n: int) -> int:
        await session.ask(asked(str(n)))
        return llm.spending(client)[MODEL].calls

    async def main() -> list[int]:
        async with llm.Session(client) as session:
            return [await work(session, 100 + n) for n in range(3)]

    with llm.using(client):
        for n, told in enumerate(llm.in_order(work, range(5), window=1), 1):
            assert (told, llm.spending(client)[MODEL].calls) == (n, n)
    assert asyncio.run(main()) == [6, 7, 8]


OTHERS = ({"seed": 1}, {"temperature": 0.5}, {"max_tokens": 9}, {"purpose": "map 2"}, {"stop": ("x",)}, {"top_p": 0.5})


@pytest.mark.parametrize("other", OTHERS)
def test_whatever_decides_an_answer_is_in_its_key(serve: Any, client_of: Any, other: dict[str, Any]) -> None:
    server = serve(lambda call: "White.")
    found = replies(client_of(server), [asked(), asked(**other)])
    assert [each.source for each in found] == ["model", "model"] and len(server.calls) == 2


def test_another_endpoint_is_another_answer(serve: Any, client_of: Any) -> None:
    here, there = serve(lambda call: "White."), serve(lambda call: "Black.")
    assert reply(client_of(here), asked()).value == "White."
    assert reply(client_of(there), asked()).value == "Black."


def test_equal_requests_under_way_share_one_call(serve: Any, client_of: Any) -> None:
    async def slow(call: Any) -> str:
        await asyncio.sleep(0.1)
        return "White."

    server = serve(slow)
    found = replies(client_of(server), [asked()] * 5)
    assert len(server.calls) == 1 and {each.value for each in found} == {"White."}
    assert sorted(each.source for each in found) == ["model", *["shared"] * 4]
    assert [each.cost for each in found if each.source == "shared"] == [0.0] * 4
    assert len({each.worth for each in found}) == 1


def test_if_the_one_who_asks_is_cancelled_the_next_asks(serve: Any, client_of: Any) -> None:
    async def slow(call: Any) -> str:
        await asyncio.sleep(0.2)
        return "White."

    server = serve(slow)

    async def main() -> llm.Reply:
        async with llm.Session(client_of(server)) as session:
            first, second = (asyncio.create_task(session.ask(asked())) for _ in range(2))
            await asyncio.sleep(0.05)
            first.cancel()
            return await second

    assert asyncio.run(main()).source == "model" and len(server.calls) == 2


def test_failures_are_not_kept(serve: Any, client_of: Any, api: Any) -> None:
    server = serve(lambda call: api.error(400, "no") if call.number == 0 else "White.")
    client = client_of(server)
    first = reply(client, asked())
    assert (first.status, first.value, first.cost) == ("failed", None, 0.0) and "no" in first.reason
    assert reply(client, asked()).value == "White."


@pytest.mark.parametrize("finish, status", [("length", "truncated"), ("content_filter", "refused")])
def test_how_an_answer_ended_is_looked_at(serve: Any, client_of: Any, api: Any, finish: str, status: str) -> None:
    server = serve(lambda call: api.completion("Whi", finish=finish))
    found = replies(client_of(server), [asked()])[0]
    assert (found.status, found.value, found.text) == (status, None, "Whi") and found.reason
    reply(client_of(server), asked())
    assert len(server.calls) == 2  # it was not kept


def test_a_refusal_in_its_own_field_and_an_empty_answer(serve: Any, client_of: Any, api: Any) -> None:
    server = serve(lambda call: api.completion(None, message={"refusal": "I will not."}) if call.number == 0 else "")
    client = client_of(server, repairs=0)
    first, second = reply(client, asked()), reply(client, asked())
    assert (first.status, first.reason) == ("refused", "I will not.")
    assert (second.status, second.reason) == ("invalid", "the answer is empty")


def test_in_flight_is_kept(serve: Any, client_of: Any) -> None:
    async def slow(call: Any) -> str:
        await asyncio.sleep(0.02)
        return call.prompt

    server = serve(slow)
    found = replies(client_of(server, in_flight=7), [asked(str(n)) for n in range(60)])
    assert [each.value for each in found] == [str(n) for n in range(60)] and server.most == 7


def test_a_dead_endpoint_is_a_clear_stop(client_of: Any, serve: Any) -> None:
    server = serve(lambda call: "White.")
    client = client_of(server, base_url="http://127.0.0.1:9/v1", patience=0.3)
    began = time.monotonic()
    error = fails(client)
    assert "does not answer" in error.what and "127.0.0.1:9" in error.where and time.monotonic() - began < 5


def test_all_who_wait_for_a_dead_endpoint_are_told(client_of: Any, serve: Any) -> None:
    client = client_of(serve(lambda call: web.Response(status=503)), patience=0.3)

    async def main() -> list[object]:
        async with llm.Session(client) as session:
            return await asyncio.gather(*(session.ask(asked(str(n))) for n in range(100)), return_exceptions=True)

    found = asyncio.run(main())
    stopped = [each for each in found if isinstance(each, LlmError)]
    assert len(stopped) > 90 and all(isinstance(each, LlmError) or each.status == "failed" for each in found)  # type: ignore[union-attr]


def test_an_endpoint_that_comes_back_is_waited_for(serve: Any, client_of: Any, api: Any) -> None:
    began = time.monotonic()
    server = serve(lambda call: api.error(503, "starting") if time.monotonic() < began + 0.5 else "White.")
    found = replies(client_of(server, patience=20.0, attempts=50), [asked(str(n)) for n in range(30)])
    assert {each.value for each in found} == {"White."}
    assert len(server.calls) < 30 * 4  # the breaker kept most of them back


def test_a_wrong_key_is_a_clear_stop_and_is_not_shown(
    serve: Any, client_of: Any, api: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "sk-very-secret-0123456789"
    monkeypatch.setenv("TILTH_LLM_API_KEY", secret)
    server = serve(lambda call: api.error(401, f"Incorrect API key provided: {secret}.", code="invalid_api_key"))
    client = client_of(server)
    error = fails(client)
    assert server.calls[0].headers["Authorization"] == f"Bearer {secret}" and len(server.calls) == 1
    assert "key" in error.what and "TILTH_LLM_API_KEY" in error.fix
    shown = f"{error}{error!r}{client!r}{client.to_json()}{capfd.readouterr()}"
    assert secret not in shown and secret.encode() not in Path(client.cache).read_bytes()


def test_no_key_is_a_clear_stop_before_anything_is_sent(tmp_path: Path) -> None:
    error = fails(llm.Client(cache=str(tmp_path / "c")), llm.Request("openai/gpt-x", (("user", "hi"),)))
    assert "OPENAI_API_KEY" in error.fix


@pytest.mark.parametrize("status, code", [(404, "model_not_found"), (400, "model_not_found"), (404, "")])
def test_an_unknown_model_is_a_clear_stop(serve: Any, client_of: Any, api: Any, status: int, code: str) -> None:
    server = serve(lambda call: api.error(status, "The model `small` does not exist", code=code))
    error = fails(client_of(server))
    assert "no such model" in error.what and MODEL in error.where and len(server.calls) == 1


def test_an_empty_purse_at_the_provider_is_a_clear_stop(serve: Any, client_of: Any, api: Any) -> None:
    server = serve(lambda call: api.error(429, "You exceeded your current quota", code="insufficient_quota"))
    assert "paid first" in fails(client_of(server)).what and len(server.calls) == 1


def test_a_prompt_that_is_too_long_fails_with_the_servers_words(serve: Any, client_of: Any, api: Any) -> None:
    words = "'max_tokens' or 'max_completion_tokens' is too large: 512. This model's maximum context length is 4096 tokens"
    server = serve(lambda call: api.error(400, words, param="max_tokens"))
    found = reply(client_of(server), asked("x" * 9000))
    assert found.status == "failed" and "context length" in found.reason
    assert len(server.calls) == 1 and len(server.calls[0].prompt) == 9000  # nothing was cut, nothing tried in vain


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"", b'{"choices": []}', b'{"choices": [{"message": 3}]}', b"\xff\xfe"])
def test_an_answer_that_is_no_completion_is_told(serve: Any, client_of: Any, body: bytes) -> None:
    server = serve(lambda call: web.Response(body=body, content_type="application/json"))
    found = reply(client_of(server, attempts=2), asked())
    assert found.status in ("invalid", "failed") and found.value is None and found.reason


def test_a_redirect_is_not_followed_with_the_key(serve: Any, client_of: Any) -> None:
    elsewhere = serve(lambda call: "White.")
    server = serve(lambda call: web.Response(status=307, headers={"Location": elsewhere.base_url + "/chat/completions"}))
    assert "307" in reply(client_of(server), asked()).reason and not elsewhere.calls


def test_text_that_is_no_unicode_fails_alone(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: "White.")
    bad, good = replies(client_of(server), [asked("\ud800"), asked("fine")])
    assert (bad.status, bad.reason, good.value) == ("failed", "the text is not valid Unicode", "White.")


def test_a_file_that_is_no_cache_is_told(serve: Any, client_of: Any, tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(b"dear diary " * 1000)
    with pytest.raises(StoreError, match="cannot be used"):
        reply(client_of(serve(lambda call: "x"), cache=str(tmp_path / "notes")), asked())


def test_a_damaged_answer_is_asked_again(serve: Any, client_of: Any) -> None:
    import sqlite3

    server = serve(lambda call: "White.")
    client = client_of(server)
    reply(client, asked())
    with sqlite3.connect(client.cache) as db:
        db.execute("UPDATE answers SET body = ?", (b'{"value": ',))
    db.close()
    assert reply(client, asked()).source == "model" and reply(client, asked()).source == "cache"


def test_a_schema_that_is_none_is_a_clear_stop(serve: Any, client_of: Any) -> None:
    server = serve(lambda call: "{}")
    with pytest.raises(RecipeError, match="not a JSON Schema"):
        reply(client_of(server), asked(schema='{"type": "objekt"}'))
    assert not server.calls


RUN = """
import asyncio, sys
from tilth import llm

async def main():
    async with llm.Session(llm.current()) as session:
        async def one(n):
            reply = await session.ask(llm.Request("openai/small", (("user", str(n)),)))
            print(n, reply.value, flush=True)
        await asyncio.gather(*map(one, range(200)))
asyncio.run(main())
"""


def test_a_killed_run_resumes_to_the_same_rows_and_pays_nothing_twice(
    serve: Any, client_of: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(call: Any) -> Any:
        await asyncio.sleep(0.02)
        return api.completion(f"answer {call.prompt}")

    server = serve(slow)
    client = client_of(server, in_flight=8, budget=1.0)
    monkeypatch.setenv("TILTH_LLM", client.to_json())
    process = subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE)
    until = time.monotonic() + 60
    while len(server.calls) < 60 and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    before = process.communicate()[0].decode().splitlines()
    assert 20 < len(before) < 200
    after = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True).stdout.splitlines()
    assert sorted(after) == sorted(f"{n} answer {n}" for n in range(200)) and set(before) <= set(after)
    times: dict[str, int] = {}
    for call in server.calls:
        times[call.prompt] = times.get(call.prompt, 0) + 1
    twice = [prompt for prompt, count in times.items() if count > 1]
    assert len(twice) <= 8  # at most those that were under way when it was killed
    assert not {f"{prompt} answer {prompt}" for prompt in twice} & set(before[:-8])
    assert llm.spending(client)[MODEL].calls == 200 + len([p for p in twice if f"{p} answer {p}" in before])


def test_embedding(serve: Any, client_of: Any) -> None:
    def answer(call: Any) -> Any:
        rows = [{"index": at, "embedding": [len(text), 0.5]} for at, text in enumerate(call.body["input"])]
        return {"data": rows[::-1], "usage": {"prompt_tokens": len(rows), "total_tokens": len(rows)}}

    server = serve(answer)

    async def main() -> Any:
        async with llm.Session(client_of(server)) as session:
            return await session.embed("openai/e", ["a", "bbb", "a"])

    for _ in range(2):
        assert [vector.tolist() for vector in asyncio.run(main())] == [[1.0, 0.5], [3.0, 0.5], [1.0, 0.5]]
    assert len(server.calls) == 1 and server.calls[0].body["input"] == ["a", "bbb"]
