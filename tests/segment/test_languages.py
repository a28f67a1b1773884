"""Names of languages: short, long, unknown."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth.errors import RecipeError
from tilth.filters.language import LID_176
from tilth.segment.languages import by_language, full_name, script, short_names


def test_every_language_of_lid_176_has_a_full_name() -> None:
    assert all(full_name(code) == short_names()[code] for code in LID_176.split())


def test_short_codes_mean_what_lid_176_means() -> None:
    assert full_name("als") == "gsw_Latn"
    assert full_name("als_Latn") == "als_Latn"
    assert full_name("sq") == "als_Latn"
    assert (full_name("no"), full_name("nb"), full_name("nob")) == ("nob_Latn",) * 3


def test_every_full_name_is_its_own() -> None:
    assert all(full_name(name) == name and len(script(name)) == 4 for name in short_names().values())


@pytest.mark.parametrize("code", ["", "xx", "xyz", "deu-Latn", "DEU_Latn", "de_DE", "deu_latn"])
def test_what_is_no_language_is_refused_with_a_way_out(code: str) -> None:
    with pytest.raises(RecipeError, match="crh_Cyrl"):
        full_name(code)


def test_rows_by_language_with_codes_of_two_kinds_and_none() -> None:
    groups = by_language(pa.array(["de", "zh", None, "deu_Latn", "cmn"]))
    assert [(name, rows.tolist()) for name, rows in groups] == [("cmn_Hani", [1, 4]), ("deu_Latn", [0, 3])]
    assert by_language(pa.nulls(3, pa.large_string())) == []
    assert by_language(pa.array([], pa.large_string())) == []
    with pytest.raises(ValueError, match="klingon"):
        by_language(pa.array(["de", "klingon"]))
