"""Read fields out of every text, with their types, and the place in the text where each stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import MissingExtra, RecipeError
from tilth.op import put
from tilth.semantic.asking.answer import Answer, columns, holdable
from tilth.semantic.asking.answer_type import arrow_type, canonical
from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.evidence import Field, Fields, located, merged, span_type
from tilth.semantic.asking.json_schema import closed_object, fields_in_words, plain
from tilth.semantic.asking.parts import answered_in_parts, cut
from tilth.semantic.asking.question import Question

_KEPT = ("row", "id", "source", "text", "drop", "drop_of", "error")  # columns that mean something to the runner
_TASK = "Extract these fields from each row. A field that the row does not tell is null."
_QUOTE = "Quote for each field the words of the row that tell it, exactly as they stand there; for a list, one quote for each item."


@dataclass(frozen=True)
class Extract(Asked):
    """Have a model read the fields of a JSON Schema out of every text, into the struct column `name`; a field that is not told is null.

    `schema` is JSON text, an object with properties; numbers stay numbers, objects become structs, arrays lists, and `"format": "date"`
    dates. With `flat` each field also becomes a column of its own. Of `columns` the last is the document, the others (a title, say) stand
    beside it.

    With `evidence` the model quotes for every field the words that it read it from, and `{name}_evidence` says of each where they stand
    in the document: `quote`, `start` and `end` in characters, null with a `reason` where the quote is "not in the text" (exactly, or but
    for case and white space). With `grounded` such a value is null too. A field of lists has a span for every item.

    A document of more than `chunk` tokens (0: none is too long) is asked in parts that share `overlap` tokens, and its fields are the
    first that a part told, its lists the different items of all; a part without an answer leaves the whole row without one. A document is
    never cut off: one that is too long for the model is a null with the server's reason.

    Raises RecipeError for a schema that no column can hold, and parts that do not go on.

    Source: text to tables, ELEET (Urban and Binnig, VLDB 2024); spans checked against the text, as extractive readers give them.

    >>> Extract('{"type": "object", "properties": {"year": {"type": "integer"}}}', model="openai/gpt-4o-mini").reads
    ('text',)
    """

    schema: str
    model: str
    instruction: str = ""
    columns: tuple[str, ...] = ("text",)
    name: str = "extracted"
    batch: int = 4
    max_tokens: int = 512
    evidence: bool = False
    grounded: bool = False
    chunk: int = 0
    overlap: int = 100
    flat: bool = False

    def __post_init__(self) -> None:
        names = [field.name for field in arrow_type(plain(self.schema))]
        taken = [name for name in names if name in _KEPT and self.flat]
        _ = self.question
        for bad, what, fix in (
            (self.grounded and not self.evidence, "What is grounded has evidence.", "evidence=True, grounded=True"),
            (self.chunk and not 0 <= self.overlap < self.chunk, "The parts of a document do not go on.", "chunk=4000, overlap=100"),
            (taken, f"A field cannot be the column {', '.join(taken)}.", "flat=False"),
        ):
            if bad:
                raise RecipeError(what, where="semantic.Extract", fix=fix)

    @property
    def question(self) -> Question:
        schema, room = plain(self.schema), self.max_tokens
        told = f"{self.instruction.strip() or _TASK}\n{fields_in_words(schema)}"
        if self.evidence:
            told += f"\n{_QUOTE}"
            schema, room = _with_quotes(schema), 2 * room  # a quote is about as long as its value
        return Question("extract", told, self.model, self.columns, canonical(schema), batch=self.batch, max_tokens=room)

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        question = self.question
        answered = arrow_type(question.answer)
        of = answered.field("values").type if self.evidence else answered
        for batch, parts in answered_in_parts(batches, question, self._split):
            read = [self._read(row, answers, answered) for row, answers in zip(self._documents(batch), parts, strict=True)]
            made = columns(batch, self.name, [answer for answer, _ in read], of)
            if self.evidence:
                spans = [{name: field.span for name, field in fields.items()} if fields else None for _, fields in read]
                made = put(made, f"{self.name}_evidence", pa.array(spans, span_type(of)))
            yield _flat(made, self.name) if self.flat else made

    def _documents(self, batch: pa.RecordBatch) -> list[Any]:
        return batch[self.columns[-1]].to_pylist()

    def _cut(self, text: Any) -> list[tuple[int, Any]]:
        return cut(text, self.chunk, self.overlap) if self.chunk and isinstance(text, str) else [(0, text)]

    def _split(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[int]]:
        """Return the rows with their documents in parts, and how many each has."""
        if not self.chunk or self.columns[-1] not in batch.schema.names:
            return batch, [1] * len(batch)
        parts = [self._cut(text) for text in self._documents(batch)]
        counts = [len(each) for each in parts]
        which = pa.array([n for n, count in enumerate(counts) for _ in range(count)], pa.int64())
        texts = pa.array([text for each in parts for _, text in each], batch[self.columns[-1]].type)
        return put(batch.select(list(dict.fromkeys(self.columns))).take(which), self.columns[-1], texts), counts

    def _read(self, text: Any, answers: Sequence[Answer], of: pa.DataType) -> tuple[Answer, Fields | None]:
        """Return the answer of a row from those of its parts, and its fields."""
        answers = [holdable(answer, of) for answer in answers]
        whole = answers[0]
        for answer in answers[1:]:
            whole = whole.after(answer)
        bad = next((n for n, answer in enumerate(answers) if answer.status not in ("ok", "empty")), None)
        if bad is not None:
            where = f"part {bad + 1} of {len(answers)}: " if len(answers) > 1 else ""
            return replace(whole, value=None, status=answers[bad].status, reason=f"{where}{answers[bad].reason}"), None
        told = [(part, answer.value) for part, answer in zip(self._cut(text), answers, strict=True) if answer.value is not None]
        if not told:
            return whole, None
        fields = merged([self._fields(value, start, part) for (start, part), value in told])
        return replace(whole, value={name: field.value for name, field in fields.items()}, status="ok", reason=""), fields

    def _fields(self, value: Mapping[str, Any], start: int, part: Any) -> Fields:
        if not self.evidence:
            return {name: Field(each) for name, each in value.items()}
        return located(value["values"], value["quotes"], part if isinstance(part, str) else str(part or ""), start, self.grounded)


def _with_quotes(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of values that meet `schema`, and a quote for each."""
    many = {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
    one = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    quotes = {name: many if pa.types.is_large_list(arrow_type(each)) else one for name, each in schema["properties"].items()}
    return closed_object({"values": schema, "quotes": closed_object(quotes)})


def _flat(batch: pa.RecordBatch, name: str) -> pa.RecordBatch:
    held = batch[name]
    for field in held.type:
        batch = put(batch, field.name, pc.struct_field(held, field.name))
    return batch


def extract(
    schema: type | Mapping[str, Any] | str,
    model: str,
    instruction: str = "",
    *,
    columns: tuple[str, ...] = ("text",),
    name: str = "extracted",
    batch: int = 4,
    max_tokens: int = 512,
    evidence: bool = False,
    grounded: bool = False,
    chunk: int = 0,
    overlap: int = 100,
    flat: bool = False,
) -> list[Extract]:
    """Return the `Extract` step for a Pydantic model, a dataclass, a TypedDict, or a JSON Schema as a dict or text.

    Raises MissingExtra for a class where Pydantic is not installed, RecipeError for a class that it cannot describe.

    >>> [step] = extract({"type": "object", "properties": {"year": {"type": "integer"}}}, model="openai/gpt-4o-mini")
    >>> step.question.answer
    '{"type":"object","properties":{"year":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"required":["year"],"additionalProperties":false}'
    """
    text = canonical(plain(_described(schema) if isinstance(schema, type) else schema))
    return [Extract(text, model, instruction, columns, name, batch, max_tokens, evidence, grounded, chunk, overlap, flat)]


def _described(thing: type) -> dict[str, Any]:
    try:
        from pydantic import TypeAdapter
        from pydantic.errors import PydanticUserError
    except ImportError:
        raise MissingExtra.of("pydantic", "llm", "semantic.extract with a class") from None
    try:
        return TypeAdapter(thing).json_schema()
    except PydanticUserError as error:
        raise RecipeError(
            f"{thing.__name__} does not say what to extract.", where="semantic.extract", why=str(error).split("\n")[0],
            fix="class Report(pydantic.BaseModel): year: int",
        ) from None  # fmt: skip
