"""Completions of any form, in any state: read or told, never an exception, and never a value that was not asked for."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tilth.llm import chat
from tilth.llm.chat import Habits
from tilth.llm.request import Request
from tilth.llm.rounds import LESSONS
from tilth.llm.wire import Outcome

NAMES = st.sampled_from(["content", "text", "function", "arguments", "a"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
MESSAGE = st.fixed_dictionaries({}, optional={"content": JSON | st.just("yes"), "refusal": JSON, "tool_calls": JSON, "role": JSON})
CHOICE = st.fixed_dictionaries({}, optional={"message": MESSAGE | JSON, "finish_reason": JSON | st.just("length"), "logprobs": JSON})
COMPLETION = st.fixed_dictionaries({}, optional={"choices": st.lists(CHOICE | JSON, max_size=2) | JSON, "usage": JSON})
ASKED = (
    Request("m", (("user", "a"),)), Request("m", (("user", "a"),), labels=("yes", "no")),
    Request("m", (("user", "a"),), schema='{"type":"integer"}'),
)  # fmt: skip


@given(COMPLETION, st.sampled_from(ASKED))
def test_whatever_a_server_sends_is_read_or_told(told: dict[str, Any], request: Request) -> None:
    reply = chat.read(request, told)
    assert reply.status in ("ok", "refused", "truncated", "invalid")
    if reply.status != "ok":
        assert reply.value is None and reply.reason
    elif request.labels:
        assert reply.value in request.labels
    elif request.schema:
        assert isinstance(reply.value, (int, float)) and not isinstance(reply.value, bool)
    else:
        assert isinstance(reply.value, str) and reply.value.strip()


NUMBER = st.integers() | JSON
CACHED = st.fixed_dictionaries({"cached_tokens": NUMBER}) | JSON
USAGE = {"prompt_tokens": NUMBER, "completion_tokens": NUMBER, "prompt_tokens_details": CACHED}


@given(st.fixed_dictionaries({}, optional=USAGE) | JSON)
def test_usage_is_counts_or_nothing(told: Any) -> None:
    usage = Outcome(body={"usage": told}).usage
    assert usage is None or (0 <= usage.cached <= usage.prompt < 2**63 and 0 <= usage.completion < 2**63)


@given(st.sampled_from(ASKED), st.text(max_size=60), st.sampled_from([400, 422, 500]))
def test_lessons_come_to_an_end(request: Request, words: str, status: int) -> None:
    habits = Habits()
    outcome = Outcome(status=status, reason=f"{words} max_completion_tokens temperature logprobs response_format tools", code="max_tokens")
    sent = [chat.body(request, "m", habits)]
    while habits.learn(outcome, request):
        sent.append(chat.body(request, "m", habits))
        assert sent[-1] not in sent[:-1]  # nothing is asked twice in vain
    assert len(sent) <= LESSONS


def test_a_repair_shows_the_answer_and_what_was_wrong() -> None:
    reply = chat.read(ASKED[2], {"choices": [{"message": {"content": '"one"'}, "finish_reason": "stop"}]})
    (_, answer), (_, words) = chat.repair(ASKED[2], reply)
    assert answer == '"one"' and "integer" in words
    sent = chat.body(ASKED[2], "m", Habits(), chat.repair(ASKED[2], reply))
    assert [each["role"] for each in sent["messages"]] == ["user", "assistant", "user"]
