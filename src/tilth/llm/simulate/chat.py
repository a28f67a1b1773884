"""One chat request answered: read, judged, counted; nothing here knows how it travels."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tilth.llm.simulate.answer import Answer, Simulated, answer
from tilth.llm.simulate.asked import schema_in_words, text_of
from tilth.llm.simulate.model import Model
from tilth.llm.simulate.prefix_cache import PrefixCache
from tilth.llm.simulate.tokens import Token, logprobs, tokens
from tilth.llm.simulate.wire import Chat, Refused, completion, read, usage
from tilth.llm.tokens import pieces


@dataclass(frozen=True)
class Choice:
    """One answer as tokens, and why it ends."""

    said: Answer
    tokens: tuple[Token, ...]
    finish: str
    hidden: int

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.tokens)


@dataclass(frozen=True)
class Reply:
    """All answers to one request, and the tokens they took."""

    id: str
    chat: Chat
    choices: tuple[Choice, ...]
    prompt: int
    cached: int

    @property
    def completion(self) -> int:
        return sum(len(each.tokens) + each.hidden for each in self.choices)

    def usage(self) -> dict[str, Any]:
        return usage(self.prompt, self.cached, self.completion, sum(each.hidden for each in self.choices))


def reply(model: Model, world: Simulated, cache: PrefixCache, body: Mapping[str, Any]) -> Reply:
    """Return the answers to a request; raises Refused where it gets an error."""
    chat = read(body, model)
    prompt = [piece for message in chat.messages for piece in (_known if message["role"] == "system" else pieces)(text_of(message))]
    if len(prompt) + (chat.max_tokens or 1) > model.context:
        message = f"The context of {model.name} is {model.context} tokens; asked were {len(prompt)} + {chat.max_tokens or 1}."
        raise Refused(400, message, code="context_length_exceeded", param="messages")
    schema = chat.tool.schema if chat.tool else chat.schema or schema_in_words(chat.messages)
    again = f"{chat.seed}/{chat.temperature}/{chat.max_tokens}/{len(chat.messages)}"  # what makes another attempt another sample
    said = [answer(model, world, chat.messages, schema, chat.json, chat.temperature, f"{again}/{n}") for n in range(chat.n)]
    id = hashlib.blake2b("".join((model.name, again, *prompt)).encode(), digest_size=12).hexdigest()
    return Reply(f"chatcmpl-{id}", chat, tuple(_choice(model, chat, each) for each in said), len(prompt), cache.cached(prompt))


_known = functools.lru_cache(maxsize=256)(pieces)  # what the system says is the same in many requests


def _choice(model: Model, chat: Chat, said: Answer) -> Choice:
    """Cut an answer: by the model's own fault, at a stop, or where its budget ends, of which hidden thought takes its part first."""
    given = tokens(said.parts)
    finish = "stop"
    if chat.tool and not said.refused and not chat.tool.forced:
        finish = "tool_calls"
    for stop in chat.stop:
        at = "".join(piece for piece, _ in given).find(stop)
        if at >= 0:
            given = _until(given, at)
    if said.cut:
        given, finish = given[: len(given) // 2], "length"
    budget = chat.max_tokens if chat.max_tokens is not None else model.context
    hidden = min(model.reasoning, budget)
    if len(given) > budget - hidden:
        given, finish = given[: budget - hidden], "length"
    return Choice(said, tuple(given), finish, hidden)


def _until(given: Sequence[Token], end: int) -> list[Token]:
    kept: list[Token] = []
    size = 0
    for piece, might in given:
        size += len(piece)
        if size > end:
            break
        kept.append((piece, might))
    return kept


def whole(model: Model, found: Reply) -> dict[str, Any]:
    """Return the reply as one JSON object."""
    choices = [
        {"index": n, "message": message(found, each), "logprobs": chances(found.chat, each.tokens), "finish_reason": each.finish}
        for n, each in enumerate(found.choices)
    ]
    return completion(found.id, model.name, choices, found.usage())


def message(found: Reply, choice: Choice) -> dict[str, Any]:
    if choice.said.refused:
        return {"role": "assistant", "content": None, "refusal": choice.text}
    if found.chat.tool:
        call = {"id": f"call_{found.id[9:]}", "type": "function", "function": {"name": found.chat.tool.name, "arguments": choice.text}}
        return {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]}
    return {"role": "assistant", "content": choice.text, "refusal": None}


def chances(chat: Chat, given: Sequence[Token]) -> dict[str, Any] | None:
    return {"content": logprobs(given, chat.top), "refusal": None} if chat.logprobs else None
