"""Prompts that others write: where in them the task and the rows stand, and how they want to be answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tilth.errors import RecipeError
from tilth.llm.simulate.gold import KINDS


@dataclass(frozen=True)
class Pattern:
    r"""A way in which prompts are written that are not Tilth's own.

    `prompt` is a regular expression, searched in the text of the system, if there is one, an empty line, and the text of the user; `.`
    is any character. Its group `task` is the instruction; `row` the text of a row (or `first` and `second`, of a comparison); `fields`, if
    there, the names of fields between commas that the answer must have. `rows`, if given, finds each row within the group `row`, by its
    first group; `columns` finds each column of a row, by its groups `name` and `value`, else the row has the one column "text".
    `form` is that of the answer, "label", "better", "text" or "json"; `words` the two words for yes and no, or first and second.

    Raises RecipeError for a kind that there is not, and an expression that cannot be read or has no group for the row.

    >>> mine = Pattern("filter", r"Review: (?P<row>.*)\n(?P<task>Is it .*\?)", form="label", words=("Y", "N"))
    >>> mine.read("You judge.\n\nReview: A joy.\nIs it good?")
    ('Is it good?', [{'text': 'A joy.'}], ())
    """

    kind: str
    prompt: str
    form: str = "text"
    words: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    rows: str = ""
    columns: str = ""

    def __post_init__(self) -> None:
        try:
            groups = self._prompt.groupindex
            re.compile(self.rows), re.compile(self.columns)
            if self.kind not in KINDS or not ("row" in groups or {"first", "second"} <= set(groups)):
                raise re.error(f"its kind is not one of {', '.join(KINDS)}, or its prompt has no group `row`")
        except re.error as problem:
            raise RecipeError(
                "This pattern finds no row.", where=f"simulate.Pattern({self.prompt[:60]!r})", why=str(problem),
                fix=r'Pattern("filter", r"Review: (?P<row>.*)\n(?P<task>.*)")',
            ) from None  # fmt: skip

    @cached_property
    def _prompt(self) -> re.Pattern[str]:
        return re.compile(self.prompt, re.DOTALL)

    def read(self, text: str) -> tuple[str, list[dict[str, Any]], tuple[str, ...]] | None:
        """Return (task, rows, fields) of a prompt, None where it is not written in this way."""
        found = self._prompt.search(text)
        if found is None:
            return None
        groups = found.groupdict("")
        rows = [groups["first"], groups["second"]] if "first" in groups else [groups["row"]]
        if self.rows:
            rows = re.findall(self.rows, groups["row"], re.DOTALL)
        fields = tuple(name.strip() for name in groups.get("fields", "").split(",") if name.strip())
        return groups.get("task", "").strip(), [self._row(row) for row in rows], fields

    def _row(self, text: str) -> dict[str, Any]:
        if not self.columns:
            return {"text": text.strip()}
        row: dict[str, Any] = {}
        for each in re.finditer(self.columns, text, re.DOTALL):
            name = each["name"]
            row[name if name not in row else f"{name}:{len(row)}"] = each["value"]  # both sides of a join may have the same column
        return row or {"text": text.strip()}


_COLUMNS = r"\[(?P<name>[^\]\n]*)\]: «(?P<value>.*?)»(?=\s*(?:\n\[|\Z))"

LOTUS = (  # the prompts of lotus-ai 1.2.4, with rows in its default form; joins are filters whose row holds both sides
    Pattern("filter", r"Context:\n(?P<row>.*)\n\nClaim: (?P<task>.*)\Z", "label", ("True", "False"), columns=_COLUMNS),
    Pattern("map", r"Context:\n(?P<row>.*)\n\nInstruction: (?P<task>.*)\Z", columns=_COLUMNS),
    Pattern(
        "extract", r"description of each field: (?P<task>[^\n]*)\n[^\n]*fields: (?P<fields>[^\n]*?)\.\n.*Context:\n(?P<row>.*)\n\nNone\Z",
        "json", columns=_COLUMNS,
    ),
    Pattern(
        "compare", r"Question: (?P<task>.*?)\s*\nDocument 1:\n(?P<first>.*?)\s*\nDocument 2:\n(?P<second>.*)\Z",
        "better", ("Document 1", "Document 2"), columns=_COLUMNS,
    ),
    Pattern(
        "aggregate", r"Context: \n\t(?P<row>(?:Document|Source) 1: .*)\n\nInstruction: +(?P<task>.*)\n\nAnswer:\n\Z",
        rows=r"(?:Document|Source) \d+: (.*?)(?=\n\t(?:Document|Source) \d+: |\Z)", columns=_COLUMNS,
    ),
)  # fmt: skip
