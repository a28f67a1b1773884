"""What a model extracted, held against the text: where each quote stands, and the fields of a long text's parts made one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.semantic.asking.quotes import find_quote

SPAN = pa.struct([("quote", pa.large_string()), ("start", pa.int64()), ("end", pa.int64()), ("reason", pa.large_string())])


@dataclass(frozen=True)
class Field:
    """One field of one text: a value and the span it was read from; of a list, its values and as many spans."""

    value: Any
    span: Any = None


Fields = dict[str, Field]


def span_type(of: pa.StructType) -> pa.StructType:
    """Return the type of the evidence for values of the type `of`: for each field a span, for a field of lists a list of spans.

    >>> span_type(pa.struct([("year", pa.int64())])).field("year").type.equals(SPAN)
    True
    """
    return pa.struct([(field.name, pa.large_list(SPAN) if pa.types.is_large_list(field.type) else SPAN) for field in of])


def located(values: Mapping[str, Any], quotes: Mapping[str, Any], part: str, start: int, grounded: bool) -> Fields:
    """Return the fields with the spans of their quotes in `part`, a part of the text from the character `start` on.

    With `grounded` a value without a span is taken back: it becomes null, an item of a list is left out, a list of none null.

    >>> located({"year": 1912}, {"year": "In 1913"}, "In 1912 it sank.", 0, grounded=True)["year"]
    Field(value=None, span={'quote': None, 'start': None, 'end': None, 'reason': 'not in the text'})
    """
    found = {}
    for name, value in values.items():
        quote = quotes.get(name)
        if isinstance(value, list):
            found[name] = _located_list(value, quote if isinstance(quote, list) else [], part, start, grounded)
        elif value is None:
            found[name] = Field(None)
        else:
            span = _span(quote, part, start)
            found[name] = Field(None if grounded and span["start"] is None else value, span)
    return found


def _located_list(values: Sequence[Any], quotes: Sequence[Any], part: str, start: int, grounded: bool) -> Field:
    given = [*quotes, *[None] * len(values)]
    pairs = [(value, _span(quote, part, start)) for value, quote in zip(values, given, strict=False)]
    kept = [(value, span) for value, span in pairs if not grounded or span["start"] is not None]
    if values and not kept:
        return Field(None, [span for _, span in pairs])
    return Field([value for value, _ in kept], [span for _, span in kept])


def _span(quote: Any, part: str, start: int) -> dict[str, Any]:
    if not isinstance(quote, str) or not quote.strip():
        return {"quote": None, "start": None, "end": None, "reason": "no quote"}
    found = find_quote(part, quote)
    if found is None:
        return {"quote": None, "start": None, "end": None, "reason": "not in the text"}
    return {"quote": part[found[0] : found[1]], "start": start + found[0], "end": start + found[1], "reason": None}


def merged(parts: Sequence[Fields]) -> Fields:
    """Return the fields of a text from those of its parts, in order: the first value there is, of lists every item once.

    An item that a list of an earlier part has is not taken again: neighbouring parts overlap.

    >>> merged([{"year": Field(None), "who": Field(["Ann"])}, {"year": Field(1912), "who": Field(["Ann", "Bo"])}])
    {'year': Field(value=1912, span=None), 'who': Field(value=['Ann', 'Bo'], span=None)}
    """
    return {name: _merged_field([part[name] for part in parts]) for name in parts[0]}


def _merged_field(fields: Sequence[Field]) -> Field:
    some = [field for field in fields if field.value is not None]
    first = (some or [field for field in fields if field.span is not None] or list(fields))[0]
    return _joined(some) if isinstance(first.value, list) else first


def _joined(fields: Sequence[Field]) -> Field:
    values: list[Any] = []
    spans: list[Any] = []
    seen: set[str] = set()
    for field in fields:
        keys = [json.dumps(value, sort_keys=True) for value in field.value]
        new = [n for n, key in enumerate(keys) if key not in seen]
        values += [field.value[n] for n in new]
        spans += [field.span[n] for n in new] if field.span is not None else []
        seen.update(keys)
    return Field(values, spans if fields[0].span is not None else None)
