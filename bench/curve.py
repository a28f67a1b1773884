"""Injected duplicates of known Jaccard similarity: does what is found follow the curve?

    .venv/bin/python bench/curve.py

For each similarity, pairs of texts of 400 words that share as many as make it; the words are drawn so that no other pair has any in
common. Banding alone, then with the check: what theory says, what was found, and how many standard errors of a sample of that size lie
between them.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
import pyarrow as pa

from tilth import dedup
from tilth.memory import evaluate

SIMILARITIES = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)


def pairs_of(similarity: float, count: int, words: int, seed: int) -> tuple[list[str], float]:
    """Return `count` pairs of texts, one after the other, and the exact similarity of each pair's words."""
    rng = np.random.default_rng(seed)
    common = round(2 * words * similarity / (1 + similarity))
    texts = []
    for _ in range(count):
        drawn = ["".join(chr(97 + n) for n in letters) for letters in rng.integers(0, 26, (2 * words - common, 12))]
        texts += [" ".join(drawn[:words]), " ".join(drawn[:common] + drawn[words:])]
    return texts, common / (2 * words - common)


def found(texts: list[str], **how: object) -> float:
    """Return the share of pairs of which one went."""
    return len(evaluate(dedup.near(ngram=1, **how), pa.table({"text": texts})).audit) / (len(texts) / 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=4000)
    given = parser.parse_args()
    ways = {"banding": {"jaccard": 0.0, "bands": 14, "rows": 8}, "checked": {"jaccard": 0.8}}
    print("| J | " + " | ".join(f"{name}, theory | found | errors" for name in ways) + " |")
    print("|---:" * (1 + 3 * len(ways)) + "|")
    for seed, similarity in enumerate(SIMILARITIES):
        texts, true = pairs_of(similarity, given.pairs, 400, seed)
        cells = [f"{true:.3f}"]
        for how in ways.values():
            expected = dedup.near(ngram=1, **how)[-1].probability(true)
            share = found(texts, **how)
            error = math.sqrt(max(expected * (1 - expected), 1 / given.pairs) / given.pairs)
            cells += [f"{expected:.3f}", f"{share:.3f}", f"{(share - expected) / error:+.1f}"]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
