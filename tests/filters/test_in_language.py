"""Measuring rows in their own languages: as each language alone, null where there is none."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from oracles.recorded import oracle

from tilth.errors import RecipeError
from tilth.filters import C4, FineWebQuality, GopherQuality, GopherRepetition, Measure
from tilth.filters.parameters import LanguageParameters, blob_of
from tilth.filters.signals import add
from tilth.testing import check

GOLD = oracle("language_texts")
LANGUAGES = ("en", "de", "zh", "th", "hi", "ar", "ja")
TABLE = blob_of({f"{name}_{tail}": LanguageParameters(words, {}) for name, tail, words in (
    ("eng", "Latn", ("the", "and")), ("deu", "Latn", ("fuhr", "nach", "er")), ("cmn", "Hani", ("了", "我们")), ("tha", "Thai", ("ของ",)),
    ("hin", "Deva", ("मैं",)), ("arb", "Arab", ("إلى",)), ("jpn", "Jpan", ("は", "を")),
)})  # fmt: skip
STEPS = (
    GopherRepetition(language=None, splitter="tilth"), GopherQuality(stop_words=(), language=None, splitter="tilth", parameters=TABLE),
    FineWebQuality(language=None, splitter="tilth"),
)


def rows() -> pa.Table:
    full = {"en": "eng_Latn", "de": "deu_Latn", "zh": "cmn_Hani", "th": "tha_Thai", "hi": "hin_Deva", "ar": "arb_Arab", "ja": "jpn_Jpan"}
    texts = [text for code in LANGUAGES for text in (GOLD.text(full[code]), "\n".join(GOLD.sentences(full[code]) * 3), "", None)]
    codes = [code for code in LANGUAGES for _ in range(4)]
    columns = {"text": pa.array([*texts, "no language"], pa.large_string()), "lang": pa.array([*codes, None], pa.large_string())}
    return pa.table({"row": pa.array(range(len(codes) + 1), pa.uint64()), **columns})


@pytest.mark.parametrize("step", [*STEPS, Measure(STEPS)], ids=lambda step: type(step).__name__)
def test_rows_in_their_own_languages_keep_the_laws(step: object) -> None:
    check(step, rows())


def test_each_row_is_measured_as_its_language_alone() -> None:
    batch = rows().to_batches()[0]
    together = Measure(STEPS).apply(batch)
    for code in LANGUAGES:
        mine = batch.filter(pa.compute.equal(batch["lang"], code))
        alone = mine
        for step in STEPS:
            alone = step.in_language(code if not isinstance(step, GopherQuality) else full(code)).apply(alone)
        assert together.filter(pa.compute.equal(together["lang"], code)).to_pydict() == alone.to_pydict()
    assert together["gopher_words"].to_pylist()[-1] is None
    assert together.column("text") is batch.column("text") or together["text"].equals(batch["text"])


def full(code: str) -> str:
    from tilth.segment import full_name

    return full_name(code)


def test_stop_words_are_those_of_the_language() -> None:
    counted = Measure(STEPS).apply(rows().to_batches()[0])["gopher_stop_words"].to_pylist()
    assert counted[::4][:7] == [2, 3, 2, 1, 1, 1, 2]


def test_a_language_without_parameters_has_nulls() -> None:
    table = blob_of({"deu_Latn": LanguageParameters(("und",), {})})
    step = GopherQuality(stop_words=(), language=None, splitter="tilth", parameters=table)
    batch = pa.record_batch({"text": ["und so", "et puis"], "lang": ["de", "fr"]})
    assert step.apply(batch)["gopher_words"].to_pylist() == [2, None]


def test_english_is_measured_as_before_whatever_it_is_called() -> None:
    batch = pa.record_batch({"text": ["The end of the road, isn't it?", None, ""]})
    for step in (GopherQuality(), GopherRepetition(), FineWebQuality()):
        wanted = step.apply(batch)
        assert replace(step, language="eng_Latn").apply(batch).equals(wanted)
        assert replace(step, language="eng_Latn", splitter="tilth").apply(batch).schema.equals(wanted.schema)


def test_c4_knows_english_only_so_each_cuts_for_itself() -> None:
    batch = pa.record_batch({"text": ["Menu\nEin guter Satz steht hier. Noch einer auch."]})
    steps = (C4(), FineWebQuality(language="de", splitter="tilth"))
    one_by_one = batch
    for step in steps:
        one_by_one = step.apply(one_by_one)
    assert Measure(steps).apply(batch).equals(one_by_one)


def test_signals_of_no_rows_have_their_types() -> None:
    batch = rows().to_batches()[0]
    nothing = pa.record_batch({"text": pa.array(["a", None], pa.large_string()), "lang": pa.nulls(2, pa.large_string())})
    assert Measure(STEPS).apply(nothing).schema.types[2:] == Measure(STEPS).apply(batch).schema.types[3:]
    assert add(nothing, {})["text"].to_pylist() == ["a", None]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: GopherRepetition(language="klingon"), "There is no language"),
        (lambda: GopherRepetition(splitter="spaces"), "tilth, datatrove, unicode"),
        (lambda: GopherRepetition(variant="dolma", language="de"), "splits all languages alike"),
        (lambda: GopherQuality(variant="dolma", splitter="tilth"), "splits all languages alike"),
        (lambda: GopherQuality(language=None), "Stop words"),
        (lambda: GopherQuality(parameters=TABLE), "Stop words"),
        (lambda: FineWebQuality(language="xx"), "There is no language"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(make: object, says: str) -> None:
    with pytest.raises(RecipeError, match=says):
        make()  # type: ignore[operator]
