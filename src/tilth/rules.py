"""Filter: the one step that decides. Its rule is a small expression over columns (`tilth.grammar`), never evaluated as Python.

    50 <= words <= 100_000 and (lang_en >= 0.65 or source in ('python', 'licences')) and not pii_found and title is not null

Null and NaN fail a rule: both are "unknown", a comparison with the unknown is unknown, and so is its `not` (the three-valued logic of
SQL); division by zero is unknown too. A row stays only where the rule is definitely true, so `not (x > 3)` fails a null as well, and
`is null` is the one question that the unknown answers. `between` includes both ends. Arithmetic, and comparisons of numbers of two
types, are done in float64. There are no aggregates: they would depend on where batches are cut.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from tilth.errors import RecipeError
from tilth.grammar import Arithmetic, Column, Compare, Either, Every, IsNull, Literal, Node, Not, Within, Wrong, number, parse, walk
from tilth.op import Op, mark

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal, "==": pc.equal, "!=": pc.not_equal,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"+": pc.add, "-": pc.subtract, "*": pc.multiply, "/": pc.divide}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Filter(Op):
    """Keep the rows for which `rule` is true and mark the others, with `reason` or else the rule itself as the reason.

    Raises RecipeError where the rule cannot be read, names a column that is not there, or compares text with numbers.

    >>> batch = pa.record_batch({"words": [10, 70, None], "lang_en": [0.9, 0.7, 0.8]})
    >>> Filter("50 <= words and lang_en >= 0.65", reason="short or not English").apply(batch)["drop"].to_pylist()
    ['short or not English', None, 'short or not English']
    """

    marks_only: ClassVar[bool] = True

    rule: str
    reason: str = ""

    def __post_init__(self) -> None:
        parse(self.rule)

    @property
    def reads(self) -> tuple[str, ...]:
        return columns(self.rule)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return mark(batch, pc.invert(passes(self.rule, batch)), self.reason or self.rule)


class Threshold(NamedTuple):
    """One comparison of a column with a number, and the number's place in the rule's text."""

    column: str
    op: str
    value: float
    start: int
    end: int


def passes(rule: str, batch: pa.RecordBatch) -> pa.Array:
    """Return a bool array without nulls, true where `rule` is definitely true; raises RecipeError for unknown columns and mixed types."""
    try:
        return pc.fill_null(_truth(parse(rule), batch), False)
    except Wrong as wrong:
        raise wrong.shown(rule) from None


def columns(rule: str) -> tuple[str, ...]:
    """Return the names of the columns that `rule` reads, in the order they come.

    >>> columns("lang_en >= 0.65 or source in ('python')")
    ('lang_en', 'source')
    """
    return tuple(dict.fromkeys(node.name for node in walk(parse(rule)) if isinstance(node, Column)))


def thresholds(rule: str) -> tuple[Threshold, ...]:
    """Return every comparison of a column with a number, the column on the left; `between` makes two. A `not` around it is ignored.

    >>> [t[:3] for t in thresholds("50 <= words <= 100_000 and lang_en > 0.5")]
    [('words', '>=', 50), ('words', '<=', 100000), ('lang_en', '>', 0.5)]
    """
    found = []
    for node in walk(parse(rule)):
        match node:
            case Compare(op, Column(name), Literal() as at) if number(at):
                found.append(Threshold(name, op, at.value, at.at, at.end))  # type: ignore[arg-type]
            case Compare(op, Literal() as at, Column(name)) if number(at):
                found.append(Threshold(name, _TURNED[op], at.value, at.at, at.end))  # type: ignore[arg-type]
    return tuple(found)


def with_threshold(rule: str, n: int, value: float) -> str:
    """Return `rule` with the number of its threshold `n` replaced, every other character as it was.

    >>> with_threshold("50 <= words <= 100_000", 0, 20)
    '20 <= words <= 100_000'
    """
    if not math.isfinite(value):
        raise RecipeError("A threshold must be a finite number.", where=f"with_threshold({rule!r}, {n}, {value})")
    at = thresholds(rule)[n]
    return f"{rule[: at.start]}{value!r}{rule[at.end :]}"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return a hint for the reader of an error: the names nearest to `name`, or else all of them.

    >>> did_you_mean("wrods", ["words", "chars"])
    'did you mean words?'
    """
    known = sorted(set(names))
    nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(nearest)}?" if nearest else f"there are: {', '.join(known) or 'none'}"


