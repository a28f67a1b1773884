"""Names of languages, short and long, as one: `deu_Latn`, an ISO 639-3 code and a script."""

from __future__ import annotations

import functools
import json
import re
from importlib import resources

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError

_NAME = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}")


def data_file(name: str) -> dict[str, object]:
    """Return the JSON data file `name` of this folder; its `source` says where its facts are from."""
    return dict(json.loads(resources.files("tilth.segment").joinpath(name).read_text("utf-8")))


@functools.cache
def short_names() -> dict[str, str]:
    """Return the full name of each short code: those of fastText's lid.176, of ISO 639-1, and the ISO 639-3 codes of the same languages."""
    short: dict[str, str] = data_file("languages.json")["languages"]  # type: ignore[assignment]
    return {name[:3]: name for name in reversed(short.values())} | short


@functools.cache
def full_name(code: str) -> str:
    """Return the full name of the language `code`: a short code, or a full name itself.

    Of a code that names two languages the one that lid.176 means is taken: `als` is Alemannic; Albanian is `sq` or `als_Latn`.

    Raises RecipeError for a code that is neither known nor full.

    >>> full_name("de"), full_name("deu"), full_name("zh"), full_name("crh_Cyrl")
    ('deu_Latn', 'deu_Latn', 'cmn_Hani', 'crh_Cyrl')
    """
    if _NAME.fullmatch(code):
        return code
    if code not in short_names():
        raise RecipeError(
            f"There is no language {code!r}.", where="segment.full_name", why="it is no short code known here, nor of the form deu_Latn",
            fix="write its ISO 639-3 code and its script, as in 'crh_Cyrl'",
        )
    return short_names()[code]


def script(language: str) -> str:
    """Return the ISO 15924 code of the script of a language.

    >>> script("ja"), script("uzn_Cyrl")
    ('Jpan', 'Cyrl')
    """
    return full_name(language)[4:]


def by_language(languages: pa.Array) -> list[tuple[str, np.ndarray]]:
    """Return (full name, rows int64) of each language in an array of codes; rows without one are in none.

    Raises ValueError for a code that is no language: it is the row's fault, not the recipe's.

    >>> [(name, rows.tolist()) for name, rows in by_language(pa.array(["de", None, "deu_Latn", "fr"]))]
    [('deu_Latn', [0, 2]), ('fra_Latn', [3])]
    """
    codes = pc.dictionary_encode(languages)
    rows: dict[str, list[np.ndarray]] = {}
    places = np.asarray(pc.fill_null(codes.indices, -1))
    for number, code in enumerate(codes.dictionary.to_pylist()):
        try:
            name = full_name(code)
        except RecipeError as error:
            raise ValueError(f"{error.what} {error.fix}") from None
        rows.setdefault(name, []).append(np.flatnonzero(places == number))
    return [(name, np.sort(np.concatenate(found))) for name, found in sorted(rows.items())]
