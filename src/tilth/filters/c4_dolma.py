"""C4's rules as dolma's tagger c4_v2 and its mixer have them: marks of whole pages, and lines cut out. Its list of bad words is not held.

Source: dolma 1.2.1 (Apache-2.0), taggers/c4.py, and configs/c4-replication/mixer.yaml of its repository.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.kernels import c4_dolma
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.text_classes import classes
from tilth.rules import Filter


def clean(texts: pa.Array, settings: tuple[int, ...]) -> tuple[pa.Array, dict[str, pa.Array]]:
    """Return the texts of the lines kept, and the columns; of C4's `settings`, terminal marks and fewest words are heeded.

    >>> clean(pa.array(["Home\\nA short line.\\n"]), (1, 1, 3, 1000, 1, 1, 1, 1))[0].to_pylist()
    ['A short line.\\n']
    """
    counts, ends, data = c4_dolma.clean(*utf8(texts), classes(), np.array(settings))
    return strings(ends, data), {
        "c4_lines": pa.array(counts[:, c4_dolma.LINES]),
        "c4_lines_kept": pa.array(counts[:, c4_dolma.KEPT_LINES]),
        "c4_lorem_ipsum": pa.array(counts[:, c4_dolma.LOREM] > 0),
        "c4_curly_bracket": pa.array(counts[:, c4_dolma.CURLY] > 0),
        "c4_javascript": pa.array(counts[:, c4_dolma.JAVASCRIPT] > 0),
    }


def rules(min_num_sentences: int | None = None) -> list[Filter]:
    """Return the rules about pages in the order of the configuration; no sentences are counted, so none can be too few."""
    return [
        Filter("not c4_curly_bracket", "has_curly_brace"), Filter("not c4_lorem_ipsum", "has_lorem_ipsum"),
        Filter("not c4_javascript", "has_javascript"),
    ]
