"""Which list a row is held against, and lower case as Python has it."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.filters.word_lists import WordList, by_language, lower, of_language, read


@given(st.lists(st.none() | st.text(alphabet="aAİIıΣσςéÉ ß水.", max_size=6), max_size=5))
def test_lower_case_is_that_of_python(texts: list[str | None]) -> None:
    array = pa.array(texts, pa.large_string())
    assert lower(array).to_pylist() == [text and text.lower() for text in texts]
    assert lower(array.slice(1)).to_pylist() == [text and text.lower() for text in texts[1:]]


def test_a_folder_is_read_by_the_names_of_its_files(tmp_path: Path) -> None:
    for name in ("en", "fr-CA-u-sd-caqc", "fil.txt", "README.md", "LICENSE", "USERS.md"):
        (tmp_path / name).write_text("one\n\n two \n")
    assert {one.lang: one.words for one in read(str(tmp_path), None)} == dict.fromkeys(("en", "fr-CA-u-sd-caqc", "fil"), b"one\ntwo")
    with pytest.raises(RecipeError, match="which language"):
        read(str(tmp_path / "LICENSE"), None)
    with pytest.raises(RecipeError, match="which language"):
        read(("word",), None)


def test_lists_in_one_file_of_json(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text('{"en": ["of", "the "], "de": ["der"]}')
    assert read(str(tmp_path / "all.json"), None) == (WordList("de", b"der"), WordList("en", b"of\nthe"))
    for broken in ('["the"]', '{"en": 1}', "{"):
        (tmp_path / "broken.json").write_text(broken)
        with pytest.raises(RecipeError, match="no JSON file of words"):
            read(str(tmp_path / "broken.json"), None)


def test_a_code_falls_back_to_what_stands_before_its_hyphen() -> None:
    lists = (WordList("pt", b"a"), WordList("fr", b"b"), WordList("fr-CA", b"c"))
    found = of_language(["pt-BR", "por_Latn", "fr-CA", "fr-BE", "de", "", None], lists)
    assert [one and one.lang for one in found] == ["pt", "pt", "fr-CA", "fr", None, None, None]


def test_every_row_belongs_to_one_language() -> None:
    langs = pa.array(["de", None, "en", "de"], pa.large_string())
    for column in (langs, langs.dictionary_encode(), langs.slice(0, 0)):
        rows = [row for some, _, _ in by_language(column, ()) for row in some.tolist()]
        assert sorted(rows) == list(range(len(column)))
