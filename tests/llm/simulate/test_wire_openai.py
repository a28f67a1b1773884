"""The official client of the wire format talks to the simulator: chat, streams, schemas, tools, embeddings, batches, errors."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tilth.llm import simulate
from tilth.semantic.asking.prompt import block, messages

openai = pytest.importorskip("openai", reason="needs the openai package")
ROWS = [{"text": f"Report {n}"} for n in range(6)]
GOLD = [
    simulate.Gold("good", "filter", {row["text"]: n % 2 == 0 for n, row in enumerate(ROWS)}),
    simulate.Gold("year", "extract", {row["text"]: {"year": 1990 + n} for n, row in enumerate(ROWS)}),
]


@pytest.fixture(scope="module")
def server() -> Iterator[simulate.Server]:
    models = [
        simulate.Model("m", dimensions=32),
        simulate.Model("limited", rate_limited=0.6, retry_after=0.01),
        simulate.Model("off", refusals=1),
    ]
    with simulate.serve(models, GOLD, key="sesame") as running:
        yield running


@pytest.fixture
def client(server: simulate.Server) -> Iterator[Any]:
    with openai.OpenAI(base_url=server.base_url, api_key="sesame", max_retries=0) as made:
        yield made


def told(kind: str, task: str, rows: list[dict[str, str]], **more: Any) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in messages(kind, task, block("rows", rows), **more)]


def test_chat_with_log_probabilities(client: Any) -> None:
    asked = told("filter", "Is it good?", ROWS[:1], form="label", labels=("yes", "no"))
    reply = client.chat.completions.create(model="m", messages=asked, logprobs=True, top_logprobs=5, max_tokens=4, seed=1)
    choice = reply.choices[0]
    assert (choice.message.content, choice.finish_reason) == ("yes", "stop")
    assert {each.token for each in choice.logprobs.content[0].top_logprobs} == {"yes", "no"}
    assert reply.usage.prompt_tokens_details.cached_tokens == 0


def test_a_stream(client: Any) -> None:
    stream = client.chat.completions.create(
        model="m", messages=told("filter", "Is it good?", ROWS), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)
    assert [entry["answer"] for entry in json.loads(text)["answers"]] == [True, False] * 3
    assert chunks[-1].usage.total_tokens > 0


def test_a_schema_by_a_pydantic_model(client: Any) -> None:
    pydantic = pytest.importorskip("pydantic")
    report = pydantic.create_model("Report", year=(int, ...))
    entry = pydantic.create_model("Entry", id=(int, ...), answer=(report, ...))
    answers = pydantic.create_model("Answers", answers=(list[entry], ...))
    found = client.chat.completions.parse(model="m", messages=told("extract", "Tell the year.", ROWS), response_format=answers)
    assert [each.answer.year for each in found.choices[0].message.parsed.answers] == [1990 + n for n in range(6)]
    refused = client.chat.completions.parse(model="off", messages=told("extract", "Tell the year.", ROWS), response_format=answers)
    assert refused.choices[0].message.refusal


def test_a_tool(client: Any) -> None:
    tool = {"type": "function", "function": {"name": "keep", "parameters": {"type": "object", "properties": {"year": {"type": "integer"}}}}}
    reply = client.chat.completions.create(model="m", messages=told("extract", "Tell the year.", ROWS[:1], form="json"), tools=[tool])
    call = reply.choices[0].message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("keep", {"year": 1990})


def test_embeddings_and_models(client: Any) -> None:
    reply = client.embeddings.create(model="m", input=["Snow is white.", "Snow is white."])
    assert reply.data[0].embedding == reply.data[1].embedding
    assert len(reply.data[0].embedding) == 32
    assert [model.id for model in client.models.list()] == ["m", "limited", "off"]


def test_a_batch(client: Any) -> None:
    lines = [
        {"custom_id": str(n), "method": "POST", "url": "/v1/chat/completions",
         "body": {"model": "m", "messages": told("filter", "Is it good?", [row], form="label", labels=("yes", "no"))}}
        for n, row in enumerate(ROWS)
    ]  # fmt: skip
    file = client.files.create(file=("in.jsonl", io.BytesIO("\n".join(map(json.dumps, lines)).encode())), purpose="batch")
    batch = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    for _ in range(200):
        batch = client.batches.retrieve(batch.id)
        if batch.status == "completed":
            break
        time.sleep(0.02)
    assert (batch.status, batch.request_counts.completed) == ("completed", 6)
    found = [json.loads(line) for line in client.files.content(batch.output_file_id).text.splitlines()]
    assert [each["response"]["body"]["choices"][0]["message"]["content"] for each in found] == ["yes", "no"] * 3


def test_errors_are_the_clients_own(client: Any, server: simulate.Server) -> None:
    hello = [{"role": "user", "content": "Hello"}]
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="none", messages=hello)
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="m", messages=hello, temperature=7)
    with openai.OpenAI(base_url=server.base_url, api_key="wrong") as other, pytest.raises(openai.AuthenticationError):
        other.models.list()


def test_its_retries_get_through(client: Any) -> None:
    patient = client.with_options(max_retries=30)
    for n in range(5):
        assert patient.chat.completions.create(model="limited", messages=[{"role": "user", "content": f"Hello {n}"}]).choices
