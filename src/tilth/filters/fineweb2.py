"""FineWeb-2's chain of rules: each language with its own words, stop words and thresholds."""

from __future__ import annotations

from importlib import resources

import orjson

from tilth.errors import RecipeError
from tilth.filters.fineweb_quality import FineWebQuality, fineweb_rules
from tilth.filters.gopher_quality import GopherQuality, quality_rules
from tilth.filters.gopher_repetition import GopherRepetition, repetition_rules
from tilth.filters.language import Language
from tilth.filters.measure import Measure
from tilth.filters.parameters import LIMITS, LanguageParameters, fineweb2_parameters, parameters
from tilth.filters.signals import Limit, filters
from tilth.filters.thresholds import Thresholds
from tilth.op import Op
from tilth.rules import Filter
from tilth.segment.languages import full_name, short_names

# parameters of twelve languages; the file says where they are from
PUBLISHED = orjson.dumps(
    orjson.loads(resources.files("tilth.filters").joinpath("fineweb2.json").read_bytes())["languages"], option=orjson.OPT_SORT_KEYS
)


def fineweb2(
    configs: str | bytes = b"", language: str | None = None, *, splitter: str = "datatrove", identify: bool = True,
    char_duplicates_ratio: float | None = 0.1, min_stop_words: int | None = 2, min_doc_words: int | None = 50,
    max_doc_words: int | None = 100_000,
) -> list[Op]:
    """Return the steps of FineWeb-2's rules: the language first, then all signals in one pass, then the rules in its order.

    `configs` is the folder `configs` of FineWeb-2, or what `fineweb2_parameters` or `LanguageThresholds` made; by default the parameters of
    twelve languages, as published. Rows in a language without parameters go, by a rule of its own.

    With `language`, that language alone is kept, and the rules compare with its numbers, which can be swept. Without, each row is held
    against columns `threshold_...` that say what its language has. FineWeb-2 splits words as datatrove does; `splitter="tilth"` (see
    `segment.words`) is faster and needs fewer libraries, for thresholds learned with it. `identify=False` takes the columns `lang` and
    `lang_score` as they are; FineWeb-2's scores are GlotLID's, which `Language(model=...)` reads.

    Source: Penedo et al. 2025 (FineWeb2, arXiv 2506.20920), `fineweb-2-pipeline.py` and `configs/` of its repository: no C4, no rules on
    paragraphs, on characters in repeated lines or on short lines.

    >>> fineweb2(language="de")[-4]
    Filter(rule='gopher_bullet_line_ratio <= 0.9', reason='gopher_too_many_bullets')
    """
    given = configs or PUBLISHED
    table = given if isinstance(given, bytes) else fineweb2_parameters(given)
    if language is None:
        limits: dict[str, Limit] = {name: f"threshold_{name}" for name in LIMITS}
        before: list[Op] = [Thresholds(table)]
        measure, known = _measure(None, splitter, (), table), Filter("threshold_language_score is not null", "language_without_thresholds")
    else:
        name, own = full_name(language), _own(table, full_name(language))
        limits, before = {limit: own.limits.get(limit) for limit in LIMITS}, []
        measure, known = _measure(name, splitter, own.stop_words, b""), Filter(f"lang in ({_codes(name)})", "language")
    rules = _rules(limits, char_duplicates_ratio, min_doc_words, max_doc_words, min_stop_words)
    return [*([Language(scores=())] if identify else []), *before, measure, known, *rules]


def _measure(language: str | None, splitter: str, stop_words: tuple[str, ...], table: bytes) -> Measure:
    quality = GopherQuality(stop_words=stop_words, language=language, splitter=splitter, parameters=table)
    return Measure((GopherRepetition(language=language, splitter=splitter), quality, FineWebQuality(language=language, splitter=splitter)))


def _rules(
    limits: dict[str, Limit], char_duplicates_ratio: Limit, min_doc_words: Limit, max_doc_words: Limit, min_stop_words: Limit
) -> list[Filter]:
    """Return FineWeb-2's rules in its order; `limits` are a language's numbers, or the columns that hold them."""
    return [
        *filters([("lang_score >=", limits["language_score"], "language_score")]),
        *repetition_rules(
            None, None, limits["dup_line_frac"], None, tuple((n, limits[f"top_{n}_gram"]) for n in range(2, 5)),
            tuple((n, limits[f"dup_{n}_gram"]) for n in range(5, 11)),
        ),
        *fineweb_rules(limits["line_punct_thr"], False, None, char_duplicates_ratio, limits["new_line_ratio"]),
        *quality_rules(
            min_doc_words, max_doc_words, limits["min_avg_word_length"], limits["max_avg_word_length"],
            min_alpha_words_ratio=limits["max_non_alpha_words_ratio"], min_stop_words=min_stop_words,
        ),
    ]


def _own(table: bytes, name: str) -> LanguageParameters:
    known = parameters(table)
    if name not in known:
        raise RecipeError(
            f"There are no parameters for {name}.", where=f"filters.fineweb2(language={name!r})", why=f"there are: {', '.join(known)}",
            fix='filters.fineweb2("configs", ...) with the folder of FineWeb-2, or learn them with LanguageThresholds',
        )  # fmt: skip
    return known[name]


def _codes(name: str) -> str:
    """Return the codes that a column `lang` may have for a language, as a rule lists them."""
    return ", ".join(repr(code) for code in (name, *sorted(short for short, full in short_names().items() if full == name)))
