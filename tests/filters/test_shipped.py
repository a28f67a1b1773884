"""Composites that measure with the models that ship, and decide."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import evaluate
from tilth.filters.shipped import quality, toxicity

CONTENT = (
    "The committee met on Thursday to discuss the new bridge. Its chair said that the old one could not be repaired, and that building "
    "another would take three years and cost more than the town had set aside. He added that it was not only a question of money, because "
    "the people who live on the other side of the river have been waiting for a better road for as long as they can remember."
)
TEXTS = pa.table({"text": pa.array([
    CONTENT,
    "Home | Login | Register | Cart (0) | Contact us | Share on Facebook Tweet Pin It | Next >> Previous << Tags: news, more, 12 comments",
    "You are a stupid fucking idiot and everybody hates you.",
    "", None,
], pa.large_string())})  # fmt: skip


def test_quality_parts_content_from_the_rest() -> None:
    done = evaluate(quality(""), TEXTS).table["quality"].to_pylist()
    assert done[0] > 0.7 and done[1] < 0.1 and done[3:] == [None, None]
    kept = evaluate(quality(), TEXTS)
    assert kept.table["text"].to_pylist()[0].startswith("The committee") and set(kept.audit["reason"].to_pylist()) == {"low quality"}


def test_toxicity_finds_insults() -> None:
    done = evaluate(toxicity(""), TEXTS).table["toxicity"].to_pylist()
    assert done[0] < 0.3 and done[2] > 0.9 and done[3:] == [None, None]
    kept = evaluate(toxicity(), TEXTS)
    assert len(kept.table) == 4 and kept.audit["reason"].to_pylist() == ["toxic"]


@pytest.mark.parametrize("threshold", [0.1, 0.9])
def test_the_rule_is_the_users(threshold: float) -> None:
    scores = evaluate(toxicity(""), TEXTS).table["toxicity"].to_pylist()
    kept = evaluate(toxicity(f"toxicity < {threshold}"), TEXTS).table
    assert len(kept) == sum(score is not None and score < threshold for score in scores)
