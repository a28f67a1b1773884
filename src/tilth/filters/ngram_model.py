"""n-gram language models: learned from texts by modified Kneser-Ney, read from ARPA files, kept as one table of hashes.

Sources: Chen and Goodman, "An empirical study of smoothing techniques for language modeling" (1998), section 3 and equation 26;
Heafield et al., "Scalable modified Kneser-Ney language model estimation" (ACL 2013), as KenLM's lmplz has it.
"""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

import fsspec
import numpy as np
import pyarrow as pa

from tilth.errors import CorpusError, RecipeError
from tilth.kernels import ngrams as kernels
from tilth.kernels.arrow import utf8

BEGIN, END, UNKNOWN = "<s>", "</s>", "<unk>"
_MAGIC = b"tilth n-grams 1\n"


@dataclass(frozen=True, eq=False)
class NgramModel:
    """A model in memory: `table` uint64[slots, 2] holds by hash a key, and beside it log10 probability and backoff weight, float32 each.

    One row is 16 bytes, so that what is found costs one miss of the cache.
    """

    order: int
    lower: bool
    table: np.ndarray

    def score(self, texts: pa.Array, marks: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return (log10 probability, words, unknown words, line ends) of each text; with `marks` lines lie between <s> and </s>."""
        return kernels.score(*utf8(texts), self.lower, self.table, self.table.view(np.float32), self.order, *_special(), marks)

    def to_bytes(self) -> bytes:
        """Return the model as bytes of ours: a header and two arrays, no pickle."""
        sink = io.BytesIO()
        sink.write(_MAGIC)
        for array in (np.array([self.order, self.lower], np.int64), self.table):
            np.lib.format.write_array(sink, array, allow_pickle=False)
        return sink.getvalue()


@functools.lru_cache(maxsize=4)
def unpack(data: bytes) -> NgramModel:
    """Return the model of `to_bytes`. Raises RecipeError where the bytes are none."""
    source = io.BytesIO(data)
    try:
        if source.read(len(_MAGIC)) != _MAGIC:
            raise ValueError("they do not begin as one")
        about, table = (np.lib.format.read_array(source, allow_pickle=False) for _ in range(2))
        slots = len(table)
        if table.dtype != np.uint64 or table.shape != (slots, 2) or slots & (slots - 1) or not slots or table[:, 0].all():
            raise ValueError("its table is none")
        if not 1 <= about[0] <= kernels.MOST:
            raise ValueError(f"it is of order {about[0]}")
    except ValueError as error:
        raise RecipeError(
            "These bytes are no n-gram model.", where="model", why=str(error), fix="read_arpa(path), or LearnNgrams in a recipe"
        ) from None
    return NgramModel(int(about[0]), bool(about[1]), np.ascontiguousarray(table))


def read_arpa(path: str, lower: bool = False) -> bytes:
    """Return the model of an ARPA file (.arpa, .arpa.gz), as KenLM, SRILM and IRSTLM write it, as bytes for `Perplexity`.

    `lower` says that the model was trained on text in small letters, so text is to be lowered (ASCII letters) before it is scored.
    Raises CorpusError where the file is not one, with the line.
    """
    grams: dict[int, list[str]] = {}
    values: dict[int, list[tuple[float, float]]] = {}
    with fsspec.open(path, "rb", compression="gzip" if path.endswith(".gz") else None) as file:
        for number, length, words, prob, backoff in _arpa(file, path):
            if not 1 <= length <= kernels.MOST or len(words.split(" ")) != length:
                raise _no_arpa(path, number, f"{words!r} in the section of {length}-grams")
            grams.setdefault(length, []).append(words)
            values.setdefault(length, []).append((prob, backoff))
    if not grams:
        raise _no_arpa(path, 0, "it has no n-grams")
    found = np.concatenate([keys_of(grams[length], length) for length in grams])
    both = np.concatenate([np.array(values[length]) for length in grams])
    return _model(max(grams), lower, found, both[:, 0], both[:, 1]).to_bytes()


def keys_of(grams: list[str], length: int) -> np.ndarray:
    """Return the keys (uint64[n]) of n-grams of `length` words each, with spaces between."""
    hashes = kernels.words(*utf8(pa.array(grams, pa.large_string())), False)[0]
    return kernels.keys(hashes, np.tile(np.arange(1, length + 1), len(grams)), length)[length - 1 :: length]


@dataclass(frozen=True, eq=False)
class Counted:
    """What is known of the n-grams of one order, each once: its key, its context's and its suffix's, a place where it ends, its counts."""

    key: np.ndarray
    context: np.ndarray
    suffix: np.ndarray
    place: np.ndarray
    raw: np.ndarray
    adjusted: np.ndarray


def train(texts: pa.Array, order: int = 3, least: int = 1, lower: bool = False) -> NgramModel:
    """Return the modified Kneser-Ney model of the lines of `texts` (large_string).

    n-grams of two and more words that occur less than `least` times are left out; their probability goes to the backoff. Raises
    CorpusError where no word is there.

    Counts of counts can make a discount 0. Where a context leaves nothing to its backoff so, lmplz writes a weight of -inf, which KenLM
    refuses to read; here it is -99, as ARPA files have what never is.
    """
    stream, lengths = sentences(texts, lower)
    counts = counted(stream, lengths, order)
    kept_key: list[np.ndarray] = []
    kept_prob: list[np.ndarray] = []
    kept_backoff: list[np.ndarray] = []
    below = (np.zeros(1, np.uint64), np.array([1.0 / max(1, len(counts[0].key))]))  # uniform over all words, </s> and <unk>; <s> is none
    for number, each in enumerate(counts, 1):
        keep = each.raw >= (least if number > 1 else 1)  # of an n-gram that stays, context and suffix stay too: both are as frequent
        share, (contexts, left_over) = _shares(each, keep)
        backoff = left_over[np.searchsorted(contexts, each.context[keep])]
        at = np.searchsorted(below[0], each.suffix[keep])
        prob = share[keep] + backoff * below[1][at]
        if number == 1:
            unknown = left_over[0] / len(each.key)
        else:
            known = np.isin(contexts, kept_key[-1])
            kept_backoff[-1][np.searchsorted(kept_key[-1], contexts[known])] = left_over[known]
        kept_key.append(each.key[keep])
        kept_prob.append(prob)
        kept_backoff.append(np.ones(len(prob)))
        below = kept_key[-1], prob
    begin, _, missing = (kernels.keys(np.array([word], np.uint64), np.ones(1, np.int64), 1)[0] for word in _special())
    kept_prob[0][kept_key[0] == begin] = 10.0**-99  # as ARPA files have it: nobody asks for it
    found = np.concatenate([*kept_key, np.array([missing], np.uint64)])
    prob, weights = np.append(np.concatenate(kept_prob), unknown), np.append(np.concatenate(kept_backoff), 1.0)
    with np.errstate(divide="ignore"):
        return _model(order, lower, found, np.log10(prob), np.maximum(np.log10(weights), -99.0))


def sentences(texts: pa.Array, lower: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return (words uint64[n], with <s> and </s> around each line; how many words of its line end at each place, int64[n])."""
    hashes, _, lines = kernels.words(*utf8(texts), lower)
    if not len(hashes):
        raise CorpusError.empty("filters.LearnNgrams", why="no text has a word")
    begin, end, _ = _special()
    starts = np.flatnonzero(np.diff(lines, prepend=-1))
    ends = np.append(starts[1:], len(hashes))
    stream = np.insert(hashes, np.repeat(ends, 1), end)
    stream = np.insert(stream, starts + np.arange(len(starts)), begin)
    sizes = ends - starts + 2
    lengths = np.arange(1, len(stream) + 1) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return stream, lengths


def counted(stream: np.ndarray, lengths: np.ndarray, order: int) -> list[Counted]:
    """Return the n-grams of each order, sorted by key. Adjusted counts are how many words come before; at a line's start they are raw."""
    all_keys = [np.zeros(len(stream), np.uint64), *(kernels.keys(stream, lengths, number) for number in range(1, order + 1))]
    found = []
    for number in range(1, order + 1):
        here = np.flatnonzero(lengths >= number)
        key, first, raw = np.unique(all_keys[number][here], return_index=True, return_counts=True)
        place = here[first]
        context = all_keys[number - 1][place - 1] if number > 1 else np.zeros(len(key), np.uint64)
        suffix = all_keys[number - 1][place]
        found.append(Counted(key, context, suffix, place, raw, raw.copy()))
    for shorter, longer in pairwise(found):
        suffix, before = np.unique(longer.suffix, return_counts=True)
        shorter.adjusted[np.searchsorted(shorter.key, suffix)] = before
    for number, each in enumerate(found, 1):
        opens = lengths[each.place] == number  # it begins with <s>, before which there is nothing
        each.adjusted[opens] = each.raw[opens]
    begins = found[0].key == all_keys[1][np.flatnonzero(lengths == 1)[0]]
    found[0].adjusted[begins] = 0  # <s> is never predicted
    return found


def discounts(adjusted: np.ndarray) -> np.ndarray:
    """Return what is taken off a count of 0, 1, 2, and 3 or more: 0.5, 1 and 1.5 where counts of counts do not tell, as with lmplz."""
    many = np.array([(adjusted == count).sum() for count in range(1, 5)], np.float64)
    if many[0] and many[1] and many[2]:
        y = many[0] / (many[0] + 2 * many[1])
        found = np.array([k - (k + 1) * y * many[k] / many[k - 1] for k in (1, 2, 3)])
        if np.all(found >= 0) and np.all(found <= (1, 2, 3)):
            return np.array([0.0, *found])
    return np.array([0.0, 0.5, 1.0, 1.5])


def _shares(each: Counted, keep: np.ndarray) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Return the discounted share of each n-gram in its context, and (contexts, what the discounts left over of each)."""
    off = np.where(keep, discounts(each.adjusted)[np.minimum(each.adjusted, 3)], each.adjusted)
    context, at = np.unique(each.context, return_inverse=True)
    whole, left = (np.bincount(at, weights=counts, minlength=len(context)) for counts in (each.adjusted, off))
    return (each.adjusted - off) / whole[at], (context, left / whole)  # what is left is 0 where discounts are, not a rounding error


def _model(order: int, lower: bool, found: np.ndarray, prob: np.ndarray, backoff: np.ndarray) -> NgramModel:
    slots = 1 << max(4, math.ceil(math.log2(len(found) * 1.5 + 1)))
    table, places = np.zeros((slots, 2), np.uint64), np.empty(len(found), np.int64)
    table[:, 0] = kernels.table(found, places, slots)
    table.view(np.float32)[places, 2:] = np.stack([prob, backoff], 1).astype(np.float32)
    return NgramModel(order, lower, table)


@functools.cache
def _special() -> tuple[np.uint64, np.uint64, np.uint64]:
    return _hash(BEGIN), _hash(END), _hash(UNKNOWN)


def _hash(word: str) -> np.uint64:
    return np.uint64(kernels.words(*utf8(pa.array([word], pa.large_string())), False)[0][0])


def _arpa(file: BinaryIO, path: str) -> Iterator[tuple[int, int, str, float, float]]:
    """Yield (line, length, words, log10 probability, log10 backoff) of each entry."""
    length = 0
    for number, raw in enumerate(file, 1):
        line = raw.decode("utf-8", "replace").strip("\r\n")
        if line.startswith("\\"):
            name = line.strip("\\: ").removesuffix("-grams")
            length = int(name) if name.isdigit() else 0
        elif length and line.strip(" \t"):
            parts = line.replace("\t", " ").split(" ")
            try:
                prob = float(parts[0])
                backoff = float(parts[length + 1]) if len(parts) > length + 1 else 0.0
            except ValueError:
                raise _no_arpa(path, number, f"{line[:80]!r} has no numbers where they belong") from None
            yield number, length, " ".join(parts[1 : length + 1]), prob, backoff


def _no_arpa(path: str, line: int, why: str) -> CorpusError:
    return CorpusError(
        "This is no ARPA file.", where=f"{path}, line {line}", why=why,
        fix="lmplz -o 5 < text > model.arpa; a binary needs the library kenlm",
    )
