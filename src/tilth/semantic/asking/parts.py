"""Rows that are asked in several parts, or not at all: the parts of long texts, and the rows where a cell is missing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import pyarrow as pa

from tilth.llm.tokens import pieces
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.ask import answered
from tilth.semantic.asking.question import Question

Split = Callable[[pa.RecordBatch], tuple[pa.RecordBatch, list[int]]]


def answered_in_parts(
    batches: Iterable[pa.RecordBatch], question: Question, split: Split
) -> Iterator[tuple[pa.RecordBatch, list[list[Answer]]]]:
    """Yield each batch with, for each of its rows, the answers of its parts.

    `split` returns what is asked for a batch, and how many of those rows, in order, each row of the batch has.
    """
    taken: deque[tuple[pa.RecordBatch, list[int]]] = deque()

    def feed() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            asked, counts = split(batch)
            taken.append((batch, counts))
            yield asked

    for _, answers in answered(feed(), question):
        batch, counts = taken.popleft()
        left = iter(answers)
        yield batch, [list(islice(left, count)) for count in counts]


def cut(text: str, size: int, overlap: int) -> list[tuple[int, str]]:
    """Return `text` in parts of at most `size` tokens, neighbours sharing `overlap`, each with the place where it starts, in characters.

    >>> cut("one two three four", 3, 1)
    [(0, 'one two three'), (7, ' three four')]
    """
    tokens = pieces(text)
    if len(tokens) <= size:
        return [(0, text)]
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token))
    found = []
    for first in range(0, len(tokens) - overlap, size - overlap):
        last = min(first + size, len(tokens))
        found.append((starts[first], text[starts[first] : starts[last]]))
    return found
