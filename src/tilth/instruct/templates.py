"""Chat templates in the common forms: what stands before and after each turn, as a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tilth.instruct.messages import Turn

Span = tuple[int, int]  # characters of the text, from and to


class Template(NamedTuple):
    """How a conversation is written down for one kind of model.

    `turns` has for each role what stands before and after its words; a role that is missing cannot be said. Of the assistant's turn
    the words and `stop` are trained on, what comes after is not. `system`, where it is not empty, is how a system prompt is written
    in front of the first user's words, "{}" being the prompt. `controls` are the tokens that no turn may contain: it would forge others.
    """

    start: str
    turns: Mapping[str, tuple[str, str]]
    stop: str
    system: str = ""
    trim: bool = False
    preamble: str = ""  # said in place of a system prompt where there is none
    controls: tuple[str, ...] = ()


def _each(form: str, close: str, **names: str) -> dict[str, tuple[str, str]]:
    return {role: (form.format(name), close) for role, name in names.items()}


_PLAIN = {"system": "system", "user": "user", "assistant": "assistant"}
_ALPACA = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
)
TEMPLATES = {
    "chatml": Template(
        "", _each("<|im_start|>{}\n", "<|im_end|>\n", **_PLAIN, tool="tool"), "<|im_end|>", controls=("<|im_start|>", "<|im_end|>"),
    ),
    "llama-3": Template(
        "<|begin_of_text|>", _each("<|start_header_id|>{}<|end_header_id|>\n\n", "<|eot_id|>", **_PLAIN, tool="ipython"), "<|eot_id|>",
        trim=True, controls=("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|end_of_text|>"),
    ),
    "llama-2": Template(
        "", {"user": ("<s>[INST] ", " [/INST] "), "assistant": ("", " </s>")}, " </s>", system="<<SYS>>\n{}\n<</SYS>>\n\n", trim=True,
        controls=("<s>", "</s>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"),
    ),
    "mistral": Template(
        "<s>", {"user": ("[INST] ", "[/INST]"), "assistant": (" ", "</s>")}, "</s>", system="{}\n\n",
        controls=("<s>", "</s>", "[INST]", "[/INST]"),
    ),
    "zephyr": Template(
        "", _each("<|{}|>\n", "</s>\n", **_PLAIN), "</s>", controls=("</s>", "<|system|>", "<|user|>", "<|assistant|>"),
    ),
    "gemma": Template(
        "<bos>", _each("<start_of_turn>{}\n", "<end_of_turn>\n", user="user", assistant="model"), "<end_of_turn>", system="{}\n\n",
        trim=True, controls=("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>"),
    ),
    "alpaca": Template(
        "", {"system": ("", "\n\n"), "user": ("### Instruction:\n", "\n\n"), "assistant": ("### Response:\n", "\n\n")}, "",
        preamble=_ALPACA,
    ),
}  # fmt: skip


def render(template: Template, turns: Sequence[Turn], begin: bool = True) -> tuple[str, list[Span]]:
    """Return the text of a conversation, and where in it the assistant speaks: the characters to train on, its end of turn with them.

    Without `begin` the token that begins a text is left out. Raises ValueError where a turn is missing or cannot be written.

    >>> render(TEMPLATES["zephyr"], [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}])
    ('<|user|>\\nWhy?</s>\\n<|assistant|>\\nSo.</s>\\n', [(32, 39)])
    """
    if not turns:
        raise ValueError("there are no turns")
    said = [_said(template, each, number) for number, each in enumerate(turns, 1)]
    lead = template.start if begin else ""
    if said[0][0] != "system":
        lead += template.preamble
    elif template.system:
        said = _with_system(template, said)
    parts, spans, size = [lead], [], len(lead)
    for role, words in said:
        before, after = template.turns[role]
        if role == "assistant":
            start = size + len(before)
            spans.append((start, start + len(words) + len(template.stop)))
        parts += [before, words, after]
        size += len(before) + len(words) + len(after)
    return "".join(parts), spans


def _said(template: Template, turn: Turn, number: int) -> tuple[str, str]:
    role, words = turn["role"], turn["content"]
    if words is None or not words.strip():
        raise ValueError(f"turn {number} ({role}) says nothing")
    if role not in template.turns and not (role == "system" and template.system):
        raise ValueError(f"turn {number}: this template has no place for the role {role!r}")
    if role == "system" and number > 1:
        raise ValueError(f"turn {number}: a system prompt can only come first")
    if forged := _forged(template.controls, words):
        raise ValueError(f"turn {number} ({role}) contains {forged!r}, which the template means by itself")
    return role, words.strip() if template.trim else words


def _forged(controls: tuple[str, ...], words: str) -> str:
    found = re.search("|".join(map(re.escape, controls)), words) if controls else None
    return found.group() if found else ""


def _with_system(template: Template, said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The turns without the system prompt, which is written before the first user's words."""
    if len(said) < 2 or said[1][0] != "user":
        raise ValueError("turn 2: after a system prompt this template needs the user to speak")
    return [("user", template.system.format(said[0][1]) + said[1][1]), *said[2:]]