# Deciding: each node becomes an Arrow array, or a scalar where it names no column; null is "unknown".


def _evaluate(node: Node, batch: pa.RecordBatch) -> Any:
    match node:
        case Literal(value):
            return pa.scalar(value, pa.large_string()) if isinstance(value, str) else pa.scalar(value)
        case Column():
            return _column(node, batch)
        case Arithmetic():
            return _arithmetic(node, batch)
        case Compare(op, left, right, at):
            return _compare(op, _evaluate(left, batch), _evaluate(right, batch), at)
        case Within(value, literals, at):
            found = _evaluate(value, batch)
            return reduce(pc.or_kleene, [_compare("==", found, _evaluate(each, batch), at) for each in literals])
        case IsNull(value):
            return pc.is_null(_evaluate(value, batch))
        case Not(rule):
            return pc.invert(_truth(rule, batch))
        case Every(rules):
            return reduce(pc.and_kleene, [_truth(rule, batch) for rule in rules])
        case Either(rules):
            return reduce(pc.or_kleene, [_truth(rule, batch) for rule in rules])


def _truth(node: Node, batch: pa.RecordBatch) -> Any:
    value = _evaluate(node, batch)
    if _kind(value) not in ("truth", "unknown"):
        raise Wrong("Here the rule needs something true or false.", node.at, f"this is a {_kind(value)}", "compare it, as in `words >= 50`")
    return _cast(value, pa.bool_())


def _column(node: Column, batch: pa.RecordBatch) -> Any:
    if node.name not in batch.schema.names:
        raise Wrong(
            f"There is no column {node.name!r}.", node.at, f"the columns here are: {', '.join(batch.schema.names)}",
            f"{did_you_mean(node.name, batch.schema.names)}; what a rule compares, a step before it must measure",
        )
    column = batch[node.name]
    return _without_nan(column.dictionary_decode() if pt.is_dictionary(column.type) else column)


def _arithmetic(node: Arithmetic, batch: pa.RecordBatch) -> Any:
    left, right = _evaluate(node.left, batch), _evaluate(node.right, batch)
    for value in (left, right):
        if _kind(value) not in ("number", "unknown"):
            raise Wrong(f"`{node.op}` needs numbers.", node.at, f"there is a {_kind(value)} beside it", "use columns of numbers")
    left, right = _float(left), _float(right)
    if node.op == "/":
        right = pc.if_else(pc.equal(right, 0.0), pa.scalar(None, pa.float64()), right)
    return _without_nan(_ARITHMETIC[node.op](left, right))


def _compare(op: str, left: Any, right: Any, at: int) -> Any:
    kinds = {_kind(left), _kind(right)} - {"unknown"}
    if len(kinds) > 1:
        raise Wrong(f"A {_kind(left)} cannot be compared with a {_kind(right)}.", at, fix="texts stand in quotes, numbers do not")
    if not kinds:
        return pc.and_(left.cast(pa.bool_()), right.cast(pa.bool_()))
    kind = kinds.pop()
    if kind not in ("number", "text") and not (kind == "truth" and op in ("==", "!=")):
        raise Wrong(f"`{op}` does not compare a {kind}.", at, fix="compare numbers or texts; true and false only with == and !=")
    if kind == "number" and left.type != right.type:
        left, right = _float(left), _float(right)
    to = left.type if _kind(left) != "unknown" else right.type
    to = pa.large_string() if kind == "text" else to
    return _COMPARE[op](_cast(left, to), _cast(right, to))


def _kind(value: Any) -> str:
    if pt.is_boolean(value.type):
        return "truth"
    if pt.is_integer(value.type) or pt.is_floating(value.type) or pt.is_decimal(value.type):
        return "number"
    if pt.is_string(value.type) or pt.is_large_string(value.type) or pt.is_string_view(value.type):
        return "text"
    return "unknown" if pt.is_null(value.type) else f"value of type {value.type}"


def _cast(value: Any, to: pa.DataType) -> Any:
    return value if value.type == to else value.cast(to)


def _float(value: Any) -> Any:
    return pc.cast(value, pa.float64(), safe=False)


def _without_nan(value: Any) -> Any:
    if not pt.is_floating(value.type):
        return value
    return pc.if_else(pc.is_nan(value), pa.scalar(None, value.type), value)
