"""A pattern of the user's own, looked for in every text."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.op import Op, put


def check_pattern(pattern: str, where: str) -> None:
    """Raise RecipeError for a pattern that RE2 refuses, or that is empty."""
    try:
        pc.match_substring_regex(pa.array([""], pa.large_string()), pattern=pattern)
    except pa.ArrowInvalid as problem:
        why = f"{str(problem).removeprefix('Invalid regular expression: ')} (RE2 has no back-references and no look-around: they can hang)"
        raise RecipeError("The pattern cannot be used.", where=f"{where}({pattern!r})", why=why, fix="write it in RE2's syntax") from None
    if not pattern:
        raise RecipeError("The pattern is empty.", where=f"{where}('')", fix=f"{where}('(?i)lorem ipsum')")


@dataclass(frozen=True)
class Matches(Op):
    """Look for a regular expression in `column`: the column `name` (bool) says whether it matches anywhere.

    The pattern is RE2's, run by Arrow: time grows with the text and no faster, whatever the pattern, so none can hang a run.
    `(?i)` ignores case, `(?m)` lets ^ and $ match at lines; \\b, \\w and \\d know ASCII alone. Source: Cox 2010 (RE2),
    https://github.com/google/re2/wiki/Syntax.

    Raises RecipeError for a pattern that RE2 refuses.

    >>> Matches("(?i)read more").apply(pa.record_batch({"text": ["READ MORE ...", "none", None]}))["matches"].to_pylist()
    [True, False, None]
    >>> Matches("(?=a)")
    Traceback (most recent call last):
    ...
    tilth.errors.RecipeError: The pattern cannot be used.
      where: filters.Matches('(?=a)')
      why:   invalid perl operator: (?= (RE2 has no back-references and no look-around: they can hang)
      fix:   write it in RE2's syntax
    """

    pattern: str
    name: str = "matches"
    column: str = "text"

    def __post_init__(self) -> None:
        check_pattern(self.pattern, "filters.Matches")

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return put(batch, self.name, pc.match_substring_regex(batch[self.column].cast(pa.large_string()), pattern=self.pattern))
