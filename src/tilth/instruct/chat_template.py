"""Conversations as text to train on, by the common chat templates, with the places where the assistant speaks."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.instruct.messages import Turn, conversations
from tilth.instruct.templates import TEMPLATES, Span, render
from tilth.op import Op, fail, put

SPANS = pa.large_list(pa.struct([("start", pa.int64()), ("end", pa.int64())]))


@dataclass(frozen=True)
class ChatTemplate(Op):
    """Set `text` to the conversation as a chat template writes it, and add `assistant_spans`: what of it trains.

        name       written like
        chatml     <|im_start|>user\\n...<|im_end|>\\n                            OpenAI, Qwen, Hermes
        llama-3    <|start_header_id|>user<|end_header_id|>\\n\\n...<|eot_id|>     words are trimmed, tool is ipython
        llama-2    <s>[INST] <<SYS>>\\n...\\n<</SYS>>\\n\\n... [/INST] ... </s>
        mistral    <s>[INST] ...[/INST] ...</s>                                 its tokenizers V2 and V3, system before the first user
        zephyr     <|user|>\\n...</s>\\n
        gemma      <bos><start_of_turn>user\\n...<end_of_turn>\\n                 assistant is model, system before the first user
        alpaca     its sentence, ### Instruction:\\n...\\n\\n### Response:\\n...     no control tokens

    `assistant_spans` is a list of struct of start and end, characters of `text`: the assistant's words and the token that ends its turn.
    `answers="last"` has only the last answer. `begin=False` leaves out the token that begins a text, for tokenizers that add it. A
    conversation with a missing or empty turn, a role that the template has no place for, or a turn that contains one of the template's
    own tokens, and so could forge a turn, goes to quarantine with the reason.

    Raises RecipeError where there is no such template. Sources: the model cards and tokenizer configurations of Qwen2.5, Llama 2 and 3,
    Zephyr 7B beta and Gemma 3; mistral-common's chat templates; Stanford Alpaca's train.py.

    >>> said = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]
    >>> done = ChatTemplate("mistral").apply(pa.record_batch({"messages": pa.array([said])})).to_pylist()[0]
    >>> done["text"], done["assistant_spans"]
    ('<s>[INST] Why?[/INST] So.</s>', [{'start': 22, 'end': 29}])
    """

    name: str = "chatml"
    answers: str = "all"
    begin: bool = True

    def __post_init__(self) -> None:
        if self.name not in TEMPLATES:
            known = ", ".join(TEMPLATES)
            raise RecipeError(f"There is no template {self.name!r}.", where=repr(self), why=f"there are {known}", fix='"chatml"')
        check_answers(self.answers, repr(self))

    @property
    def reads(self) -> tuple[str, ...]:
        return ("messages",)

    @property
    def rewrites(self) -> tuple[str, ...]:
        return ("text",)

    @property
    def results(self) -> tuple[str, ...]:
        return ("assistant_spans",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        written = [self._written(turns) for turns in conversations(batch, "messages", repr(self)).to_pylist()]
        return put_written(batch, written, self.answers)

    def _written(self, turns: list[Turn] | None) -> tuple[str, list[Span]] | ValueError:
        try:
            return render(TEMPLATES[self.name], turns or [], self.begin)
        except ValueError as problem:
            return problem


def check_answers(answers: str, where: str) -> None:
    """Raise RecipeError where `answers` is neither "all" nor "last"."""
    if answers not in ("all", "last"):
        raise RecipeError(f"There are no answers {answers!r}.", where=where, why="they are all or the last", fix='answers="last"')


def put_written(batch: pa.RecordBatch, written: list[tuple[str, list[Span]] | ValueError], answers: str) -> pa.RecordBatch:
    """Return `batch` with the texts and the places of answers in them; what could not be written carries an error."""
    texts, spans, errors = [], [], []
    for each in written:
        failed = isinstance(each, ValueError)
        text, places = (None, None) if isinstance(each, ValueError) else each
        texts.append(text)
        kept = places if answers == "all" or places is None else places[-1:]
        spans.append(None if kept is None else [{"start": start, "end": end} for start, end in kept])
        errors.append(f"template: {each}" if failed else None)
    batch = put(batch, "text", pa.array(texts, pa.large_string()))
    batch = put(batch, "assistant_spans", pa.array(spans, SPANS))
    why = pa.array(errors, pa.large_string())
    return fail(batch, why.is_valid(), why)
