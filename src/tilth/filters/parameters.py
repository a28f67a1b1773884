"""Thresholds and stop words a language: as bytes that a step can hold, and read from a folder of FineWeb-2's configurations."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import yaml

from tilth.errors import RecipeError
from tilth.segment.languages import full_name

MOST_STOP_WORDS = 10_000

LIMITS: dict[str, float] = {  # each threshold of a language, and the value that nothing fails: where a language has none
    "language_score": -math.inf, "dup_line_frac": math.inf,
    **{f"top_{n}_gram": math.inf for n in range(2, 5)}, **{f"dup_{n}_gram": math.inf for n in range(5, 11)},
    "line_punct_thr": -math.inf, "new_line_ratio": math.inf, "min_avg_word_length": -math.inf, "max_avg_word_length": math.inf,
    "max_non_alpha_words_ratio": -math.inf,
}  # fmt: skip
_OFF_AT_ZERO = ("dup_line_frac", "min_avg_word_length", "max_avg_word_length", "max_non_alpha_words_ratio")  # as datatrove takes a 0


class LanguageParameters(NamedTuple):
    """What rules need to know of one language; `limits` are some of LIMITS."""

    stop_words: tuple[str, ...]
    limits: dict[str, float]


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # as safe, and ten times as fast

Table = Mapping[str, LanguageParameters]


@functools.lru_cache(8)
def parameters(blob: bytes) -> Table:
    """Return the parameters of each language, by its full name. Raises RecipeError for bytes that `blob_of` did not make.

    >>> parameters(blob_of({"deu_Latn": LanguageParameters(("der", "und"), {"dup_line_frac": 0.263})}))["deu_Latn"].stop_words
    ('der', 'und')
    """
    try:
        return {name: _checked(name, each["stop_words"], each["limits"]) for name, each in orjson.loads(blob).items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RecipeError(
            "These are no parameters of languages.", where="parameters", why=f"{type(error).__name__}: {error}",
            fix='filters.fineweb2_parameters("configs")',
        ) from None  # fmt: skip


def blob_of(table: Table) -> bytes:
    """Return a table as bytes, the same for equal tables."""
    plain = {name: {"stop_words": each.stop_words, "limits": each.limits} for name, each in table.items()}
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def fineweb2_parameters(folder: str, languages: Iterable[str] = ()) -> bytes:
    """Return the parameters in a folder of files as FineWeb-2 publishes them, `deu_Latn.yml` and so on; all, or those of `languages`.

    Source: Penedo et al. 2025 (FineWeb2, arXiv 2506.20920), `configs/` of its repository huggingface/fineweb-2. As in datatrove, 0 leaves
    the rules on lines, lengths and letters out.

    Raises RecipeError for a file that is not one of them, a language without one, a folder without any.
    """
    names = [full_name(language) for language in languages]
    paths = [Path(folder, f"{name}.yml") for name in names] or sorted(Path(folder).glob("*_*.yml"))
    if not paths or not all(path.is_file() for path in paths):
        missing = next((str(path) for path in paths if not path.is_file()), f"{folder}/*_*.yml")
        raise RecipeError("There are no parameters.", where=missing, why="no such file", fix="give the folder `configs` of FineWeb-2")
    return blob_of({path.stem: _read(path) for path in paths})


def _read(path: Path) -> LanguageParameters:
    try:
        content = yaml.load(path.read_text("utf-8"), _LOADER)
        limits = {name: content[name] for name in LIMITS if name in content}
        limits |= {f"{kind}_{n}_gram": most for kind in ("top", "dup") for n, most in content[f"{kind}_n_grams"]}
        limits = {name: most for name, most in limits.items() if most != 0 or name not in _OFF_AT_ZERO}
        return _checked(path.stem, content["stopwords"], limits)
    except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError) as error:
        raise RecipeError(
            "The parameters of a language cannot be read.", where=str(path), why=" ".join(f"{type(error).__name__}: {error}".split()),
            fix="see configs/deu_Latn.yml of FineWeb-2 for the form",
        ) from None  # fmt: skip


def _checked(name: str, stop_words: Any, limits: Any) -> LanguageParameters:
    """Return these as parameters; raises ValueError where they are of another form."""
    if full_name(name) != name:
        raise ValueError(f"{name!r} is not of the form deu_Latn")
    if not isinstance(stop_words, list) or len(stop_words) > MOST_STOP_WORDS or not all(isinstance(word, str) for word in stop_words):
        raise ValueError(f"the stop words of {name} are no list of at most {MOST_STOP_WORDS} texts")
    for limit, value in dict(limits).items():
        if limit not in LIMITS or isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"{limit}: {value!r} is no limit of {name}")
    return LanguageParameters(tuple(stop_words), {limit: float(value) for limit, value in limits.items()})
