"""Batch files over real HTTP: at half the price, collected once, found again after a kill, and told where they fail."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from typing import Any

import pytest
from aiohttp import web

from tilth import llm

MODEL = "openai/small"


class Shelf:
    """What a provider keeps: files and batches; `spoil` may change the lines of an output, `state` is what batches end in."""

    def __init__(self, api: Any) -> None:
        self.api, self.files, self.batches = api, {}, {}
        self.spoil: Any = lambda line: line
        self.state, self.polls, self.lines, self.lost = "completed", 1, 0, False
        self.on_create: Any = lambda: None

    def __call__(self, call: Any) -> Any:
        path = call.path
        if path == "/chat/completions":
            return self.answer(call.body)
        if path == "/files":
            self.files[f"file-{len(self.files)}"] = call.body["file"].file.read()
            return {"id": f"file-{len(self.files) - 1}", "object": "file"}
        if path.endswith("/content"):
            return web.Response(body=self.files[path.split("/")[2]])
        if path == "/batches" and isinstance(call.body, dict):
            return self.create(call.body)
        if path == "/batches":
            return {"object": "list", "data": list(self.batches.values())}
        return self.show(path.split("/")[2])

    def answer(self, body: Any) -> Any:
        words = str(body["messages"][-1]["content"])
        return self.api.completion(f"answer {words}", prompt=100, answer=50)

    def create(self, body: Any) -> Any:
        lines = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        self.lines += len(lines)
        told = [(each["custom_id"], {"status_code": 200, "body": self.answer(each["body"])}) for each in lines]
        done = [self.spoil({"custom_id": id, "response": response, "error": None}) for id, response in told]
        id = f"batch-{len(self.batches)}"
        self.files[f"out-{id}"] = b"\n".join(json.dumps(line).encode() if isinstance(line, dict) else line for line in done if line) + b"\n"
        self.batches[id] = {"id": id, "status": "in_progress", "metadata": body.get("metadata"), "polls": 0}
        self.on_create()
        return {"id": id, "status": "validating"}

    def show(self, id: str) -> Any:
        if self.lost:
            return self.api.error(404, "No such batch")
        batch = self.batches[id]
        batch["polls"] += 1
        if batch["polls"] > self.polls:
            batch |= {"status": self.state, "output_file_id": f"out-{id}", "error_file_id": None}
        return batch


def asked(n: int) -> llm.Request:
    return llm.Request(MODEL, (("user", str(n)),), max_tokens=60)


def run(client: llm.Client, numbers: Any) -> list[llm.Reply]:
    async def main() -> list[llm.Reply]:
        async with llm.Session(client) as session:
            return await llm.ask_in_batch(session, [asked(n) for n in numbers], poll=0.01)

    return asyncio.run(main())


@pytest.fixture
def shelf(api: Any) -> Shelf:
    return Shelf(api)


def test_answers_come_in_order_at_half_the_price_and_are_kept(serve: Any, client_of: Any, shelf: Shelf) -> None:
    server = serve(shelf)
    client = client_of(server, budget=1.0)
    found = run(client, [5, 1, 2, 5, 3])
    assert [each.value for each in found] == [f"answer {n}" for n in (5, 1, 2, 5, 3)]
    assert [each.source for each in found] == ["model", "batch", "batch", "model", "batch"] and shelf.lines == 3
    assert found[1].cost == pytest.approx(100e-6) and found[0].cost == pytest.approx(200e-6)
    assert llm.spending(client)[MODEL].dollars == pytest.approx(500e-6)
    calls = len(server.calls)
    assert [each.source for each in run(client, [5, 1, 2])] == ["cache"] * 3 and len(server.calls) == calls
    with sqlite3.connect(client.cache) as db:
        assert db.execute("SELECT (SELECT count(*) FROM batches), (SELECT count(*) FROM holds)").fetchone() == (0, 0)
    db.close()


def test_a_batch_is_found_again_after_a_kill(serve: Any, client_of: Any, shelf: Shelf) -> None:
    shelf.polls = 10**9
    server = serve(shelf)
    client = client_of(server, budget=1.0)
    with pytest.raises(TimeoutError):

        async def killed() -> None:
            async with llm.Session(client) as session:
                await asyncio.wait_for(llm.ask_in_batch(session, [asked(n) for n in range(5)], poll=0.01), 0.5)

        asyncio.run(killed())
    shelf.polls = 0
    found = run(client, [3, 4, 7])  # another run that wants some of it, and more
    assert [each.value for each in found] == ["answer 3", "answer 4", "answer 7"]
    assert len(shelf.batches) == 1 and [each.source for each in found] == ["batch", "batch", "model"]
    found = run(client, range(5))
    assert [each.source for each in found] == ["cache", "batch", "batch", "cache", "cache"] and len(shelf.batches) == 1
    assert llm.spending(client)[MODEL].dollars == pytest.approx((2 * 200 + 4 * 100) * 1e-6)


def test_it_is_found_by_its_name_if_the_kill_came_before_its_id(serve: Any, client_of: Any, shelf: Shelf) -> None:
    client = client_of(serve(shelf))

    def kill() -> None:
        raise RuntimeError("the answer never comes")

    shelf.on_create = kill
    first = run_failing(client)
    shelf.on_create = lambda: None
    with sqlite3.connect(client.cache) as db:  # as a kill would have left it
        name = next(iter(shelf.batches.values()))["metadata"]["name"]
        db.execute("INSERT INTO batches VALUES (?, ?, 'default', ?, NULL, 1, ?)", (name, client.base_url, MODEL, first))
    db.close()
    before = len(shelf.batches)
    found = run(client, [0, 1, 2])
    assert {each.value for each in found} == {"answer 0", "answer 1", "answer 2"} and len(shelf.batches) == before


def run_failing(client: llm.Client) -> bytes:
    """Ask in vain, and return the keys of what was in the batch."""
    from tilth.llm import cache
    from tilth.llm.endpoints import endpoint

    with pytest.raises(llm.LlmError, match="batch file"):
        run(client, [0, 1, 2])
    return b"".join(cache.key(endpoint(client, MODEL), asked(n)) for n in (1, 2))


def test_lines_that_fail_or_are_missing_are_told_and_not_kept(serve: Any, client_of: Any, shelf: Shelf) -> None:
    def spoil(line: Any) -> Any:
        words = line["response"]["body"]["choices"][0]["message"]["content"]
        if words == "answer 1":
            return {**line, "response": {"status_code": 400, "body": {"error": {"message": "too long"}}}}
        if words == "answer 2":
            return None
        return b'{"custom_id": ' if words == "answer 3" else line

    shelf.spoil = spoil
    client = client_of(serve(shelf))
    found = run(client, range(6))
    assert [each.status for each in found] == ["ok", "failed", "failed", "failed", "ok", "ok"]
    assert "too long" in found[1].reason and "without it" in found[2].reason
    shelf.spoil = lambda line: line
    assert [each.status for each in run(client, range(6))] == ["ok"] * 6


@pytest.mark.parametrize("state", ["expired", "cancelled", "failed"])
def test_a_batch_that_did_not_end_well_gives_what_it_has(serve: Any, client_of: Any, shelf: Shelf, state: str) -> None:
    shelf.state = state
    shelf.spoil = lambda line: None if "answer 2" in json.dumps(line) else line
    found = run(client_of(serve(shelf)), range(4))
    assert [each.status for each in found] == ["ok", "ok", "failed", "ok"] and state in found[2].reason


def test_a_batch_that_is_gone_is_told_and_asked_anew_next_time(serve: Any, client_of: Any, shelf: Shelf) -> None:
    shelf.lost = True
    client = client_of(serve(shelf))
    assert [each.status for each in run(client, range(3))] == ["ok", "failed", "failed"]
    shelf.lost = False
    assert [each.status for each in run(client, range(3))] == ["ok"] * 3


def test_a_file_that_the_budget_does_not_allow_is_not_sent(serve: Any, client_of: Any, shelf: Shelf) -> None:
    found = run(client_of(serve(shelf), budget=400e-6), range(20))
    assert found[0].status == "ok" and {each.status for each in found[1:]} == {"capped"} and not shelf.batches


def test_a_server_without_batch_files_is_a_clear_stop(serve: Any, client_of: Any, shelf: Shelf, api: Any) -> None:
    server = serve(lambda call: shelf(call) if call.path == "/chat/completions" else api.error(404, "no such path"))
    client = client_of(server, budget=1.0)
    with pytest.raises(llm.LlmError, match="batch file"):
        run(client, range(3))
    with sqlite3.connect(client.cache) as db:
        assert db.execute("SELECT (SELECT count(*) FROM batches), (SELECT count(*) FROM holds)").fetchone() == (0, 0)
    db.close()
