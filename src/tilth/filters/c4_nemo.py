"""C4's rules as NeMo Curator has them: about whole pages, with no line cut out.

Source: NeMo Curator 1.4.0 (Apache-2.0), stages/text/filters/heuristic/string.py: BoilerPlateStringFilter, PunctuationFilter and
LongWordFilter; limits from config/text/heuristic_filter_english_pipeline.yaml.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.filters.signals import filters, ratio
from tilth.kernels import nemo
from tilth.kernels.arrow import utf8
from tilth.kernels.letters import letters
from tilth.rules import Filter


def clean(texts: pa.Array) -> tuple[pa.Array, dict[str, pa.Array]]:
    """Return the texts as they are, and the columns.

    >>> clean(pa.array(["Read on.\\n\\nOur privacy policy"]))[1]["c4_boilerplate_ratio"].to_pylist()
    [0.5]
    """
    counts = nemo.pages(*utf8(texts), letters())
    boilerplate = np.where(counts[:, nemo.LOREM] > 0, counts[:, nemo.PARAGRAPHS], counts[:, nemo.BOILERPLATE])
    longest = counts[:, nemo.LONGEST_WORD]
    return texts, {
        "c4_boilerplate_ratio": ratio(boilerplate, counts[:, nemo.PARAGRAPHS]),
        "c4_no_end_mark_ratio": ratio(counts[:, nemo.NO_END_MARK], counts[:, nemo.LINES]),
        "c4_longest_word": pa.array(longest, mask=longest == 0),
    }


def rules(min_num_sentences: int | None = None) -> list[Filter]:
    """Return the rules in NeMo Curator's order, with its filters' names as reasons; no sentences are counted, so none can be too few."""
    return filters([
        ("c4_boilerplate_ratio <=", 0.4, "boilerplate_string_ratio"),
        ("c4_no_end_mark_ratio <=", 0.85, "punctuation"),
        ("c4_longest_word <=", 1000, "max_word_length"),
    ])
