"""What a text and the items of evaluation sets have in common, word for word."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import orjson
import pyarrow as pa

from tilth.decontaminate.items import Items, unpack
from tilth.dedup.normalise import Table, table_of
from tilth.errors import RecipeError
from tilth.kernels import overlap as kernels
from tilth.kernels.arrow import utf8
from tilth.kernels.normalise import ALONE, DROP, SPACE, WORD
from tilth.kernels.units import kinds
from tilth.op import Op, put
from tilth.tokenize.places import placed

FOUND = "contamination"
SHARE = "contamination_item_share"
HIT = pa.struct([
    ("item", pa.int64()), ("set", pa.large_string()), ("id", pa.large_string()), ("kind", pa.large_string()), ("share", pa.float64()),
    ("start", pa.int64()), ("end", pa.int64()), ("first", pa.int64()), ("last", pa.int64()), ("text", pa.large_string()),
])  # fmt: skip
PARTS = ("all", "answer", "touching", "question")
LEAST, MOST = 8, 13  # GPT-3's bounds of n where the length of items sets it
NAMED = 100  # items that an n-gram names: one that more have says little of any
_EXCERPT = 200  # bytes of a stretch that is shown


@dataclass(frozen=True)
class Overlap(Op):
    """Add what each text shares with test items, in stretches of `least` words that begin with `n` equal ones and skip at most `skips`.

    - `contamination` (list of structs, null where there is none), a struct an item and stretch, by place: number of the `item` (of its
      row in the evaluation set), its `set` and `id`, `kind` "ngram", `share` (float64: the part of the item's words that this stretch
      has), `start` and `end` (int64: bytes of the text, end excluded), `first` and `last` (words of the item), `text` (as it stands there).
    - `contamination_share` (float64): the part of the text's words that items have too.
    - `contamination_item_share` (float64): the largest part that it has of one item, and `contamination_item` (int64) the number of that.

    Words are in lower case and without punctuation (GPT-3); with a `tokenizer` (the bytes of a tokenizer.json) all that is said of words
    holds of its tokens, of the text as it stands. `n` 0: of each set the 5th percentile of its items' lengths, from 8 to 13.
    `part`: of which stretches the first n words count: "all" of question and answer together, in the "answer", "touching" the answer,
    in the "question". An item of fewer than n words is never found; an n-gram of more than 100 items names the first 100.
    `items` is what `NGrams` learns; `ignore` n-grams by hash (uint64) that tell nothing.

    Raises RecipeError on lengths and parts that cannot be.

    Source: Brown et al. 2020 (GPT-3), appendix C; Touvron et al. 2023 (Llama 2), appendix A.6, for stretches that skip words.

    >>> Overlap(b"", n=3).reads
    ('text',)
    """

    items: bytes
    n: int = 13
    least: int = 0
    skips: int = 0
    part: str = "all"
    ignore: bytes = b""
    tokenizer: bytes = b""

    def __post_init__(self) -> None:
        if self.n < 0 or self.n == 1 or self.skips < 0 or self.least < 0 or self.part not in PARTS:
            raise RecipeError(
                "This is no overlap of n-grams.", where=repr(self),
                why=f"n is 0 (by the length of items) or at least 2, skips and least are not negative, part is one of {', '.join(PARTS)}",
                fix="decontaminate.NGrams(n=13)",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def found(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return int64[m, 7] (columns of `kernels.overlap`), and of each text how many words it has, and how many that items have."""
        look, arrays = self._looking(texts)
        parts, counts, inside = [np.empty((0, kernels.COLUMNS), np.int64)], np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int64)
        for n, index in indexes(self.items, self.n, self.part, self.ignore, self.tokenizer):
            spans, counts, covered = look(*arrays, index, n, max(n, self.least), self.skips)
            parts.append(spans)
            inside = np.maximum(inside, covered)  # of sets with other lengths: at least
        spans = np.concatenate(parts)
        if self.tokenizer:
            _fit(spans, utf8(texts)[1])
        return spans[np.lexsort((spans[:, kernels.FIRST], spans[:, kernels.START], spans[:, kernels.ROW]))], counts, inside

    def _looking(self, texts: pa.Array) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """The kernel that looks, and what it reads of the texts."""
        if not self.tokenizer:
            return kernels.overlaps, (*utf8(texts), *_words_table()[:3])
        ends, ids, starts, stops = placed(texts, self.tokenizer)
        return kernels.token_overlaps, (ends, kernels.token_hashes(ids), starts, stops)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        spans, counts, inside = self.found(batch["text"])
        row, item, start, end, first, last, matched = spans.T
        starts = sizes(self.items, self.tokenizer)
        offsets, data = utf8(batch["text"])
        share = matched / np.diff(starts)[item]
        places = zip(start.tolist(), np.minimum(end, start + _EXCERPT).tolist(), strict=True)
        texts = [data[a:b].tobytes().decode("utf-8", "ignore") for a, b in places]
        hits = hits_of(unpack(self.items), item, "ngram", share, start - offsets[row], end - offsets[row],
                       first - starts[item], last - starts[item], texts)  # fmt: skip
        return told(batch, row, hits, item, _most(row, item, first, last, starts), inside / np.maximum(1, counts))

    def __repr__(self) -> str:
        unit = f", tokenizer of {len(self.tokenizer)} bytes" if self.tokenizer else ""
        return f"Overlap({len(self.items)} bytes, n={self.n}, least={self.least}, skips={self.skips}, part={self.part!r}{unit})"


