"""Whitespace made plain: line ends, trailing spaces, runs of blank lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.kernels.arrow import strings, utf8
from tilth.kernels.whitespace import tidy
from tilth.op import Op, put


@dataclass(frozen=True)
class Whitespace(Op):
    """Make line ends LF, cut spaces and tabs at the end of lines, keep at most `blank_lines` empty lines in a row and none at either end.

    A no-break space (U+00A0) becomes a space: pages are full of them for layout, and where they stand for spaces between words, language
    identification and word counts see one long word. Indentation and spaces within lines stay, so code survives.

    >>> Whitespace().apply(pa.record_batch({"text": ["\\r\\n one  \\r\\n\\n\\n\\n\\ntwo\\t\\n"]})).to_pydict()
    {'text': [' one\\n\\n\\ntwo']}
    """

    version = 2

    blank_lines: int = 2

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        text = batch["text"]
        offsets, data = utf8(text)
        new_offsets, new_data = tidy(offsets, data, self.blank_lines)
        if len(new_data) == offsets[-1] - offsets[0] and not (data[offsets[0] : offsets[-1]] != new_data).any():
            return batch
        tidied = strings(new_offsets, new_data)
        return put(batch, "text", _with_nulls(tidied, text) if text.null_count else tidied)


def _with_nulls(values: pa.LargeStringArray, like: pa.Array) -> pa.Array:
    valid = pa.array(np.asarray(like.is_valid())).buffers()[1]
    return pa.Array.from_buffers(pa.large_string(), len(values), [valid, *values.buffers()[1:]])
