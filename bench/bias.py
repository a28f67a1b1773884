"""Bias measured on real text: what rewriting does to associations, how right the rewriting is, and how often chance is called a bias.

    .venv/bin/python bench/bias.py ../shared/data/docs

The folder has eltec_eng_part.jsonl.gz and nltk/{movie_reviews,state_union,inaugural}.zip; what is not there is left out. The rule for
"her" is tried on "his" and "him" of the texts themselves, which tell what "her" in their place would have to become again; the list of
words in the rule was written with the first 20 novels in view, so the others and the reviews are what it is judged by.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
import statistics
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pyarrow as pa

from tilth.bias import Counterfactual, Weat, effect, weat
from tilth.bias.counterfactual import _stands_alone
from tilth.bias.pairs import FREE
from tilth.embed import HashedSvd
from tilth.filters import Mentions, Terms
from tilth.filters.groups import CAREER, FAMILY
from tilth.segment import split_words
from tilth.stats.shifts import Shift, corrected, shifts
from tilth.stats.spoken import Spoken, shares, sums

CONTEXTS = (
    CAREER, FAMILY, Terms("war", ("war", "battle", "soldier", "soldiers", "army", "fight", "gun", "guns", "sword")),
    Terms("looks", ("beautiful", "beauty", "pretty", "lovely", "handsome", "hair", "dress", "dressed")),
    Terms("tears", ("tears", "weep", "weeping", "wept", "cry", "crying", "cried", "sob", "sobbing")),
)  # fmt: skip
RESAMPLED = 12  # times that the documents are drawn anew, with replacement, where an embedding is learned
DRAWS = 400
TARGETS = (
    Terms("work_and_war", (*CAREER.words, *CONTEXTS[2].words, "law", "trade")),
    Terms("looks_and_tears", (*CONTEXTS[3].words, *CONTEXTS[4].words)),
)


def corpora(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Texts by the name of their corpus; novels in stretches of about 500 words, which end where paragraphs do."""
    if every := novels(folder):
        yield "50 novels", [part for text in every for part in stretches(text)]
    for name in ("movie_reviews", "state_union", "inaugural"):
        if (path := folder / "nltk" / f"{name}.zip").exists():
            with zipfile.ZipFile(path) as files:
                texts = [one for one in sorted(files.namelist()) if one.endswith(".txt") and "README" not in one]
                yield name, [files.read(one).decode("latin-1") for one in texts]


def novels(folder: Path) -> list[str]:
    path = folder / "eltec_eng_part.jsonl.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt") as file:
        return [json.loads(line)["text"] for line in file]


def stretches(text: str, words: int = 500) -> list[str]:
    parts, now, many = [], list[str](), 0
    for paragraph in text.split("\n\n"):
        now.append(paragraph)
        many += paragraph.count(" ") + 1
        if many >= words:
            parts, now, many = [*parts, "\n\n".join(now)], [], 0
    return [*parts, "\n\n".join(now)] if now else parts


def batch(texts: list[str]) -> pa.RecordBatch:
    names = [str(at) for at in range(len(texts))]
    return pa.record_batch({"row": pa.array(range(len(texts)), pa.uint64()), "id": names, "text": pa.array(texts, pa.large_string())})


def rewriting(name: str, texts: list[str], share: float) -> pa.Array:
    rows, step = batch(texts), Counterfactual(share=share)
    step.apply(rows.slice(0, 10))
    times = []
    for _ in range(3):
        start = time.process_time()
        made = step.apply(rows)
        times.append(time.process_time() - start)
    size, swaps = sum(map(len, texts)) / 1e6, made["bias_swaps"].to_numpy()
    speed = size / statistics.median(times)
    print(f"| {name} | {len(texts):,} | {size:.1f} | {(swaps > 0).mean():.1%} | {swaps.sum():,} | {speed:.0f} |")
    return made["text"]


def the_rule(name: str, texts: list[str]) -> None:
    pieces, free = split_words(pa.array(texts, pa.large_string()), "en", "unicode"), frozenset(FREE)
    words = [word.lower() for text in pieces.lists() for word in text]
    row = np.repeat(np.arange(len(texts)), np.diff(pieces.ends))
    for short, long in (("his", "him"), (None, "hers")):
        at = [i for i, word in enumerate(words) if word in (short, long)]
        if not at:
            continue
        right = sum(_stands_alone(pieces, i, int(row[i]), free) == (words[i] == long) for i in at)
        most = max(sum(words[i] == word for i in at) for word in (short, long)) if short else 0
        told = f"{most / len(at):.1%}" if short else "–"
        print(f"| {name} | {'his or him' if short else 'hers'} | {len(at):,} | {right / max(1, len(at)):.1%} | {told} |")


