"""Labelled texts, made up by a rule that n-grams can learn."""

from __future__ import annotations

import random

import pyarrow as pa

WORDS = {
    "farm": ["soil", "seed", "field", "plough", "barn", "harvest", "corn", "wheat", "cow", "hay", "tractor", "fence"],
    "sea": ["wave", "sail", "harbour", "tide", "anchor", "gull", "net", "fish", "rope", "mast", "storm", "reef"],
    "town": ["street", "tram", "bridge", "shop", "market", "square", "tower", "bus", "lamp", "school", "bell", "clock"],
}
PLAIN = ["the", "of", "and", "to", "a", "in", "is", "it", "was", "for", "on", "with", "as", "that", "at", "by"]


def rows(count: int, kinds: tuple[str, ...] = ("farm", "sea"), seed: int = 0, start: int = 0) -> pa.RecordBatch:
    """Return `count` texts of 5 to 30 words, of which a half are of their kind, and a few of another; `row` counts from `start`."""
    chance = random.Random(seed)
    texts, labels = [], []
    for _ in range(count):
        kind = chance.choice(kinds)
        drawn = [chance.choice(WORDS[chance.choice([kind] * 9 + list(kinds))]) if chance.random() < 0.5 else chance.choice(PLAIN)
                 for _ in range(chance.randrange(5, 30))]  # fmt: skip
        texts.append(" ".join(drawn))
        labels.append(kind)
    numbers = pa.array(range(start, start + count), pa.uint64())
    return pa.record_batch({"row": numbers, "text": pa.array(texts, pa.large_string()), "label": pa.array(labels, pa.large_string())})
