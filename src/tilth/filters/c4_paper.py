"""C4's rules as the code that made C4 has them: words counted after citations are cut out, and ' no end mark.

Source: tensorflow_datasets 4.9.10 (Apache-2.0), text/c4_utils.py: `is_valid_length` and `clean_page`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.filters.signals import filters
from tilth.kernels import c4_paper
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.text_classes import classes
from tilth.rules import Filter

LONGEST_PAGE = 190_000


def clean(texts: pa.Array, settings: tuple[int, ...]) -> tuple[pa.Array, dict[str, pa.Array]]:
    """Return the cleaned texts and the columns; `settings` are those of C4. Lines are counted up to the one that drops a page.

    >>> clean(pa.array(["Home\\nHere are five words now.[1]"]), (1, 1, 5, 1000, 1, 1, 1, 1))[0].to_pylist()
    ['Here are five words now.']
    """
    counts, ends, data = c4_paper.clean(*utf8(texts), classes(), c4_paper.abbreviations(), np.array(settings))
    return strings(ends, data), {
        "c4_chars": pc.fill_null(pc.utf8_length(texts), 0).cast(pa.int64()),
        "c4_sentences": pa.array(counts[:, c4_paper.SENTENCES]),
        "c4_lines": pa.array(counts[:, c4_paper.LINES]),
        "c4_lines_kept": pa.array(counts[:, c4_paper.KEPT_LINES]),
        "c4_lorem_ipsum": pa.array(counts[:, c4_paper.LOREM] > 0),
        "c4_curly_bracket": pa.array(counts[:, c4_paper.CURLY] > 0),
    }


def rules(min_num_sentences: int | None = 3) -> list[Filter]:
    """Return the rules about pages in the order of the code; None leaves the last one out."""
    return [
        Filter(f"c4_chars <= {LONGEST_PAGE}", "too_long"), Filter("not c4_lorem_ipsum", "lorem_ipsum"),
        Filter("not c4_curly_bracket", "curly_bracket"), *filters([("c4_sentences >=", min_num_sentences, "too_few_sentences")]),
    ]
