"""A proxy made on the way: a small classifier that is trained on the labels a cascade has bought."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from tilth.filters.classify import Classify as Classifier
from tilth.semantic.distil import STUDENT, as_label
from tilth.semantic.oracle import Oracle

LESSONS = 500  # labels to train on, and at most a fifth of the sample: what they teach has to be worth more than they cost
_FEW = 10


def lessons(rows: int) -> int:
    """Return how many of `rows` rows to train on."""
    return min(LESSONS, rows // 5)


def taught(oracle: Oracle, count: int, name: str, positive: str = "") -> Classifier | None:
    """Return a classifier that the oracle's answers about the first `count` rows teach; None where they teach nothing.

    With `positive` it adds that answer's probability as the column `name`, without it `name` and `name`_score; it reads `text`.
    """
    numbers = np.arange(count)
    labels = [as_label(value) if value is not None else None for value in oracle.values(numbers)]
    answered = [n for n, label in enumerate(labels) if label is not None]
    if len(answered) < _FEW or len({labels[n] for n in answered}) < 2:
        return None
    learn = replace(STUDENT, label="label", name=name, positive=positive, held_out=0.0, min_count=1)
    taken = oracle.rows.select(["row", "text"]).take(pa.array(answered))
    batch = pa.record_batch({"row": taken["row"], "text": taken["text"], "label": [labels[n] for n in answered]})
    return learn.finish(learn.observe(batch))[0]