def associated(name: str, before: pa.Array, after: pa.Array) -> None:
    for one in sorted(effect(before, after, contexts=CONTEXTS), key=lambda one: [context.name for context in CONTEXTS].index(one.context)):
        ends = "–" if one.low is None or one.high is None else f"{one.low:+.2f} to {one.high:+.2f}"
        print(f"| {name} | {one.context} | {one.before:+.2f} | {one.after:+.2f} | {one.after - one.before:+.2f} | {ends} |")


def embedded(texts: list[str]) -> list[Weat]:
    """Both tests, in vectors learned from the sentences of these texts."""
    lines = [line for text in texts for line in re.split(r"(?<=[.!?])\s+|\n\n", text) if line.count(" ") > 3]
    fold = HashedSvd(dim=100, letters=0, sample=30_000, chars=400)
    [step] = fold.finish(fold.observe(batch(lines)))
    return [weat(step), weat(step, *TARGETS)]


def nearer(name: str, before: list[str], after: list[str], seed: int = 0) -> None:
    """WEAT before and after; intervals of a bootstrap over documents, each embedding learned anew."""
    rng, whole = np.random.default_rng(seed), [embedded(texts) for texts in (before, after)]
    drawn = [rng.integers(0, len(before), len(before)).tolist() for _ in range(RESAMPLED)]
    again = np.array([[[one.difference for one in embedded([texts[i] for i in at])] for texts in (before, after)] for at in drawn])
    spread, moved = again.std(axis=0, ddof=1), (again[:, 1] - again[:, 0]).std(axis=0, ddof=1)
    for at, test in enumerate(("career, family", "work and war, looks and tears")):
        cells = [
            f"{found[at].difference:+.3f} ± {2.2 * spread[side, at]:.3f} | {found[at].effect:+.2f} | {found[at].p:.3f}"
            for side, found in enumerate(whole)
        ]
        change = f"{whole[1][at].difference - whole[0][at].difference:+.3f} ± {2.2 * moved[at]:.3f}"
        print(f"| {name} | {test} | {' | '.join(cells)} | {change} |")


def chance(name: str, texts: list[str], seed: int = 0) -> None:
    """How often a step that drops rows at random is said to have changed whom the corpus speaks of."""
    step = Mentions()
    values = np.stack([np.asarray(step.apply(batch(texts))[signal], float) for signal in step.signals], axis=1)
    parts, rng, alarms = shares(step.signals), np.random.default_rng(seed), np.zeros(2)
    for _ in range(DRAWS):
        gone = rng.random(len(values)) < 0.3
        kept, dropped = sums(values[~gone], parts), sums(values[gone], parts)
        found = shifts(Spoken(step.signals, ("",), kept, {0: dropped}, {}))
        alone = of_mentions(found, kept.moments[0], dropped.moments[0])
        alarms += [any(one.beyond_chance for one in each) for each in (found, alone)]
    print(f"| {name} | {len(texts):,} | {alarms[0] / DRAWS:.1%} | {alarms[1] / DRAWS:.1%} |")


def of_mentions(found: tuple[Shift, ...], kept: np.ndarray, gone: np.ndarray) -> tuple[Shift, ...]:
    """The same shifts judged by the test of two proportions, each mention a draw of its own."""
    result = []
    for at, one in enumerate(found):
        share, whole = one.before, kept[at] + gone[at]
        other = (share * whole - one.after * kept[at]) / gone[at] if gone[at] else share
        spread = math.sqrt(share * (1 - share) * (1 / kept[at] + 1 / max(1, gone[at]))) or 1.0
        p = 2 * NormalDist().cdf(-abs(one.after - other) / spread)
        result.append(Shift(one.place, one.step, one.signal, one.rows, one.before, one.after, 0.0, p))
    return corrected(result)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    every = list(corpora(folder))
    print("| corpus | documents | MB | rewritten | words swapped | MB/s of one core |\n|---|---|---|---|---|---|")
    after = {name: rewriting(name, texts, 0.5) for name, texts in every}
    print("\n| corpus | what was there | times | told rightly | always the commoner |\n|---|---|---|---|---|")
    for name, texts in (("30 other novels", novels(folder)[20:]), *every[1:]):
        the_rule(name, texts)
    print("\n| corpus | beside women rather than men | before | after | change | interval |\n|---|---|---|---|---|---|")
    for name, texts in every:
        associated(name, pa.array(texts, pa.large_string()), after[name])
    print("\n| corpus | nearer to men: first rather than second | before | effect | p | after | effect | p | change |\n"
          "|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    for name, texts in every:
        if len(texts) >= 1000:
            nearer(name, texts, after[name].to_pylist())
    print("\n| corpus | documents | random drops called a bias | by mentions, as if each came alone |\n|---|---|---|---|")
    for name, texts in every:
        chance(name, texts)


if __name__ == "__main__":
    main()
