"""FineWeb's own rules as counts over the lines of a page.

Source of the measures: Penedo et al. 2024 (FineWeb, arXiv 2406.17557), as datatrove's FineWebQualityFilter (Apache-2.0) counts them.
"""

from __future__ import annotations

from tilth.kernels.arrow import Bytes
from tilth.kernels.jit import kernel
from tilth.kernels.spacy_rules import Language
from tilth.kernels.spacy_table import Totals
from tilth.kernels.text_bytes import code_point, last_code_point
from tilth.kernels.text_classes import TERMINAL
from tilth.kernels.text_repeats import P_BLANK, P_CHARS, P_END, P_HASH, P_START, Table, hash_pieces, number_of, slots_for


@kernel(allocates=False)
def fold_fineweb(
    text: Bytes, language: Language, pieces: Table, first: int, last: int, word_count: int, short_line: int, table: Table, base: int,
    found: Totals,
) -> int:
    """Write FineWeb's counts of the lines of `text`, which are `pieces`; returns the next free number for `table`."""
    found[:7] = 0
    found[5], found[6] = max(0, last - first - 1), word_count
    hash_pieces(text, pieces, first, last)
    mask, fresh = slots_for(last - first) - 1, base
    for row in range(first, last):
        chars = pieces[row, P_CHARS]
        found[4] += chars
        if pieces[row, P_BLANK]:
            continue
        found[0] += 1
        end = last_code_point(text, pieces[row, P_START], pieces[row, P_END])
        found[1] += 1 if language[code_point(text, end)] & TERMINAL else 0
        found[2] += chars <= short_line
        if number_of(table, mask, pieces[row, P_HASH], base, fresh) == fresh:
            fresh += 1
        else:
            found[3] += chars
    return fresh
