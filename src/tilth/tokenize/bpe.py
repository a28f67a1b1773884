"""Train a byte-level BPE tokenizer on a sample of the corpus."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError
from tilth.op import Fold
from tilth.tokenize import library
from tilth.tokenize.encode import Encode

SAMPLE = pa.schema([("row", pa.uint64()), ("text", pa.large_string())])
EXCERPT = 1 << 18  # characters of one text that can be in the sample: no single document may fill it
RUN = 256  # characters without white space, or of it, that training sees as one word at most
SHORT_RUNS = re.compile(rf"(?:\S{{1,{RUN}}}+(?!\S)|\s{{1,{RUN}}}+(?!\s))*+")
SPECIAL = re.compile(r"<\|[A-Za-z]\w*\|>", re.ASCII)


@dataclass(frozen=True)
class Bpe(Fold):
    """Learn a byte-level BPE tokenizer and become the `Encode` step that uses it.

    `vocab` counts ids: special tokens first (so the first one has id 0), then the 256 bytes, then merges; a pair must occur twice to
    be merged. A corpus too small for that many gives fewer; `vocab_size` in tokens.json is the true number. `sample_bytes` bounds
    the text to train on.

    The state is a bottom-k sample (Cohen and Kaplan, PODC 2007): rows in order of a hash of their address, until their texts reach
    `sample_bytes`, the text that reaches it included. It is mergeable because a row that the whole corpus keeps has less than
    `sample_bytes` before it, so each part keeps it too; and what the parts keep beyond that has at least `sample_bytes` before it.
    (Leaving out the text that crosses the bound would break this: the parts no longer know that it was there.)

    Method: Sennrich, Haddow and Birch, ACL 2016; bytes and no unknown token after GPT-2; trained by the `tokenizers` library, which
    breaks ties by token id and gives the same merges with any number of threads. `tilth.tokenize.pattern` has the pre-tokens.

    Raises RecipeError for a vocabulary that cannot hold the bytes, CorpusError where no text came.

    >>> Bpe(vocab=100)
    Traceback (most recent call last):
    ...
    tilth.errors.RecipeError: The vocabulary is too small.
      where: tokenize.Bpe(vocab=100)
      why:   each of the 256 bytes needs an id, and each special token (1)
      fix:   tokenize.Bpe(vocab=257) at least; 32_000 is usual
    """

    vocab: int = 32_000
    sample_bytes: int = 100_000_000
    special: tuple[str, ...] = ("<|endoftext|>",)

    def __post_init__(self) -> None:
        least = 256 + len(self.special)
        if self.vocab < least:
            raise RecipeError(
                "The vocabulary is too small.", where=f"tokenize.Bpe(vocab={self.vocab})",
                why=f"each of the 256 bytes needs an id, and each special token ({len(self.special)})",
                fix=f"tokenize.Bpe(vocab={least}) at least; 32_000 is usual",
            )
        if self.sample_bytes < 1:
            raise RecipeError("There is nothing to train on.", where="tokenize.Bpe(sample_bytes=...)", fix="sample_bytes=100_000_000")
        for token in self.special:
            if not SPECIAL.fullmatch(token) or self.special.count(token) > 1:
                raise RecipeError(
                    f"{token!r} cannot be a special token.", where="tokenize.Bpe(special=...)",
                    why="merges of ordinary text could spell it, or it is given twice", fix="special=('<|endoftext|>', '<|name|>')",
                )

    @property
    def reads(self) -> tuple[str, ...]:
        return ("row", "text")

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows, in order of address: `row` (uint64) and `text` (large_string, its first EXCERPT characters)."""
        texts = pc.utf8_slice_codeunits(batch["text"], 0, EXCERPT)
        seen = pa.table([batch["row"], texts], schema=SAMPLE).filter(pc.greater(pc.binary_length(texts), 0))
        return self._bottom(seen if _rises(seen["row"]) else seen.sort_by("row"))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        both = pa.concat_tables([a, b])  # copies nothing, so that states in order of address cost little until the bound is reached
        return self._bottom(both if not len(a) or not len(b) or a["row"][-1].as_py() < b["row"][0].as_py() else both.sort_by("row"))

    def finish(self, state: pa.Table) -> list[Encode]:
        if not len(state):
            raise CorpusError.empty("tokenize.Bpe", why="no row with any text reached it")
        tokenizer = library.blank()
        trainer = library.tokenizers().trainers.BpeTrainer(
            vocab_size=self.vocab, min_frequency=2, special_tokens=list(self.special), show_progress=False,
            initial_alphabet=library.tokenizers().pre_tokenizers.ByteLevel.alphabet(),
        )
        with library.threads(many=True):  # everything waits for this one task
            tokenizer.train_from_iterator(_pieces(state["text"]), trainer)
        if tokenizer.get_vocab_size() < self.vocab:
            logging.getLogger(__name__).info("the sample has text for %d of %d tokens", tokenizer.get_vocab_size(), self.vocab)
        return [Encode(tokenizer.to_str().encode())]

    def _bottom(self, seen: pa.Table) -> pa.Table:
        """Return the rows of lowest rank that have less than `sample_bytes` of text before them, still in order of address."""
        if seen["text"].nbytes < self.sample_bytes:  # a little more than the text alone, and known at once
            return seen
        sizes = pc.binary_length(seen["text"]).to_numpy()
        order = np.argsort(_rank(seen["row"].to_numpy()))
        before = np.cumsum(sizes[order]) - sizes[order]
        return seen.take(np.sort(order[: np.searchsorted(before, self.sample_bytes)]))


def _rises(rows: pa.ChunkedArray) -> bool:
    numbers = rows.to_numpy()
    return bool((numbers[1:] > numbers[:-1]).all())


def _rank(rows: np.ndarray) -> np.ndarray:
    """Return a hash of each address (SplitMix64's finaliser, Steele et al. 2014): one to one, so no two rows tie."""
    x = rows + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _pieces(texts: pa.ChunkedArray) -> Iterator[list[str]]:
    """Yield the texts, cut inside longer runs: each merge walks every word it is in, and one of ten million would take hours."""
    for chunk in texts.chunks:
        for text in chunk:
            whole = text.as_py()
            cuts = [0, *_cuts(whole), len(whole)]
            yield [whole[a:b] for a, b in pairwise(cuts)]


def _cuts(text: str) -> Iterator[int]:
    at = 0
    while (short := SHORT_RUNS.match(text, at)) and short.end() < len(text):
        at = short.end() + RUN
        yield at
