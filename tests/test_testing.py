"""The law check lets good steps pass and names the law that a bad one breaks."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pytest
from toy_steps import FirstOfText, HasCommonest, Replace, Running, Words

from tilth import Filter, Fold, Op, RecipeError, mark, put
from tilth.testing import check


@pytest.mark.parametrize("step", [Words(), Replace("a", "b"), Running(), FirstOfText(), HasCommonest(), Filter("text != 'a'")])
def test_good_steps_pass(step: object) -> None:
    check(step)


@dataclass(frozen=True)
class DedupInABatch(Op):
    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        seen: set[str] = set()
        again = [text in seen or bool(seen.add(text)) for text in batch["text"].to_pylist()]
        return mark(batch, pa.array(again, pa.bool_()), "seen")


@dataclass(frozen=True)
class MeanOfMeans(Fold):
    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        lengths = [len(text) for text in batch["text"].to_pylist()]
        return pa.table({"mean": [sum(lengths) / max(1, len(lengths))]})

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return pa.table({"mean": [(a["mean"][0].as_py() + b["mean"][0].as_py()) / 2]})

    def finish(self, state: pa.Table) -> list[Op]:
        return []


@dataclass(frozen=True)
class ReadsMore(Op):
    reads = ()

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        known = "text" in batch.schema.names
        return put(batch, "known", pa.array([known] * len(batch), pa.bool_()))


@dataclass(frozen=True)
class Reorders(Op):
    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return batch.take(pa.array(list(reversed(range(len(batch)))), pa.int64()))


@pytest.mark.parametrize(("step", "law"), [
    (DedupInABatch(), "1: apply does not care"), (MeanOfMeans(), "[23]: "), (ReadsMore(), "`reads` names every"), (Reorders(), "cut"),
])
def test_a_broken_law_is_named(step: object, law: str) -> None:
    with pytest.raises(RecipeError, match=law) as caught:
        check(step)
    assert "breaks a law" in str(caught.value)


def test_what_is_no_step_is_refused() -> None:
    with pytest.raises(RecipeError, match="an Op, a Fold or an Exchange"):
        check(RecipeHolder())


@dataclass(frozen=True)
class RecipeHolder:
    name: str = "x"
