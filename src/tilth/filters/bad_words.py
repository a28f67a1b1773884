"""Pages with words from a list of bad ones, by language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.filters import word_lists
from tilth.filters.signals import add, check_variant
from tilth.filters.word_lists import Flanks, WordList
from tilth.kernels.aho_corasick import ANYTHING, BLANK, BOUNDARY, NO_ASCII_LETTER, NO_WORD
from tilth.kernels.arrow import utf8
from tilth.kernels.hash import xxh64_each
from tilth.op import Op, fail
from tilth.rules import Filter

WITHOUT_SPACES = ("ja", "th", "zh")
ALLOWED = ("sm", "グロ", "女の子", "性")  # C4: each alone drops more than a tenth of the Japanese or Chinese pages
MISSING = ("quarantine", "keep")
REASON = "document_removed_with_badwords"


@dataclass(frozen=True)
class BadWords(Op):
    """Count the words of the list for a row's language in `text`, in lower case: `bad_words` (int64, matches that do not overlap) and
    `bad_words_distinct`. `lang` is the language of all rows, or else the column `lang` says it.

    Where no list is for a row's language, `missing` "quarantine" says so in `error` (datatrove raises), "keep" leaves nulls. With a
    `seed` there is `bad_words_chance` too (float64, below 1): a hash of the text, so what a rule keeps by it does not hang on the order
    of rows, and copies of a text share their fate; datatrove draws from a generator that each process has of its own.

    What may stand beside a word: "datatrove" (and C4's own code since its release 3.0) no \\w, in Japanese, Thai and Chinese anything; "c4"
    (C4's code before) something that is not a-z, so never the end of a line; "dclm" what \\b asks for; "dolma" white space, and
    anything beside a phrase.

    Source: Raffel et al. 2020 (C4), section 2.2; Xue et al. 2021 (mC4); variant "datatrove": its C4BadWordsFilter; "dolma": its taggers
    c4_v1 and c4_v2; "dclm": its substring_filter with exact_word; lists: LDNOOBW's form, a file a language.

    >>> step = bad_words(("grog",), lang="en")[0]
    >>> step.apply(pa.record_batch({"text": ["Grog, grog!", "groggy"]}))["bad_words"].to_pylist()
    [2, 0]
    """

    lists: tuple[WordList, ...]
    variant: str = "datatrove"
    lang: str | None = None
    missing: str = "quarantine"
    seed: int | None = None

    def __post_init__(self) -> None:
        check_variant(self, self.variant, FLANKS)
        if self.missing not in MISSING:
            raise RecipeError(f"There is no way {self.missing!r} to miss a list.", where="filters.BadWords", fix="missing='keep'")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",) if self.lang else ("text", "lang")

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        langs = pa.repeat(pa.scalar(self.lang, pa.large_string()), len(batch)) if self.lang else batch["lang"]
        found, missing = word_lists.counts(word_lists.lower(batch["text"]), langs, self.lists, FLANKS[self.variant])
        columns = {"bad_words": pa.array(found[:, 0], mask=missing), "bad_words_distinct": pa.array(found[:, 1], mask=missing)}
        if self.seed is not None:
            columns["bad_words_chance"] = pa.array(_chance(batch["text"], self.seed))
        batch = add(batch, columns)
        return batch if self.missing == "keep" or not missing.any() else self._unknown(batch, langs, missing)

    def _unknown(self, batch: pa.RecordBatch, langs: pa.Array, missing: np.ndarray) -> pa.RecordBatch:
        codes = pc.fill_null(langs.cast(pa.large_string()), "null")
        said = pa.scalar("no list of bad words is for the language", pa.large_string())
        why = pc.binary_join_element_wise(said, codes, pa.scalar(" ", pa.large_string()))
        return fail(batch, pc.and_(pa.array(missing), pc.is_valid(batch["text"])), why)


def _chance(texts: pa.Array, seed: int) -> np.ndarray:
    return (xxh64_each(*utf8(texts), np.uint64(seed)) >> np.uint64(11)) * 2.0**-53


def _datatrove(word: bytes, lang: str) -> int:
    return ANYTHING if lang in WITHOUT_SPACES else NO_WORD


def _c4(word: bytes, lang: str) -> int:
    return NO_ASCII_LETTER


def _dclm(word: bytes, lang: str) -> int:
    return BOUNDARY


def _dolma(word: bytes, lang: str) -> int:
    return ANYTHING if b" " in word else BLANK


FLANKS: dict[str, Flanks] = {"datatrove": _datatrove, "c4": _c4, "dclm": _dclm, "dolma": _dolma}


def bad_words(
    lists: str | tuple[str, ...], variant: str = "datatrove", lang: str | None = None, missing: str = "quarantine",
    keep_fraction: float = 0.0, seed: int = 0,
) -> Sequence[Op]:
    """Return the steps that drop pages with a bad word, but keep `keep_fraction` of them.

    `lists` is a folder with a file a language (LDNOOBW's form), or one list, a file or the words, with `lang`. Tilth brings none along.
    datatrove's exceptions for Japanese and Chinese hold in its variant, for all languages as there.

    >>> bad_words(("grog",), lang="en", keep_fraction=0.1)[1].rule
    'bad_words == 0 or bad_words_chance < 0.1'
    """
    check_variant(BadWords, variant, FLANKS)
    if not 0 <= keep_fraction < 1:
        raise RecipeError("keep_fraction is a share of the pages with bad words.", where=f"keep_fraction={keep_fraction}", fix="0.001")
    found = word_lists.read(lists, lang)
    if variant == "datatrove":
        found = tuple(WordList.of(one.lang, set(one.words.decode().split("\n")) - set(ALLOWED)) for one in found)
    if variant == "dclm":
        found = tuple(WordList.of(one.lang, one.words.decode().lower().split("\n")) for one in found)
    rules = (["bad_words is null"] if missing == "keep" else []) + ["bad_words == 0"]
    rules += [f"bad_words_chance < {keep_fraction}"] if keep_fraction else []
    return [BadWords(found, variant, lang, missing, seed if keep_fraction else None), Filter(" or ".join(rules), REASON)]
