"""Where a quote stands in a text, in characters: a model's evidence is looked up and not believed."""

from __future__ import annotations

import re


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Return (start, end) of `quote` in `text`, in characters; None where it is not there.

    It is looked for as it is, and then without regard to case and the lengths of white space. Where it occurs more than once, the first
    place counts that cuts no word in two.

    >>> find_quote("In 1912, at  12 noon", "12"), find_quote("It\\nSANK  fast", "it sank fast"), find_quote("It sank", "it floats")
    ((13, 15), (0, 13), None)
    """
    quote = quote.strip()
    if not quote:
        return None
    exact = _whole_words_first([(found.start(), found.end()) for found in re.finditer(re.escape(quote), text)], text)
    if exact:
        return exact
    folded, places = _folded(text)
    wanted, _ = _folded(quote)
    spans = [(places[found.start()], places[found.end() - 1] + 1) for found in re.finditer(re.escape(wanted), folded)]
    return _whole_words_first(spans, text)


def _whole_words_first(spans: list[tuple[int, int]], text: str) -> tuple[int, int] | None:
    whole = (span for span in spans if not _inside_word(text, span[0]) and not _inside_word(text, span[1]))
    return next(whole, spans[0] if spans else None)


def _inside_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without case and with single spaces, and for each of its characters the place in `text` that it comes from."""
    made: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        signs = " " if sign.isspace() else sign.casefold()
        if signs == " " and made and made[-1] == " ":
            continue
        made += signs
        places += [place] * len(signs)
    return "".join(made), places
