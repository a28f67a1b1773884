"""Every fault of the simulator ends in a right answer, a null with its reason, or a clear stop; and both sides have the same bill."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tilth import llm
from tilth.llm import simulate
from tilth.semantic.asking.prompt import block, messages

TEXTS = {f"review {n}, and it is {'a joy' if n % 3 else 'dull'}": bool(n % 3) for n in range(60)}
GOLD = simulate.Gold("praise the film", "filter", TEXTS)
FAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    "rate limits": {"rate_limited": 0.4, "retry_after": 0.01},
    "errors": {"errors": 0.4},
    "unavailable": {"unavailable": 0.3},
    "broken connections": {"resets": 0.3},
    "silence": {"hangs": 0.1, "hang_seconds": 5.0},
    "slow": {"slow": 0.2, "slow_seconds": 0.1},
    "refusals": {"refusals": 0.3},
    "apologies": {"apologies": 0.3},
    "cut off": {"truncated": 0.3},
    "no logprobs": {"logprobs": "absent"},
    "a reasoning model": {"reasoning": 40},
    "all at once": {"rate_limited": 0.1, "retry_after": 0.01, "errors": 0.1, "resets": 0.1, "refusals": 0.1, "truncated": 0.1},
}
SCHEMA = (
    '{"type":"object","properties":{"answers":{"type":"array","items":{"type":"object","properties":{"id":{"type":"integer"},'
    '"answer":{"type":"boolean"}},"required":["id","answer"],"additionalProperties":false}}},"required":["answers"],"additionalProperties":false}'
)


def request(text: str, **form: Any) -> llm.Request:
    shape = {"form": "label", "labels": ("yes", "no")} if "labels" in form else {}
    return llm.Request("openai/small", messages("filter", "Does it praise the film?", block("rows", [{"text": text}]), **shape), **form)


def run(client: llm.Client, requests: list[llm.Request]) -> list[llm.Reply]:
    async def main() -> list[llm.Reply]:
        async with llm.Session(client) as session:
            return await asyncio.gather(*map(session.ask, requests))

    return asyncio.run(main())


def client_for(server: simulate.Server, tmp_path: Path, **more: Any) -> llm.Client:
    prices = {"*": {"input": 1.0, "output": 2.0, "cached": 0.5}}
    settings: dict[str, Any] = {"attempts": 12, "backoff": 0.005, "patience": 5.0, "timeout": 1.0, "budget": 10.0, "prices": prices}
    return llm.Client(base_url=server.base_url, cache=str(tmp_path / "x.sqlite"), **(settings | more))


@pytest.mark.parametrize("form", ["label", "json"])
@pytest.mark.parametrize("fault", FAULTS)
def test_right_or_null_with_a_reason(fault: str, form: str, tmp_path: Path) -> None:
    model = simulate.Model("small", price=(1.0, 0.5, 2.0), **FAULTS[fault])
    with simulate.serve([model], [GOLD]) as server:
        asked = [request(text, **({"labels": ("yes", "no")} if form == "label" else {"schema": SCHEMA})) for text in TEXTS]
        client = client_for(server, tmp_path)
        found = run(client, asked)
        for reply, right in zip(found, TEXTS.values(), strict=True):
            if reply.status == "ok":
                value = reply.value == "yes" if form == "label" else reply.value["answers"][0]["answer"]
                assert value is right
            else:
                assert reply.value is None and reply.reason and reply.status in ("refused", "truncated", "invalid", "failed")
        good = sum(reply.status == "ok" for reply in found)
        assert good == len(found) if fault in list(FAULTS)[:7] or fault == "no logprobs" else good >= len(found) // 4
        paid, billed = llm.spending(client)["openai/small"].dollars, server.stats()["small"]["dollars"]
        assert paid == pytest.approx(billed) if fault not in ("broken connections", "silence", "all at once") else paid >= billed - 1e-9
        calls = server.stats()["small"]["requests"]
        again = run(client, [each for each, reply in zip(asked, found, strict=True) if reply.status == "ok"])
        assert all(reply.source == "cache" for reply in again) and server.stats()["small"]["requests"] == calls


@pytest.mark.parametrize("abilities", [{"json_schema": False}, {"json_schema": False, "tools": False}, {"malformed": 0.3}])
def test_servers_without_schemas(abilities: dict[str, Any], tmp_path: Path) -> None:
    with simulate.serve([simulate.Model("small", **abilities)], [GOLD]) as server:
        found = run(client_for(server, tmp_path), [request(text, schema=SCHEMA) for text in TEXTS])
        right = [reply.value["answers"][0]["answer"] is gold for reply, gold in zip(found, TEXTS.values(), strict=True) if reply.value]
        assert all(right) and len(right) >= len(TEXTS) * 0.6
        assert all(reply.reason for reply in found if reply.status != "ok")


@pytest.mark.parametrize("budget", [4e-3, 6e-3])
def test_the_servers_bill_is_never_above_the_budget(budget: float, tmp_path: Path) -> None:
    faults: dict[str, Any] = {"errors": 0.1, "resets": 0.1, "hangs": 0.05, "hang_seconds": 3.0, "rate_limited": 0.1, "retry_after": 0.01}
    with simulate.serve([simulate.Model("small", price=(1.0, 0.5, 2.0), **faults)], [GOLD]) as server:
        client = client_for(server, tmp_path, budget=budget, timeout=0.3)
        found = run(client, [request(text, schema=SCHEMA, max_tokens=30) for text in TEXTS])
        assert "capped" in {reply.status for reply in found} and "ok" in {reply.status for reply in found}
        assert server.stats()["small"]["dollars"] <= llm.spending(client)["openai/small"].dollars <= budget


def test_batch_files_of_the_simulator(tmp_path: Path) -> None:
    with simulate.serve([simulate.Model("small", price=(1.0, 0.5, 2.0))], [GOLD], batch_seconds=0.2) as server:
        client = client_for(server, tmp_path)

        async def main() -> list[llm.Reply]:
            async with llm.Session(client) as session:
                return await llm.ask_in_batch(session, [request(text, schema=SCHEMA) for text in TEXTS], poll=0.05)

        found = asyncio.run(main())
        assert [reply.value["answers"][0]["answer"] for reply in found] == list(TEXTS.values())
        assert llm.spending(client)["openai/small"].dollars == pytest.approx(server.stats()["small"]["dollars"])


def test_a_wrong_key_and_an_unknown_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulate.serve([simulate.Model("small")], [GOLD], key="right") as server:
        client = client_for(server, tmp_path, key_variable="SOME_API_KEY")
        monkeypatch.setenv("SOME_API_KEY", "wrong")
        with pytest.raises(llm.LlmError, match="key"):
            run(client, [request("a", labels=("yes", "no"))])
        monkeypatch.setenv("SOME_API_KEY", "right")
        with pytest.raises(llm.LlmError, match="no such model"):
            run(client, [llm.Request("openai/other", (("user", "a"),))])
