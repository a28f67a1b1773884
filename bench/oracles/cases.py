"""Texts that probe every rule at, below and above its threshold, and every known quirk; all written or generated here."""

from __future__ import annotations

import character_cases
import gopher_cases
import line_cases

FAMILIES = (
    character_cases.short, character_cases.whitespace, gopher_cases.lengths, gopher_cases.averages, gopher_cases.symbols,
    gopher_cases.bullets, gopher_cases.ellipses, gopher_cases.letters, gopher_cases.stop_words, gopher_cases.same_lines,
    gopher_cases.same_paragraphs, gopher_cases.top_grams, gopher_cases.repeated_grams, line_cases.c4_lines, line_cases.c4_pages,
    line_cases.c4_sentences, line_cases.fineweb, character_cases.unicode, character_cases.tokens, character_cases.languages,
    character_cases.addresses, character_cases.broken_text, character_cases.every_character,
    character_cases.similar, character_cases.mixed,
)


def cases() -> dict[str, str]:
    """Return every case as name -> text, in a fixed order; names are `family/what`."""
    out: dict[str, str] = {}
    for family in FAMILIES:
        for name, text in family():
            key = f"{family.__name__}/{name}"
            if key in out:
                raise ValueError(f"two cases are called {key!r}")
            out[key] = text
    return out
