"""What steps that measure words do for a language: split its words, count over them; and each row in its own language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.errors import RecipeError
from tilth.kernels import text_counts
from tilth.kernels.text_given import measure_given
from tilth.op import Op, fail, put
from tilth.segment.languages import by_language, full_name
from tilth.segment.words import SPLITTERS, split_words


def count(
    texts: pa.Array, wants: int, language: str, splitter: str, short_line: int = 0, stop_words: tuple[str, ...] = ()
) -> np.ndarray:
    """Return int64[documents, COUNTS] of `kernels.text_counts`, over the words of this language as this splitter finds them.

    >>> count(pa.array(["zwei Wörter"]), text_counts.QUALITY, "de", "tilth")[:, text_counts.WORDS].tolist()
    [2]
    """
    if is_english(language, splitter):
        return text_counts.measure(texts, wants, short_line=short_line, stop_words=stop_words).counts
    return measure_given(texts, split_words(texts, language, splitter), wants, short_line, stop_words)


def is_english(language: str | None, splitter: str) -> bool:
    """Return whether words are those of datatrove in English, which the kernels split as they count."""
    return language is not None and splitter == "datatrove" and full_name(language) == "eng_Latn"


def each_language(batch: pa.RecordBatch, step_for: Callable[[str], Op | None]) -> pa.RecordBatch:
    """Return `batch` with the columns that `step_for(language)` adds to the rows of each language of its column `lang`.

    Null for rows without a language, and for languages for which there is no step; for "" it must be one that shows the columns. Rows in
    a language that the splitter refuses have its refusal as their `error`.
    """
    texts, places, parts = batch.select(["text"]), np.full(len(batch), -1, np.int64), list[pa.RecordBatch]()
    measured = 0
    for name, rows in by_language(batch["lang"]):
        step = step_for(name)
        if step is None:
            continue
        try:
            parts.append(step.apply(texts.take(pa.array(rows))))
        except RecipeError as error:
            batch = _refused(batch, rows, f"{error.what} {error.why}: {error.fix}")
            continue
        places[rows] = measured + np.arange(len(rows))
        measured += len(rows)
    parts.append(step_for("").apply(texts.slice(0, 0)))  # type: ignore[union-attr]  # so that there are columns where there are no rows
    whole, taken = pa.Table.from_batches(parts).combine_chunks(), pa.array(places, mask=places < 0)
    for name in whole.schema.names[1:]:
        column = whole[name].combine_chunks().take(taken) if len(whole) else pa.nulls(len(batch), whole[name].type)
        batch = put(batch, name, column)
    return batch


def _refused(batch: pa.RecordBatch, rows: np.ndarray, why: str) -> pa.RecordBatch:
    broken = np.zeros(len(batch), np.bool_)
    broken[rows] = True
    return fail(batch, pa.array(broken), pa.array([why] * len(batch), pa.large_string()))


def check_language(step: Any) -> None:
    """Raise RecipeError unless the step's `language` (None: each row's own) and `splitter` exist and its variant knows them."""
    if step.language is not None:
        full_name(step.language)
    if step.splitter not in SPLITTERS:
        raise RecipeError(
            f"There is no splitter {step.splitter!r}.", where=repr(step), why=f"there are: {', '.join(SPLITTERS)}", fix='splitter="tilth"'
        )
    if step.variant != "datatrove" and not is_english(step.language, step.splitter):
        raise RecipeError(
            f"The variant {step.variant!r} splits all languages alike.", where=repr(step), why="it knows no language and no splitter",
            fix='variant="datatrove"',
        )  # fmt: skip
