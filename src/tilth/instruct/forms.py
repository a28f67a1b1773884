"""The forms in which instruction sets come: Alpaca's, ShareGPT's, OpenAI's, and prompt with completion, each to and from turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from tilth.instruct.messages import MESSAGES, Turn

_NAMES = {
    "human": "user", "gpt": "assistant", "chatgpt": "assistant", "bing": "assistant", "bard": "assistant", "model": "assistant",
    "function_call": "assistant", "developer": "system", "function": "tool", "function_response": "tool", "observation": "tool",
}  # fmt: skip
_SHAREGPT = {"user": "human", "assistant": "gpt"}
_TEXT = pa.large_string()


class Form(NamedTuple):
    """One form: its columns, of which the first `needed` must be there, and the functions from their values to turns and back."""

    columns: tuple[str, ...]
    needed: int
    turns: Callable[..., list[Turn]]
    types: tuple[pa.DataType, ...]
    values: Callable[[list[Turn]], tuple[Any, ...]]


def turn(role: Any, content: Any, number: int) -> Turn:
    """Return one turn, its role by the common name; raise ValueError where what was said is not text.

    A list of parts, as OpenAI has it, is the text of its parts. A role that nobody knows stays as it is, for `Turns` to find.

    >>> turn("human", "Why?", 1), turn("gpt", [{"type": "text", "text": "So."}], 2)["content"]
    ({'role': 'user', 'content': 'Why?'}, 'So.')
    """
    if isinstance(content, list) and all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in content):
        content = "".join(part["text"] for part in content)
    if not isinstance(content, str | None) or not isinstance(role, str | None):
        raise ValueError(f"turn {number} is not text: {orjson.dumps(content, default=str)[:80].decode()}")
    name = None if role is None else role.strip().lower()
    return {"role": _NAMES.get(name, name) if name else name, "content": content}


def listed(value: Any) -> list[Any]:
    """Return a list as it is or from its JSON text; raise ValueError where it is none.

    >>> listed('[1, 2]')
    [1, 2]
    """
    found = orjson.loads(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        raise ValueError(f"a list of turns is needed, this is {type(found).__name__}")
    return found


def spoken(value: Any, role: str) -> list[Turn]:
    """Return turns from what may be a plain text, said by `role`, or a list of OpenAI's messages or its JSON text.

    >>> spoken("Why?", "user")
    [{'role': 'user', 'content': 'Why?'}]
    """
    try:
        found = listed(value)
    except ValueError:
        return [turn(role, value, 1)]
    if isinstance(value, str) and not all(isinstance(each, dict) and "role" in each for each in found):
        return [turn(role, value, 1)]  # a text that happens to be a JSON list
    return _openai(found)


def _openai(messages: Any) -> list[Turn]:
    found = []
    for number, each in enumerate(listed(messages), 1):
        if not isinstance(each, dict):
            raise ValueError(f"turn {number} is no object with a role and content")
        calls = "".join(_called(call) for call in each.get("tool_calls") or ())
        said = turn(each.get("role"), each.get("content"), number)
        found.append({**said, "content": "\n".join(filter(None, (said["content"], calls))) if calls else said["content"]})
    return found


def _called(call: Any) -> str:
    """A tool's call in the form of Hermes and Qwen: `<tool_call>` around its name and arguments as JSON."""
    function = call["function"] if isinstance(call, dict) and isinstance(call.get("function"), dict) else call
    if not isinstance(function, dict) or "name" not in function:
        raise ValueError("a tool's call needs a name")
    arguments = function.get("arguments", {})
    arguments = orjson.loads(arguments) if isinstance(arguments, str) else arguments
    return f"<tool_call>\n{orjson.dumps({'name': function['name'], 'arguments': arguments}).decode()}\n</tool_call>"


def _sharegpt(conversations: Any, system: Any) -> list[Turn]:
    found = [turn("system", system, 0)] if system else []
    for number, each in enumerate(listed(conversations), 1):
        if not isinstance(each, dict):
            raise ValueError(f"turn {number} is no object with from and value")
        found.append(turn(each.get("from", each.get("role")), each.get("value", each.get("content")), number))
    return found


def _alpaca(instruction: Any, output: Any, input: Any, system: Any, history: Any) -> list[Turn]:
    found = [turn("system", system, 0)] if system else []
    for number, each in enumerate(listed(history) if history else (), 1):
        if not isinstance(each, list) or len(each) != 2:
            raise ValueError(f"entry {number} of the history is no pair of what was asked and answered")
        found += [turn("user", each[0], number), turn("assistant", each[1], number)]
    asked = f"{instruction}\n\n{input}" if input else instruction
    return [*found, turn("user", asked, len(found) + 1), turn("assistant", output, len(found) + 2)]


def _completion(prompt: Any, completion: Any) -> list[Turn]:
    return spoken(prompt, "user") + spoken(completion, "assistant")


def _to_sharegpt(turns: list[Turn]) -> tuple[Any, ...]:
    first = turns[0]["content"] if turns and turns[0]["role"] == "system" else None
    rest = turns if first is None else turns[1:]
    return [{"from": _SHAREGPT.get(each["role"], each["role"]), "value": each["content"]} for each in rest], first


def _to_alpaca(turns: list[Turn]) -> tuple[Any, ...]:
    system = turns[0]["content"] if turns and turns[0]["role"] == "system" else None
    rest = turns if system is None else turns[1:]
    roles = [each["role"] for each in rest]
    if not rest or roles != ["user", "assistant"] * (len(rest) // 2):
        raise ValueError("Alpaca's form has pairs of what was asked and answered, and nothing else")
    said = [each["content"] for each in rest]
    pairs = list(zip(said[::2], said[1::2], strict=True))
    return pairs[-1][0], pairs[-1][1], "", system, [list(pair) for pair in pairs[:-1]]


def _to_completion(turns: list[Turn]) -> tuple[Any, ...]:
    if len(turns) < 2 or turns[-1]["role"] != "assistant":
        raise ValueError("a completion is an answer after a prompt; this conversation does not end in one")
    return turns[:-1], turns[-1:]


_FROM_VALUE = pa.large_list(pa.struct([("from", _TEXT), ("value", _TEXT)]))
_PAIRS = pa.large_list(pa.large_list(_TEXT))
FORMS = {
    "openai": Form(("messages",), 1, _openai, (MESSAGES,), lambda turns: (turns,)),
    "sharegpt": Form(("conversations", "system"), 1, _sharegpt, (_FROM_VALUE, _TEXT), _to_sharegpt),
    "alpaca": Form(
        ("instruction", "output", "input", "system", "history"), 2, _alpaca, (_TEXT, _TEXT, _TEXT, _TEXT, _PAIRS), _to_alpaca
    ),
    "completion": Form(("prompt", "completion"), 2, _completion, (MESSAGES, MESSAGES), _to_completion),
}
