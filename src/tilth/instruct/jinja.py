"""Conversations as text by a Jinja template of the user's own, as tokenizers carry them, in a sandbox."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from tilth.errors import MissingExtra, RecipeError
from tilth.instruct.chat_template import check_answers, put_written
from tilth.instruct.messages import Turn, conversations
from tilth.instruct.templates import Span
from tilth.op import Op


@dataclass(frozen=True)
class JinjaTemplate(Op):
    """Set `text` to the conversation as a Jinja template writes it, and add `assistant_spans` as `ChatTemplate` does.

    `template` is what tokenizers have as `chat_template`; it sees `messages`, `bos_token`, `eos_token`, `tools` (of the column of that
    name, where there is one), `add_generation_prompt` and `raise_exception`. What trains is what stands between {% generation %} and
    {% endgeneration %}; of a template without them, what each answer adds to the conversation before it with its generation prompt. A
    template that writes the beginning otherwise once more has been said has no such places, and its rows go to quarantine, as do those
    on which it raises an error or writes more than `max_chars` characters.

    Templates are code that came with data: they run in Jinja's immutable sandbox, without files, imports, clocks and chance, and
    without repeated strings. One that never ends is stopped as any step that hangs is.

    Raises RecipeError where the template cannot be parsed, MissingExtra without jinja2. Source: Hugging Face transformers, chat templates.

    >>> said = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]
    >>> step = JinjaTemplate("{% for m in messages %}{{ m.role[0] }}: {{ m.content }}\\n{% endfor %}")
    >>> step.apply(pa.record_batch({"messages": pa.array([said])})).to_pylist()[0]["assistant_spans"]
    [{'start': 8, 'end': 15}]
    """

    template: str
    bos: str = ""
    eos: str = ""
    answers: str = "all"
    max_chars: int = 10_000_000

    def __post_init__(self) -> None:
        check_answers(self.answers, "instruct.JinjaTemplate")

    @property
    def reads(self) -> None:
        return None  # `tools` may be there or not

    @property
    def rewrites(self) -> tuple[str, ...]:
        return ("text",)

    @property
    def results(self) -> tuple[str, ...]:
        return ("assistant_spans",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        _compiled(self.template)  # what is wrong with the template is no fault of a row
        every = conversations(batch, "messages", "instruct.JinjaTemplate").to_pylist()
        tools = batch["tools"].to_pylist() if "tools" in batch.schema.names else [None] * len(batch)
        return put_written(batch, [self._written(turns, tool) for turns, tool in zip(every, tools, strict=True)], self.answers)

    def _written(self, turns: list[Turn] | None, tools: Any) -> tuple[str, list[Span]] | ValueError:
        from jinja2 import TemplateError

        try:
            given = {"bos_token": self.bos, "eos_token": self.eos, "tools": orjson.loads(tools) if isinstance(tools, str) else tools}
            return self._spoken(turns or [], given)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as problem:
            return ValueError(f"{type(problem).__name__}: {problem}")

    def _spoken(self, turns: list[Turn], given: dict[str, Any]) -> tuple[str, list[Span]]:
        marks = _unused(self.template + json.dumps([turns, given], default=str, ensure_ascii=False))
        text = self._render(turns, given | {"marks": marks})
        if marks[0] in text:
            return _unmarked(text, marks)
        spans = []
        for number, turn in enumerate(turns):
            if turn["role"] == "assistant":
                before = self._render(turns[:number], given | {"marks": marks, "add_generation_prompt": True})
                after = self._render(turns[: number + 1], given | {"marks": marks})
                if not after.startswith(before) or not text.startswith(after):
                    raise ValueError(f"where turn {number + 1} begins cannot be told: put it between generation and endgeneration")
                spans.append((len(before), len(after)))
        return text, spans

    def _render(self, turns: list[Turn], given: dict[str, Any]) -> str:
        parts, size = [], 0
        for part in _compiled(self.template).generate(messages=turns, **{"add_generation_prompt": False} | given):
            parts.append(part)
            size += len(part)
            if size > self.max_chars:
                raise ValueError(f"the template writes more than max_chars={self.max_chars}")
        return "".join(parts)


def _unused(text: str) -> tuple[str, str]:
    """Two marks that are not in the text, the same for the same text."""
    number = next(n for n in range(len(text) + 1) if f"\ue000{n}\ue001" not in text and f"\ue002{n}\ue001" not in text)
    return f"\ue000{number}\ue001", f"\ue002{number}\ue001"


def _unmarked(text: str, marks: tuple[str, str]) -> tuple[str, list[Span]]:
    """The text without its marks, and what stood between them."""
    head, *marked = text.split(marks[0])
    parts, spans, size = [head], [], len(head)
    for each in marked:
        inside, _, after = each.partition(marks[1])
        spans.append((size, size + len(inside)))
        parts += [inside, after]
        size += len(inside) + len(after)
    return "".join(parts), spans


@functools.lru_cache(maxsize=16)
def _compiled(source: str) -> Any:
    try:
        from jinja2 import TemplateError, TemplateSyntaxError, nodes
        from jinja2.exceptions import SecurityError
        from jinja2.ext import Extension
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError:
        raise MissingExtra.of("jinja2", "chat", "instruct.JinjaTemplate") from None

    class Generation(Extension):
        """{% generation %}: what is between it and its end is the assistant's."""

        tags = {"generation"}

        def parse(self, parser: Any) -> Any:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.CallBlock(self.call_method("_mark", [nodes.Name("marks", "load")]), [], [], body).set_lineno(line)

        def _mark(self, marks: tuple[str, str], caller: Any) -> str:
            return f"{marks[0]}{caller()}{marks[1]}"

    class Sandbox(ImmutableSandboxedEnvironment):
        """Without operators by which a short template makes a long text."""

        intercepted_binops = frozenset(("*", "**"))

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if operator == "**" or not (isinstance(left, int | float) and isinstance(right, int | float)):
                raise SecurityError(f"{operator} of {type(left).__name__} and {type(right).__name__} is not for templates")
            return left * right

    def refuse(message: str) -> None:
        raise TemplateError(message)

    sandbox = Sandbox(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"])
    sandbox.globals["raise_exception"] = refuse
    sandbox.globals.pop("lipsum", None)  # chance
    sandbox.filters.pop("random", None)
    sandbox.filters["tojson"] = lambda value, **settings: json.dumps(value, **{"ensure_ascii": False} | settings)
    try:
        return sandbox.from_string(source)
    except TemplateSyntaxError as problem:
        why = f"line {problem.lineno}: {problem.message}"
        raise RecipeError("The chat template cannot be parsed.", where="instruct.JinjaTemplate", why=why, fix="mend it there") from None
