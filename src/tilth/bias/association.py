"""What stands beside one group rather than the other, and what a rewriting does to it, with intervals over documents."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tilth.embed.sample import ranks
from tilth.errors import RecipeError
from tilth.filters.groups import MEN, WOMEN, Terms
from tilth.filters.word_lists import lower
from tilth.kernels.arrow import utf8
from tilth.kernels.hash import xxh64_each
from tilth.kernels.term_matches import word_hashes
from tilth.segment import split_words
from tilth.segment.pieces import Pieces

FOLDS = 50  # parts of the documents that are left out in turn
ENOUGH = 10  # parts that must have mentions of each group, and words of the context near them, for an interval
_NO_WORD = re.compile(r"[\d._:]")  # parts of addresses, and numbers


@dataclass(frozen=True)
class Association:
    """How often the words of `context` stand near words of the first group and of the second, and the log-odds ratio of that.

    Above 0: rather beside the first. `low` and `high` hold for all contexts at once; they are None where too few documents tell:
    fewer than ten of the fifty parts have the context, or a group.
    """

    context: str
    first: int
    second: int
    log_odds: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Change:
    """The log-odds ratio of a context before and after, and the interval of the difference; `low` and `high` as in `Association`."""

    context: str
    before: float
    after: float
    low: float | None
    high: float | None


def associations(
    texts: pa.Array, first: Terms = WOMEN, second: Terms = MEN, contexts: Sequence[Terms] = (), window: int = 10, least: int = 20,
    level: float = 0.95,
) -> tuple[Association, ...]:
    """Return the associations of each of `contexts`, or of every word that stands near the groups `least` times, highest first.

    What is counted are pairs of a mention and a word of the context at most `window` words away, in the same text; one half is added
    to each count (Haldane and Anscombe). Intervals are those of a jackknife over documents, left out by fiftieths, since the words of
    one document are no independent draws; they hold for all contexts at once (Bonferroni). Raises RecipeError on sizes that cannot be.

    Source: log-odds ratios of words as in Monroe, Colaresi and Quinn, Fightin' Words, Political Analysis 2008; contexts of gendered
    words as in Zhao et al., NAACL 2019; the jackknife of Efron and Stein, The Jackknife Estimate of Variance, 1981.

    >>> texts = pa.array(["she sings", "he digs", "she sings", "he digs and digs"])
    >>> [(one.context, one.first, one.second) for one in associations(texts, least=2)]
    [('sings', 2, 0), ('digs', 0, 3)]
    """
    near = _near(texts, first, second, window)
    found = _counted(near, _named(contexts) or _often(near, (first, second), least))
    odds = _log_odds(found)
    low, high = _interval(odds, level, found)
    totals = found.pairs.sum(axis=0)
    every = [
        Association(name, int(totals[0, at]), int(totals[1, at]), float(odds[0, at]), *_ends(low, high, at))
        for at, name in enumerate(found.names)
    ]
    return tuple(sorted(every, key=lambda one: (-one.log_odds, one.context)))


def effect(
    before: pa.Array, after: pa.Array, first: Terms = WOMEN, second: Terms = MEN, contexts: Sequence[Terms] = (), window: int = 10,
    least: int = 20, level: float = 0.95,
) -> tuple[Change, ...]:
    """Return what a step that rewrites texts did to the associations: `after` holds the same documents as `before`, in the same order.

    Contexts, counts and intervals are those of `associations`; the difference is taken within each document. Most changed first.

    >>> [one] = effect(pa.array(["she sings", "he digs"]), pa.array(["he sings", "she digs"]), contexts=(Terms("song", ("sings",)),))
    >>> one.before > 0 > one.after
    True
    """
    if len(before) != len(after):
        raise RecipeError("These are not the same documents.", where="bias.effect", why=f"{len(before)} before, {len(after)} after",
                          fix="give the texts of the same rows in the same order")  # fmt: skip
    here, there = (_near(texts, first, second, window) for texts in (before, after))
    wanted = _named(contexts) or _often(here, (first, second), least)
    found, then = _counted(here, wanted), _counted(there, wanted)
    odds = _log_odds(found), _log_odds(then)
    low, high = _interval(odds[1] - odds[0], level, found)
    every = [Change(name, float(odds[0][0, at]), float(odds[1][0, at]), *_ends(low, high, at)) for at, name in enumerate(found.names)]
    return tuple(sorted(every, key=lambda one: (-abs(one.after - one.before), one.context)))


class _Near(NamedTuple):
    """Every word of the texts as its hash (uint64[v], ascending) with a place where it stands, and int64[folds, 2, v] its pairs."""

    pieces: Pieces
    known: np.ndarray
    places: np.ndarray
    pairs: np.ndarray


class _Counts(NamedTuple):
    """Pairs int64[folds, 2, contexts] of mentions of either group and words of a context; `whole` int64[folds, 2] with any word at all."""

    names: tuple[str, ...]
    pairs: np.ndarray
    whole: np.ndarray


def _near(texts: pa.Array, first: Terms, second: Terms, window: int) -> _Near:
    """Count the pairs of a mention and any word at most `window` words away."""
    if window < 1:
        raise RecipeError("Nothing can be near.", where="bias.associations", why=f"window={window}", fix="window=10")
    pieces = split_words(lower(texts.cast(pa.large_string())), "en", "unicode")
    hashes = word_hashes(pieces.starts, pieces.stops, pieces.data)
    known, places, ids = np.unique(hashes, return_index=True, return_inverse=True)
    row = np.repeat(np.arange(len(texts)), np.diff(pieces.ends))
    fold = (ranks(np.arange(len(texts), dtype=np.uint64)) % np.uint64(FOLDS)).astype(np.int64)
    pairs = np.zeros((2, FOLDS * len(known)), np.int64)
    for side, group in enumerate((first, second)):
        at = np.flatnonzero(np.isin(hashes, _hashes(group)))
        for away in (*range(-window, 0), *range(1, window + 1)):
            beside = at + away
            inside = (beside >= 0) & (beside < len(ids))
            inside[inside] = row[beside[inside]] == row[at[inside]]
            pairs[side] += np.bincount(fold[row[at[inside]]] * len(known) + ids[beside[inside]], minlength=pairs.shape[1])
    return _Near(pieces, known, places, pairs.reshape(2, FOLDS, len(known)).transpose(1, 0, 2))


def _named(contexts: Sequence[Terms]) -> dict[str, np.ndarray]:
    return {context.name: _hashes(context) for context in contexts}


def _often(near: _Near, groups: tuple[Terms, Terms], least: int) -> dict[str, np.ndarray]:
    """Return the words of letters that are of neither group and stand near them at least so often, each with its hash."""
    often = (near.pairs.sum(axis=(0, 1)) >= least) & ~np.isin(near.known, _hashes(*groups))
    found, (data, starts, stops, _) = {}, near.pieces
    for at in np.flatnonzero(often).tolist():
        word = data[starts[near.places[at]] : stops[near.places[at]]].tobytes().decode()
        if word[0].isalpha() and not _NO_WORD.search(word):
            found[word] = near.known[at : at + 1]
    return found


def _counted(near: _Near, contexts: dict[str, np.ndarray]) -> _Counts:
    chosen = [np.flatnonzero(np.isin(near.known, wanted)) for wanted in contexts.values()]
    summed = [near.pairs[:, :, some].sum(axis=2) for some in chosen]
    pairs = np.stack(summed, axis=2) if summed else np.zeros((FOLDS, 2, 0), np.int64)
    return _Counts(tuple(contexts), pairs, near.pairs.sum(axis=2))


def _hashes(*groups: Terms) -> np.ndarray:
    words = pa.array([word.lower() for group in groups for word in group.words], pa.large_string())
    return np.asarray(xxh64_each(*utf8(words), np.uint64(0)))


def _log_odds(found: _Counts) -> np.ndarray:
    """Return float64[1 + folds, contexts]: of all documents, then of all but those of each fold."""
    whole, pairs = found.whole.sum(axis=0), found.pairs.sum(axis=0)
    left_whole, left = whole - found.whole, pairs - found.pairs
    return np.concatenate([_ratio(pairs[None], whole[None]), _ratio(left, left_whole)])


def _ratio(pairs: np.ndarray, whole: np.ndarray) -> np.ndarray:
    odds = (pairs + 0.5) / (whole[:, :, None] - pairs + 0.5)
    return np.asarray(np.log(odds[:, 0] / odds[:, 1]))


def _interval(odds: np.ndarray, level: float, of: _Counts) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the intervals, float64[contexts], NaN where the folds do not tell how much documents differ."""
    left, many = odds[1:], len(odds) - 1
    spread = np.sqrt((many - 1) / many * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
    few = (of.pairs.sum(axis=1) > 0).sum(axis=0) < ENOUGH
    spread[few | ((of.whole > 0).sum(axis=0) < ENOUGH).any()] = np.nan
    reach = _student(1 - (1 - level) / 2 / max(1, odds.shape[1]), many - 1) * spread
    return odds[0] - reach, odds[0] + reach


def _student(probability: float, freedom: int) -> float:
    """Return about that quantile of Student's t (Cornish and Fisher, as in Abramowitz and Stegun 26.7.5).

    >>> round(_student(0.975, 49), 3)
    2.01
    """
    z = NormalDist().inv_cdf(probability)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def _ends(low: np.ndarray, high: np.ndarray, at: int) -> tuple[float | None, float | None]:
    return (None, None) if math.isnan(low[at]) else (float(low[at]), float(high[at]))
