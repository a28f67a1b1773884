"""Do targets hold, and what do they cost: each search over many seeds, beside LOTUS, BARGAIN, SUPG's and Hoeffding's bounds.

    .venv/bin/python bench/guarantees.py --peer .venv-peers/lotus/bin/python [--seeds 300] [--table cascades targets savings]

Scores and gold are drawn anew for every seed, and every method decides the same rows. A run misses if the precision or the recall of what
it returns is below its target. Of 300 runs at delta = 0.05, 15 misses are what is allowed on average; "chance" is how likely at least as
many as were counted are, if a miss had probability delta: below 0.01 the promise is broken. Calls are oracle calls of all rows.

LOTUS: its unmodified functions (calibrate_llm_logprobs, importance_sampling, learn_cascade_thresholds) as its filter calls them.
BARGAIN: its BARGAIN_PR, with an oracle that answers by index. SUPG: the estimators and normal approximations of Kang et al. (VLDB 2020);
Hoeffding: tests by his inequality, a part of delta for each cut; both from weighted samples of a tenth of the rows, and written here.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

TARGET, DELTA = 0.9, 0.05
KINDS = ("balanced", "rare", "easy first", "drifting", "tied", "tiny", "duplicated", "useless", "too sure")
APART = {0.99: 3.290, 0.95: 2.326, 0.9: 1.812, 0.8: 1.190, 0.5: 0.0}  # means of two normals with this area under the curve


def made(kind: str, seed: int, rows: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities and gold of one kind of data: two normals, whose means lie apart as far as an area of 0.95 says."""
    draw = np.random.default_rng([seed, 1])  # not what a search draws with
    rows = {"tiny": 60}.get(kind, rows)
    share = {"rare": 0.05, "balanced": 0.5}.get(kind, 0.3)
    shares = np.linspace(0.05, 0.55, rows) if kind == "drifting" else np.full(rows, share)
    gold = draw.random(rows) < shares
    apart = np.full(rows, APART[0.5 if kind == "useless" else 0.95])
    if kind == "easy first":
        apart = np.where(np.arange(rows) < 200, 5.0, 1.8)
    found = apart * gold + draw.normal(0, 1, rows)
    odds = apart * found - apart**2 / 2 + np.log(share / (1 - share))
    if kind == "useless":
        odds = draw.normal(0, 1, rows)
    scores = 1 / (1 + np.exp(-odds * {"too sure": 4.0}.get(kind, 1.0)))
    if kind == "tied":
        scores = np.round(scores, 1)
    if kind == "duplicated":
        scores, gold = np.tile(scores[: rows // 5], 5), np.tile(gold[: rows // 5], 5)
    return scores, gold


def tilth(scores: np.ndarray, gold: np.ndarray, seed: int) -> tuple[np.ndarray, int]:
    from tilth.semantic.guarantees.strata import answered
    from tilth.semantic.guarantees.thresholds import precision_recall

    cut = answered(precision_recall(scores, TARGET, TARGET, DELTA, seed=seed), lambda rows: gold[rows])
    return cut.decide(), cut.calls


def lotus(scores: np.ndarray, gold: np.ndarray, seed: int) -> tuple[np.ndarray, int]:
    """Decide as LOTUS's filter does: ranks for scores, thresholds from a sample, whose labels are then forgotten."""
    import logging
    import types
    from importlib.util import find_spec

    if "lotus" not in sys.modules:  # its __init__ imports every model library; the thresholds need none
        module = types.ModuleType("lotus")
        module.__path__ = list(find_spec("lotus").submodule_search_locations)
        module.logger = logging.getLogger("lotus")
        sys.modules["lotus"] = module
    from lotus.sem_ops.cascade_utils import calibrate_llm_logprobs, importance_sampling, learn_cascade_thresholds
    from lotus.types import CascadeArgs

    settings = CascadeArgs(recall_target=TARGET, precision_target=TARGET, failure_probability=DELTA, cascade_IS_random_seed=seed)
    ranks = calibrate_llm_logprobs(scores.tolist(), settings)
    sample, factors = importance_sampling(ranks, settings)
    (high, low), _ = learn_cascade_thresholds([ranks[i] for i in sample], gold[sample].tolist(), factors[sample], settings)
    ranks = np.array(ranks)
    between = (ranks < high) & (ranks > low)
    return np.where(between, gold, ranks >= high), int(between.sum()) + len(set(sample.tolist()))


def bargain(scores: np.ndarray, gold: np.ndarray, seed: int) -> tuple[np.ndarray, int]:
    from BARGAIN import BARGAIN_PR, Oracle, Proxy

    class Scores(Proxy):
        def proxy_func(self, row: Any) -> tuple[bool, float]:
            score = float(scores[int(row)])
            return score >= 0.5, max(score, 1 - score)

    class Gold(Oracle):
        def oracle_func(self, row: Any, expected: Any = None) -> tuple[bool, bool]:
            return bool(gold[int(row)]) == expected, bool(gold[int(row)])

    oracle = Gold()
    search = BARGAIN_PR(Scores(verbose=False), oracle, delta=DELTA, target=TARGET, verbose=False, seed=seed)
    decided = np.zeros(len(gold), np.bool_)
    decided[search.process(np.arange(len(gold)))] = True
    return decided, oracle.get_number_preds()


def supg(scores: np.ndarray, gold: np.ndarray, seed: int) -> tuple[np.ndarray, int]:
    sample, weight, candidates = importance_sample(scores, seed)
    at, found = scores[sample], gold[sample]
    low = highest(at, found * weight, TARGET)
    above, below = found * weight * (at >= low), found * weight * (at < low)
    upper, lower = above.mean() + normal(above, DELTA / 4), below.mean() - normal(below, DELTA / 4)
    low = highest(at, found * weight, min(1.0, upper / (upper + max(lower, 0.0))) if upper > 0 else 1.0)
    high = math.inf
    for cut in candidates[candidates >= low][::-1]:
        figures = (found * weight - TARGET * weight)[at >= cut]  # positive on average where precision is kept
        if figures.mean() - normal(figures, DELTA / 2 / len(candidates)) > 0:
            high = cut
    return between_the_cuts(scores, gold, sample, low, high)


def hoeffding(scores: np.ndarray, gold: np.ndarray, seed: int) -> tuple[np.ndarray, int]:
    """Decide by cuts that pass tests which hold for any sample size: each cut has its part of delta, figures their whole range."""
    sample, weight, candidates = importance_sample(scores, seed)
    at, found = scores[sample], gold[sample]
    off = weight.max() * math.sqrt(math.log(2 * len(candidates) / DELTA) / 2 / len(sample))
    kept = [cut for cut in candidates if (found * weight * ((at >= cut) - TARGET)).mean() > off]
    sure = [cut for cut in candidates if (weight * (at >= cut) * (found - TARGET)).mean() > off]
    return between_the_cuts(scores, gold, sample, max(kept, default=-math.inf), min(sure, default=math.inf))


def importance_sample(scores: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a tenth of the rows, drawn by the root of their scores, their weights, and the scores that may be cuts."""
    chance = 0.9 * np.sqrt(scores) / np.sqrt(scores).sum() + 0.1 / len(scores)
    sample = np.random.default_rng(seed).choice(len(scores), len(scores) // 10, p=chance)
    return sample, 1 / (len(scores) * chance[sample]), np.unique(scores[sample])


def between_the_cuts(scores: np.ndarray, gold: np.ndarray, sample: np.ndarray, low: float, high: float) -> tuple[np.ndarray, int]:
    between = (scores >= low) & (scores < high)
    decided = np.where(between, gold, scores >= high)
    decided[sample] = gold[sample]
    return decided, len(set(np.flatnonzero(between)) | set(sample.tolist()))


def highest(at: np.ndarray, positive: np.ndarray, target: float) -> float:
    """Return the highest score above which `target` of the sample's positives lie; 0 if it has none."""
    order = np.argsort(-at)
    reached = np.flatnonzero(np.cumsum(positive[order]) >= target * positive.sum() - 1e-12)
    return float(at[order][reached[0]]) if positive.any() and len(reached) else 0.0


def normal(figures: np.ndarray, risk: float) -> float:
    return float(figures.std() / math.sqrt(len(figures)) * math.sqrt(2 * math.log(1 / risk)))


METHODS = {"Tilth": tilth, "LOTUS": lotus, "BARGAIN": bargain, "SUPG": supg, "Hoeffding": hoeffding}
THEIRS = ("LOTUS", "BARGAIN")


def serve(method: str, path: str) -> None:
    """Decide what lies in `path` (scores, gold, seeds by rows) and write it there: what runs in a peer's environment."""
    given = np.load(path)
    answers = [METHODS[method](s, g, seed) for seed, (s, g) in enumerate(zip(given["scores"], given["gold"], strict=True))]
    np.savez(path, decided=np.array([d for d, _ in answers]), calls=np.array([c for _, c in answers]))


def decided(method: str, peer: str, scores: np.ndarray, gold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what a method decides (bool, seeds by rows) and its calls, theirs in their own environment."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "runs.npz"))
        np.savez(path, scores=scores, gold=gold)
        if method in THEIRS:
            subprocess.run([peer, __file__, "--serve", method, path], check=True, capture_output=True)
        else:
            serve(method, path)
        found = np.load(path)
        return found["decided"], found["calls"]


def quality(chosen: np.ndarray, gold: np.ndarray) -> tuple[float, float]:
    true = int((chosen & gold).sum())
    return (true / chosen.sum() if chosen.any() else 1.0), (true / gold.sum() if gold.any() else 1.0)


def chance(misses: int, seeds: int) -> float:
    """Return how likely at least `misses` of `seeds` are, each with probability DELTA."""
    return sum(math.comb(seeds, k) * DELTA**k * (1 - DELTA) ** (seeds - k) for k in range(misses, seeds + 1))


def cascades(seeds: int, peer: str) -> None:
    present = [method for method in METHODS if method not in THEIRS or Path(peer).exists()]
    print(f"Precision and recall {TARGET} at delta {DELTA}, {seeds} seeds of 1,000 rows (tiny: 60): share of runs that miss; calls.\n")
    print(f"| data | {' | '.join(present)} |\n|---|{'---|' * len(present)}")
    for kind in KINDS:
        runs = [made(kind, seed) for seed in range(seeds)]
        scores, gold = np.array([s for s, _ in runs]), np.array([g for _, g in runs])
        cells = []
        for method in present:
            chosen, calls = decided(method, peer, scores, gold)
            misses = sum(min(quality(c, g)) < TARGET - 1e-9 for c, g in zip(chosen, gold, strict=True))
            mark = "**" if chance(misses, seeds) < 0.01 else ""
            cells.append(f"{mark}{misses / seeds:.3f}{mark}; {100 * calls.mean() / gold.shape[1]:.0f} %")
        print(f"| {kind} | {' | '.join(cells)} |", flush=True)
    print("\nBold: more misses than delta allows (chance below 0.01).\n")


def targets(seeds: int, _: str) -> None:
    from tilth.semantic.guarantees import bounds, rare, thresholds
    from tilth.semantic.guarantees.strata import answered

    def cut(search: Any, **given: Any) -> Any:
        def run(scores: np.ndarray, gold: np.ndarray, seed: int) -> tuple[tuple[float, float], int]:
            found = answered(search(scores, delta=DELTA, seed=seed, **given), lambda rows: gold[rows])
            return quality(found.decide(), gold), found.calls
        return run

    def agreed(scores: np.ndarray, gold: np.ndarray, seed: int) -> tuple[tuple[float, float], int]:
        guess = scores >= 0.5
        sure = np.maximum(scores, 1 - scores)
        found = answered(thresholds.accuracy(sure, guess, delta=DELTA, seed=seed), lambda rows: gold[rows].astype(np.int64))
        return ((found.decide() == gold).mean(), 1.0), found.calls

    def bounded(scores: np.ndarray, gold: np.ndarray, seed: int) -> tuple[tuple[float, float], int]:
        found = answered(bounds.count(scores, 0.04 * len(gold), DELTA, seed=seed), lambda rows: gold[rows])
        return (float(found.lower <= gold.sum() <= found.upper), 1.0), found.calls

    def mean(scores: np.ndarray, gold: np.ndarray, seed: int) -> tuple[tuple[float, float], int]:
        figures = np.where(gold, np.random.default_rng([seed, 2]).beta(0.5, 2, len(gold)), np.nan)
        found = answered(bounds.average(scores, 0, 1, 0.1, DELTA, seed=seed), lambda rows: figures[rows])
        return (float(not gold.any() or found.lower - 1e-6 <= np.nanmean(figures) <= found.upper + 1e-6), 1.0), found.calls

    searches = {
        "precision": (cut(thresholds.precision, calls=200), 0), "recall": (cut(thresholds.recall, calls=200), 1),
        "recall, verified": (cut(rare.rare), 1), "accuracy": (agreed, 0), "COUNT ± 4 %": (bounded, 0), "AVG ± 0.1": (mean, 0),
    }
    print(f"Each promise alone at delta {DELTA}, {seeds} seeds: misses, chance of as many or more; calls.\n")
    print(f"| data | {' | '.join(searches)} |\n|---|{'---|' * len(searches)}")
    for kind in KINDS:
        cells = []
        for search, which in searches.values():
            found = [search(*made(kind, seed), seed) for seed in range(seeds)]
            misses = sum(got[which] < TARGET - 1e-9 for got, _ in found)
            rows = len(made(kind, 0)[1])
            cells.append(f"{misses}, {chance(misses, seeds):.2f}; {100 * np.mean([calls for _, calls in found]) / rows:.0f} %")
        print(f"| {kind} | {' | '.join(cells)} |", flush=True)
    print()


def savings(seeds: int, _: str) -> None:
    from tilth.semantic.guarantees.strata import answered
    from tilth.semantic.guarantees.thresholds import precision_recall

    seeds = max(2, seeds // 30)
    print(f"Rows for each oracle call, precision {TARGET} and recall {TARGET} at delta {DELTA}; mean calls of {seeds} seeds.\n")
    sizes = (500, 2000, 10_000, 50_000)
    print(f"| area under the curve | positive | {' | '.join(f'{rows:,} rows' for rows in sizes)} |\n|---|---|{'---|' * len(sizes)}")
    for area, apart in APART.items():
        for share in (0.5, 0.3, 0.05):
            cells = []
            for rows in sizes:
                calls = []
                for seed in range(seeds if rows < 50_000 else 2):
                    draw = np.random.default_rng([seed, 1])
                    gold = draw.random(rows) < share
                    search = precision_recall(apart * gold + draw.normal(0, 1, rows), seed=seed)
                    calls.append(answered(search, lambda wanted, gold=gold: gold[wanted]).calls)
                cells.append(f"{rows / np.mean(calls):.1f}x")
            print(f"| {area} | {share} | {' | '.join(cells)} |", flush=True)
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tables = {"cascades": cascades, "targets": targets, "savings": savings}
    parser.add_argument("--peer", default=".venv-peers/lotus/bin/python", help="an interpreter that has lotus-ai and BARGAIN")
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--table", nargs="+", choices=tables, default=list(tables))
    parser.add_argument("--serve", nargs=2, metavar=("METHOD", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(*given.serve)
    for table in () if given.serve else given.table:
        tables[table](given.seeds, given.peer)


if __name__ == "__main__":
    main()
