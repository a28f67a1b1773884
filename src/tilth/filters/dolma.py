"""dolma's chain of Gopher rules, as its released configurations for Common Crawl have it."""

from __future__ import annotations

from tilth.filters.gopher_dolma import Limits, quality_rules, repetition_rules
from tilth.filters.gopher_quality import GOPHER_STOP_WORDS, GopherQuality
from tilth.filters.gopher_repetition import DUP_N_GRAMS, GopherRepetition
from tilth.op import Op


def dolma(
    variant: str = "dolma", dup_line_frac: float | None = 0.3, dup_line_char_frac: float | None = 0.3, top_n_grams: Limits = (),
    dup_n_grams: Limits = DUP_N_GRAMS, stop_words: tuple[str, ...] = GOPHER_STOP_WORDS,
) -> list[Op]:
    """Return the steps that measure and drop what dolma v1.5 and v1.6 dropped by Gopher's rules; "dolma_v2" ignores empty lines.

    Released: 0.3 for `dup_line_char_frac`, where Gopher has 0.2; and no limit on the most common n-gram, because the configurations
    name attributes that the taggers do not write. `top_n_grams=((2, 0.20), (3, 0.18), (4, 0.16))` is what they meant.

    Source: dolma 1.2.1 (Apache-2.0), configs/dolma-v1_6/mixing/cc-head.yaml of its repository.

    >>> [type(step).__name__ for step in dolma()][:3], len(dolma())
    (['GopherQuality', 'GopherRepetition', 'Filter'], 19)
    """
    measures = [GopherQuality(variant, tuple(stop_words)), GopherRepetition(variant)]
    repetition = repetition_rules(
        dup_line_frac=dup_line_frac, dup_line_char_frac=dup_line_char_frac, top_n_grams=top_n_grams, dup_n_grams=dup_n_grams
    )
    return [*measures, *quality_rules(), *repetition]