def _fit(spans: np.ndarray, data: np.ndarray) -> None:
    """Widen spans that begin or end inside a character, as tokens of bytes may, to the whole of it."""
    for at, step, end in ((kernels.START, -1, 0), (kernels.END, 1, len(data))):
        for _ in range(3):
            place = spans[:, at]
            inside = place != end
            inside[inside] = data[place[inside]] & 0xC0 == 0x80
            place[inside] += step


def hits_of(
    items: Items, item: np.ndarray, kind: str, share: np.ndarray, start: np.ndarray, end: np.ndarray, first: np.ndarray, last: np.ndarray,
    texts: list[str],
) -> pa.StructArray:
    """Return what was found, as structs (HIT); places below 0 are null."""
    which = pa.array(item, pa.int64())
    said = [items.set.take(which), items.id.take(which), pa.array([kind] * len(item), pa.large_string()), pa.array(share, pa.float64())]
    places = [pa.array(values, pa.int64(), mask=values < 0) for values in (start, end, first, last)]
    columns = [which, *said, *places, pa.array(texts, pa.large_string())]
    return pa.StructArray.from_arrays(columns, fields=list(HIT))


def given(batch: pa.RecordBatch) -> pa.Array:
    """Return the column `contamination`, also where a reader gave its lists as JSON text (a corpus that an earlier run marked)."""
    values = batch[FOUND]
    if not pa.types.is_large_string(values.type):
        return values
    return pa.array([None if value is None else orjson.loads(value) for value in values.to_pylist()], pa.large_list(HIT))


def told(
    batch: pa.RecordBatch, row: np.ndarray, hits: pa.StructArray, item: np.ndarray, share: np.ndarray, inside: np.ndarray
) -> pa.RecordBatch:
    """Return `batch` with the columns of hits that are sorted by `row`; `share` is the part of the `item` that its text has."""
    many = np.bincount(row, minlength=len(batch))
    found = pa.LargeListArray.from_arrays(pa.array(np.append(0, np.cumsum(many))), hits, mask=pa.array(many == 0))
    order = np.lexsort((-item, share, row))
    best, most = np.full(len(batch), -1, np.int64), np.zeros(len(batch))
    best[row[order]], most[row[order]] = item[order], share[order]
    batch = put(put(batch, FOUND, found), "contamination_share", pa.array(inside))
    return put(put(batch, SHARE, pa.array(most)), "contamination_item", pa.array(best, mask=many == 0))


