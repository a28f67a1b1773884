"""Find out which groups there are among rows, name them, and put every row into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tilth import llm
from tilth.embed import sample
from tilth.embed.hashed_svd import HashedSvd
from tilth.embed.kmeans import on_sample
from tilth.embed.vectors import COLUMN, vectors
from tilth.errors import CorpusError, RecipeError, StepError
from tilth.kernels import cosine
from tilth.op import Fold
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.answer_type import canonical
from tilth.semantic.asking.meter import Asks, Meter
from tilth.semantic.asking.prompt import as_line
from tilth.semantic.asking.question import Question, require
from tilth.semantic.asking.waves import together
from tilth.semantic.classify import Classify
from tilth.semantic.summary import Row, summary

_NAME = "Name in a few words the group that most of these rows belong to."
_MERGE = "The rows are names of groups, and how many rows each has. Merge names that mean the same or nearly so, into at most {} names."
_LONGEST = 60  # characters of a name: it goes into prompts outside the fences, and what data has said should not


@dataclass(frozen=True)
class GroupBy(Fold):
    """Discover up to `groups` groups of rows, as `instruction` means them, and become the `Classify` step that puts every row into one.

    A sample of `sample` rows (those of lowest hash of their address) is cut into twice as many clusters by what words they share
    (`embed.HashedSvd`, k-means); a model names each from its `shown` most typical rows, and then merges the names. With `other` there is
    a further label of that name for rows that belong to none.

    Raises RecipeError on what cannot be, StepError where the rows of the sample are not of two groups at least, or cannot be named.

    Source: sem_group_by of LOTUS (Patel et al., VLDB 2025).

    >>> GroupBy("What is the complaint about?", groups=5, model="openai/gpt-4o-mini").reads
    ('row', 'text')
    """

    instruction: str
    groups: int
    model: str
    columns: tuple[str, ...] = ("text",)
    name: str = ""
    other: str = ""
    sample: int = 2000
    shown: int = 10
    batch: int = 8

    def __post_init__(self) -> None:
        if self.groups < 2 or self.shown < 1 or self.sample < 2 * self.groups or not self.columns:
            raise RecipeError(
                "Groups cannot be found so.", where=f"semantic.GroupBy({self.instruction[:60]!r})",
                why="there are two groups at least, a column and a row to show, and a sample of two rows for every group",
                fix="groups=5, sample=2000, shown=10",
            )  # fmt: skip
        _ = self._question(_NAME, {"type": "string"})

    @property
    def reads(self) -> tuple[str, ...]:
        return ("row", *self.columns)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows: `row` (uint64) and the columns."""
        require(batch, self.columns, "semantic.GroupBy")
        return sample.bottom(pa.Table.from_batches([batch.select(list(self.reads))]), self.sample)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return sample.bottom(pa.concat_tables([a, b]), self.sample)

    def finish(self, state: pa.Table) -> list[Classify]:
        rows: list[Row] = [row for row in state.select(list(self.columns)).to_pylist() if any(value for value in row.values())]
        clusters = clustered(rows, 2 * self.groups, self.shown)

        async def work(session: llm.Session, clusters: list[tuple[int, list[Row]]]) -> list[str]:
            return await self._labels(Meter(session, self._where()), clusters)

        [labels] = llm.in_order(work, [clusters], window=1)
        return [Classify(self.instruction, tuple(labels), self.model, self.columns, self.name, self.batch)]

    async def _labels(self, session: Asks, clusters: Sequence[tuple[int, list[Row]]]) -> list[str]:
        """Return the distinct names of the groups, first those of most rows, then `other`."""
        ask = self._question(_NAME, {"type": "string"})
        named = await together(lambda cluster: summary(session, ask, cluster[1]), clusters)
        names = [{"name": answer.value, "rows": count} for answer, (count, _) in zip(named, clusters, strict=True) if answer.value]
        many = {"type": "array", "items": {"type": "string", "maxLength": _LONGEST}, "minItems": 1, "maxItems": self.groups}
        merged = await summary(session, self._question(_MERGE.format(self.groups), many), names)
        labels = distinct(merged.value or ())
        if len(labels) < 2:
            raise self._no_groups(next((each for each in (merged, *named) if each.status not in ("ok", "empty")), merged), labels)
        return [*labels, self.other] if self.other and self.other not in labels else labels

    def _question(self, told: str, answer: dict[str, Any]) -> Question:
        return Question(
            "group", f"{self.instruction}\n{told}", self.model, self.columns, canonical(answer), batch=1000, max_tokens=24 * self.groups
        )

    def _no_groups(self, answer: Answer, labels: Sequence[str]) -> StepError:
        why = answer.reason or f"the model sees {len(labels)} of them in the sample: {', '.join(labels) or 'none'}"
        return StepError(
            "The rows are not of different groups.", where=self._where(), why=why,
            fix="say in the instruction what makes the groups, or name them yourself: semantic.Classify(..., labels=(...))",
        )  # fmt: skip

    def _where(self) -> str:
        return f"semantic.GroupBy({self.instruction[:60]!r})"


def clustered(rows: Sequence[Row], clusters: int, shown: int) -> list[tuple[int, list[Row]]]:
    """Return clusters of rows that share words, the largest first: how many rows each has, and its `shown` different most typical ones.

    >>> rows = [{"text": f"{word} {n}"} for n in range(9) for word in ("apple pie", "river bank", "pie apple")]
    >>> [(count, len(few)) for count, few in clustered(rows, 2, 3)]
    [(18, 3), (9, 3)]
    """
    units, some = _units([" ".join(str(value) for value in row.values() if value is not None) for row in rows])
    centres = on_sample(units, min(clusters, len(units)), 0) if len(units) else units
    if not len(centres):
        return [(len(rows), _different(rows, shown))] if rows else []
    which, scores = cosine.nearest(units, centres, 1)
    numbers = np.arange(len(rows))[some]
    members = [numbers[which[:, 0] == n][np.argsort(-scores[which[:, 0] == n, 0], kind="stable")] for n in range(len(centres))]
    found = sorted((each for each in members if len(each)), key=lambda each: (-len(each), int(each[0])))
    return [(len(each), _different([rows[n] for n in each], shown)) for each in found]


def _units(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return (int16[m, dim] unit vectors of those texts that have words, bool[n] which have); none where no text has a word."""
    table = pa.record_batch({"row": pa.array(range(len(texts)), pa.uint64()), "text": pa.array(texts, pa.large_string())})
    learn = HashedSvd(dim=64)
    try:
        [embed] = learn.finish(learn.observe(table))
    except CorpusError:
        return np.zeros((0, 1), np.int16), np.zeros(len(texts), bool)
    found, some = vectors(embed.apply(table), COLUMN)
    return cosine.units(found), some


def _different(rows: Sequence[Row], most: int) -> list[Row]:
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(as_line(row), row)
    return list(found.values())[:most]


def distinct(names: Sequence[str]) -> list[str]:
    """Return names without outer white space, each once whatever its case, in order.

    >>> distinct(["Price", " price", "", "Taste"])
    ['Price', 'Taste']
    """
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(" ".join(name.split()).casefold(), " ".join(name.split()))
    return [name for name in found.values() if name]
