"""The wire format of a chat: a request's body as one server wants it, and a completion read as a reply."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from tilth.llm import labels, structured
from tilth.llm.request import Reply, Request, Status
from tilth.llm.wire import Outcome

TOP_LOGPROBS = 20
_TOO_LONG = re.compile(r"context.?(length|window|size)|too long")  # such words name max_tokens too, and no other parameter would help
_THOUGHT = re.compile(r"\s*<think>.*?</think>\s*", re.DOTALL)


@dataclass
class Habits:
    """What one model on one server has shown that it takes; learnt from what it refused."""

    way: structured.Way = "json_schema"
    room: str = "max_tokens"  # or max_completion_tokens
    sampling: bool = True  # temperature and top_p
    logprobs: bool = True
    top_logprobs: int = TOP_LOGPROBS
    thinks: bool = False  # a label needs all the room
    unread: int = 0  # answers in a row that were not of the schema, in the present way

    def learn(self, outcome: Outcome, request: Request) -> bool:
        """Take note of a refused parameter; return whether another attempt would be different from the last."""
        told = f"{outcome.code} {outcome.reason}".lower()
        if outcome.status not in (400, 415, 422, 501) or _TOO_LONG.search(told):
            return False
        if request.schema and self.way != "prompt" and any(word in told for word in _WORDS[self.way]):
            return self.next_way()
        if self.room == "max_tokens" and ("max_completion_tokens" in told or "max_tokens" in outcome.code):
            self.room, self.thinks = "max_completion_tokens", True
        elif self.sampling and ("temperature" in told or "top_p" in told):
            self.sampling = False
        elif request.labels and self.logprobs and "logprobs" in told:
            self.logprobs, self.top_logprobs = self.top_logprobs > 5, 5  # some servers give five at most, some none
        else:
            return False
        return True

    def next_way(self) -> bool:
        """Ask for structured answers in the next way; False where there is none."""
        at = structured.WAYS.index(self.way)
        if at + 1 == len(structured.WAYS):
            return False
        self.way, self.unread = structured.WAYS[at + 1], 0
        return True

    def note(self, reply: Reply, request: Request) -> None:
        """Take note of what came: silence within a label's few tokens is a model that thinks; a way that is never followed is left."""
        if request.labels:
            self.thinks = self.thinks or (reply.status == "truncated" and not (reply.text or "").strip())
            return
        self.unread = 0 if reply.status == "ok" else self.unread + (reply.status == "invalid")
        if self.unread >= 3:
            self.unread = 0
            self.next_way()


_WORDS = {"json_schema": ("response_format", "json_schema", "guided", "grammar", "schema"), "tools": ("tool", "function"), "prompt": ()}


def allowed(request: Request, habits: Habits, room: int | None = None) -> int:
    """Return the tokens that the answer may have: few for a label, unless the model thinks first."""
    if request.labels and not habits.thinks and room is None:
        return min(request.max_tokens, labels.room(request.labels))
    return room or request.max_tokens


def body(request: Request, name: str, habits: Habits, more: tuple[tuple[str, str], ...] = (), room: int | None = None) -> dict[str, Any]:
    """Return the JSON body that asks for this; `more` are the turns of a repair, `room` a bound other than the request's."""
    messages = [*request.messages, *more]
    if request.schema and habits.way == "prompt":
        messages[-1] = (messages[-1][0], f"{messages[-1][1]}\n\n{structured.in_words(request.schema)}")
    told: dict[str, Any] = {
        "model": name,
        "messages": [{"role": role, "content": content} for role, content in messages],
        habits.room: allowed(request, habits, room),
    }
    if habits.sampling:
        told |= {name: value for name, value in (("temperature", request.temperature), ("top_p", request.top_p)) if value is not None}
    if request.seed is not None:
        told["seed"] = request.seed
    if request.stop:
        told["stop"] = list(request.stop)
    if request.labels and habits.logprobs:
        told |= {"logprobs": True, "top_logprobs": habits.top_logprobs}
    return told | structured.parameters(habits.way, request.schema) if request.schema else told


def read(request: Request, told: dict[str, Any]) -> Reply:
    """Return what a completion says, by the rules of the request: a value only where it is whole and of the form that was asked for."""
    try:
        choice = told["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        text = _text(message)
    except (KeyError, IndexError, TypeError, AttributeError):
        return Reply("invalid", reason="the answer is not a chat completion")
    if refusal := message.get("refusal"):
        return Reply("refused", text=text, reason=str(refusal)[:300])
    if finish == "content_filter":
        return Reply("refused", text=text, reason="the server's filter of contents stopped the answer")
    if request.labels:
        reply = _label(request, text, choice)
    else:
        reply = _schema(request.schema, text) if request.schema else _plain(text)
    if finish == "length" and not (request.labels and reply.status == "ok"):
        return Reply("truncated", text=text, reason="the answer reached max_tokens")
    return reply


def _text(message: dict[str, Any]) -> str:
    """Return the content, or the arguments of the tool call that stands in its place."""
    calls = message.get("tool_calls")
    if calls:
        arguments = calls[0]["function"]["arguments"]
        return arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
    content = message.get("content")
    if isinstance(content, list):  # parts, as some servers send them
        content = "".join(str(part.get("text", "")) for part in content)
    return content if isinstance(content, str) else ""


def _plain(text: str) -> Reply:
    said = _spoken(text)
    return Reply("ok", said, text) if said.strip() else _invalid(text, "the answer is empty")


def _label(request: Request, text: str, choice: dict[str, Any]) -> Reply:
    said = _spoken(text)
    found = labels.parse(said, request.labels)
    if found is None:
        return _invalid(text, f"the answer is none of {', '.join(request.labels)}" if said.strip() else "the answer is empty")
    thought = said != text  # then the first token is not the label's
    return Reply("ok", found, text, scores=None if thought else labels.scores(choice.get("logprobs"), request.labels))


def _schema(schema: str, text: str) -> Reply:
    said = _spoken(text)
    if not said.strip():
        return _invalid(text, "the answer is empty")
    try:
        value = structured.parse(said)
    except ValueError as error:
        return _invalid(text, str(error))
    wrong = structured.complaint(value, schema)
    return _invalid(text, wrong) if wrong else Reply("ok", value, text)


def _spoken(text: str) -> str:
    """Return the answer without the thoughts that some servers leave before it."""
    thought = _THOUGHT.match(text)
    return text[thought.end() :] if thought else text


def _invalid(text: str, reason: str) -> Reply:
    status: Status = "invalid"
    return Reply(status, text=text, reason=reason)


def repair(request: Request, reply: Reply) -> tuple[tuple[str, str], ...]:
    """Return the turns that ask a model to mend its answer."""
    form = f"one of: {', '.join(request.labels)}" if request.labels else "JSON that meets the schema" if request.schema else "an answer"
    told = f"That cannot be used: {reply.reason}. Answer again with {form}, and nothing else."
    return (("assistant", reply.text or ""), ("user", told))