def _most(row: np.ndarray, item: np.ndarray, first: np.ndarray, last: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return for each stretch the part of its item's words that all stretches of its row and item have together (skipped ones too)."""
    order = np.lexsort((first, item, row))
    row, item, first, last = (values[order] for values in (row, item, first, last))
    new = np.append(True, (row[1:] != row[:-1]) | (item[1:] != item[:-1]))[: len(row)]
    group = np.cumsum(new) - 1
    words = np.zeros(int(group[-1]) + 1 if len(group) else 0, np.int64)
    seen = -1
    for g, begins, a, b in zip(group.tolist(), new.tolist(), first.tolist(), last.tolist(), strict=True):
        seen = a if begins else max(seen, a)
        words[g] += max(0, b - seen)
        seen = max(seen, b)
    share = np.empty(len(row))
    share[order] = words[group] / np.diff(starts)[item]
    return share


@functools.lru_cache(maxsize=4)
def _read(items: bytes, tokenizer: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of packed items (where the words of each begin int64[n + 1], where its answer's do int64[n], hashes uint64[*])."""
    found = unpack(items)
    return joined(*(_words(texts, tokenizer) for texts in (found.question, found.answer)))


def _words(texts: pa.Array, tokenizer: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return the words of each text, or its tokens: (offsets int64[n + 1], hashes uint64[*])."""
    if not tokenizer:
        return cast("tuple[np.ndarray, np.ndarray]", kernels.words(*utf8(texts), *_words_table()[:3]))
    found = placed(texts, tokenizer)
    return found.ends, kernels.token_hashes(found.ids)


def joined(questions: tuple[np.ndarray, np.ndarray], answers: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the words of each question with those of its answer behind: (starts int64[n + 1], of answers int64[n], hashes uint64[*])."""
    (ends, asked), (answer_ends, answered) = questions, answers
    starts = ends + answer_ends
    answer_starts = starts[:-1] + np.diff(ends)
    hashes = np.empty(int(starts[-1]), np.uint64)
    hashes[np.arange(len(asked)) + np.repeat(answer_ends[:-1], np.diff(ends))] = asked
    hashes[np.arange(len(answered)) + np.repeat(ends[1:], np.diff(answer_ends))] = answered
    return starts, answer_starts, hashes


def sizes(items: bytes, tokenizer: bytes = b"") -> np.ndarray:
    """Return where the words, or tokens, of each item begin, int64[n + 1]."""
    return _read(items, tokenizer)[0]


@functools.lru_cache(maxsize=4)
def indexes(items: bytes, n: int, part: str, ignore: bytes, tokenizer: bytes = b"") -> tuple[tuple[int, kernels.Index], ...]:
    """Return (n, index) for each n that some set asks for."""
    starts, answers, hashes = _read(items, tokenizer)
    if n:
        return ((n, index_of(starts, answers, hashes, n, part, np.ones(len(answers), np.bool_), ignore)),)
    of_set = np.asarray(unpack(items).set.dictionary_encode().indices)
    wanted = np.zeros(len(answers), np.int64)
    for number in np.unique(of_set):
        mine = of_set == number
        wanted[mine] = min(MOST, max(LEAST, int(np.percentile(np.diff(starts)[mine], 5))))
    return tuple((int(each), index_of(starts, answers, hashes, int(each), part, wanted == each, ignore)) for each in np.unique(wanted))


def index_of(
    starts: np.ndarray, answers: np.ndarray, hashes: np.ndarray, n: int, part: str, which: np.ndarray, ignore: bytes, named: int = NAMED
) -> kernels.Index:
    """Return the index of the n-grams of items: `starts` int64[items + 1] and `answers` int64[items] are places in `hashes`."""
    counts = np.diff(starts)
    item = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    ends, at, answer = starts[1:][item], np.arange(len(hashes)), answers[item]
    fits = (at + n <= ends) & which[item]
    fits &= {"all": True, "answer": at >= answer, "touching": at + n > answer, "question": at + n <= answer}[part]
    places = np.flatnonzero(fits)
    grams = kernels.grams_of(hashes, places, n)
    order = np.argsort(grams, kind="stable")
    grams, places = grams[order], places[order]
    new = np.flatnonzero(np.append(True, grams[1:] != grams[:-1])[: len(grams)])
    rank = np.arange(len(grams)) - np.repeat(new, np.diff(np.append(new, len(grams))))
    keep = rank < named
    if ignore:
        keep &= ~np.isin(grams, np.frombuffer(ignore, np.uint64))
    grams, places = grams[keep], places[keep]
    first = np.flatnonzero(np.append(True, grams[1:] != grams[:-1])[: len(grams)])
    seeds = np.zeros(len(hashes), np.bool_)
    seeds[places] = True
    size = 1 << max(10, int(2 * len(first)).bit_length())
    each = grams[first]
    return kernels.Index(hashes, item, ends, seeds, each, np.append(first, len(grams)), places, *kernels.slots_of(each, size))


@functools.cache
def _words_table() -> Table:
    """What GPT-3 compares: letters in lower case; punctuation and symbols fall away, white space parts words."""

    def kind(letter: str, category: str) -> int:
        if letter.isspace():
            return SPACE
        if category[0] in "PSC":
            return DROP
        return ALONE if category[0] == "L" and kinds()[ord(letter)] == 0 else WORD

    table = table_of(kind, str.lower)
    ideographs = table.entries[0x20000:0x40000]
    ideographs[ideographs == 0] = ALONE << 29
    return table
