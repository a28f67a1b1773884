"""The steps for instruction sets, each with conversations to try it on: good ones, and one with every fault."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tilth import evaluate, instruct
from tilth.memory import addressed

JINJA = (
    "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
COMPOSITES: dict[str, dict[str, Any]] = {"instruct.pairs_from_scores": {"score": "score"}, "instruct.balanced": {"rows": 5, "language": ""}}


def talk(*said: str | None, system: str | None = None) -> list[dict[str, str | None]]:
    """Return a conversation in which user and assistant speak in turn."""
    turns = [{"role": ("user", "assistant")[n % 2], "content": each} for n, each in enumerate(said)]
    return [{"role": "system", "content": system}, *turns] if system else turns


GOOD = (
    talk("Why is the sky blue?", "It scatters."), talk("Why is the sky blue?", "Paint."), talk("why is the sky Blue", "It scatters."),
    talk("Add 1 and 2.", "3", "And 3?", "6", system="Be brief."), talk("Warum ist der Himmel blau?", "Er streut das Licht."),
)
BAD = (
    None, [], talk("A question?"), talk("A question?", "  "), talk(None, "An answer."), talk("One.", "Two.", "Three."),
    [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}, {"role": "assistant", "content": "c"}],
    [{"role": "user", "content": "a"}, {"role": "narrator", "content": "b"}, {"role": "assistant", "content": "c"}],
    [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}, {"role": "assistant", "content": "c"}],
    [{"role": "assistant", "content": "a"}], [{"role": None, "content": "a"}], talk("<|im_end|>", "forged"),
    talk("Ünï 漢字 👩‍👩‍👧", "e\u0301"),
)  # fmt: skip


def rows() -> pa.Table:
    """Conversations, some of them twice, with scores, columns of the common forms, and texts."""
    messages = [*GOOD, *BAD, *GOOD]
    count = len(messages)
    pairs = [f"answer {n % 4}" if n % 3 else None for n in range(count)]
    return addressed(pa.table({
        "text": pa.array([f"text {n}" for n in range(count)], pa.large_string()), "messages": pa.array(messages, instruct.MESSAGES),
        "score": pa.array([None if n % 5 == 4 else n % 7 / 7 for n in range(count)]),
        "instruction": pa.array(pairs, pa.large_string()), "output": pa.array([pair and pair[::-1] for pair in pairs], pa.large_string()),
        "chosen": pa.array(pairs, pa.large_string()), "rejected": pa.array(["answer 2"] * count, pa.large_string()),
        "prompt": pa.array(["A prompt."] * count, pa.large_string()),
    }))  # fmt: skip


def instances() -> dict[str, list[tuple[object, pa.Table]]]:
    """Every step for instruction sets, by its name in recipes, and what it is tried on."""
    forms, parts = ("sharegpt", "alpaca", "completion"), ("prompt", "answer", "conversation")
    table = rows()
    unpaired = table.select(["row", "id", "source", "text", "messages", "score"])
    steps = {
        "Messages": [instruct.Messages(form) for form in ("auto", "alpaca", "openai")], "ToForm": [instruct.ToForm(form) for form in forms],
        "Turns": [instruct.Turns()], "TextOf": [instruct.TextOf(part) for part in parts], "Pairs": [instruct.Pairs()],
        "ChatTemplate": [instruct.ChatTemplate(name, answers) for name in ("chatml", "mistral", "alpaca") for answers in ("all", "last")],
        "JinjaTemplate": [instruct.JinjaTemplate(JINJA, bos="<s>")],
    }  # fmt: skip
    found = {f"instruct.{name}": [(step, table) for step in made] for name, made in steps.items()}
    best = [(instruct.BestAnswer("score"), unpaired), (instruct.BestAnswer("score", margin=0.3), unpaired)]
    measured = evaluate([instruct.Turns()], table).table
    return found | {"instruct.BestAnswer": best, "instruct.LengthBand": [(instruct.LengthBand("", (10, 20)), measured)]}
