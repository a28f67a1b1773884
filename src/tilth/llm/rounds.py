"""One request until it is answered: asked as the server takes it, given more room, asked to mend its answer; all of it bounded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from tilth.llm import chat
from tilth.llm.budget import MESSAGE_TOKENS, most_prompt_tokens
from tilth.llm.calls import Calls, Most, total
from tilth.llm.chat import Habits
from tilth.llm.endpoints import Endpoint
from tilth.llm.request import Reply, Request, Usage
from tilth.llm.wire import Outcome

LESSONS = 6  # refused parameters that one request may meet
Turns = tuple[tuple[str, str], ...]


class Rounds:
    """The calls that one request takes, and their sum."""

    def __init__(self, calls: Calls, endpoint: Endpoint, habits: Habits, request: Request) -> None:
        self.calls, self.endpoint, self.habits, self.request = calls, endpoint, habits, request
        self.usage, self.attempts, self.seconds = Usage(), 0, 0.0
        self.cost: float | None = 0.0
        self.allowed = 0  # tokens, in the last call

    async def reply(self) -> Reply:
        """Return the reply, with what all its calls cost."""
        more: Turns = ()
        room: int | None = None
        repairs, grown = self.calls.client.repairs, False
        while True:
            reply = await self._asked(more, room)
            larger = None if grown else self._more_room()
            if reply.status == "truncated" and larger:
                room, grown = larger, True
            elif reply.status == "invalid" and repairs and reply.text is not None:
                more, repairs = chat.repair(self.request, reply), repairs - 1
            else:
                break
        model, cost, seconds = self.endpoint.model, self.cost, self.seconds
        return replace(reply, usage=self.usage, cost=cost, attempts=self.attempts, seconds=seconds, model=model)

    def _more_room(self) -> int | None:
        """Return a larger bound for an answer that was cut off: the request's where a label had less, and the client's factor."""
        larger = int(self.request.max_tokens * self.calls.client.room)
        return larger if larger > self.allowed else None

    async def _asked(self, more: Turns, room: int | None) -> Reply:
        """Return what one round came to: asked again as long as the server refuses a parameter that can be left out."""
        for _ in range(LESSONS):
            asked, way = chat.body(self.request, self.endpoint.name, self.habits, more, room), self.habits.way
            outcome = await self._paid(asked, more, room)
            if outcome.capped:
                return Reply("capped", reason=outcome.reason)
            if outcome.body:
                return self._read(outcome, way)
            if outcome.filtered:
                return Reply("refused", reason=outcome.reason)
            learnt = asked != chat.body(self.request, self.endpoint.name, self.habits, more, room)  # by another request, meanwhile
            if not (learnt or self.habits.learn(outcome, self.request)):
                break
        return Reply("failed", reason=outcome.reason or "the answer is empty")

    def _read(self, outcome: Outcome, way: str) -> Reply:
        reply = chat.read(self.request, outcome.body)
        if way == self.habits.way:
            self.habits.note(reply, self.request)
        return reply

    async def _paid(self, asked: dict[str, Any], more: Turns, room: int | None) -> Outcome:
        try:
            data = orjson.dumps(asked)
        except TypeError:
            return Outcome(reason="the text is not valid Unicode")
        beside = sum(len(content.encode(errors="replace")) + MESSAGE_TOKENS for _, content in more)
        self.allowed = chat.allowed(self.request, self.habits, room)
        most = Most(most_prompt_tokens(self.request, beside), self.allowed)
        paid = await self.calls.call(self.endpoint, "/chat/completions", data, most)
        self.usage += paid.usage
        self.attempts += paid.attempts
        self.seconds += paid.outcome.seconds
        self.cost = total((self.cost, paid.cost))
        return paid.outcome
