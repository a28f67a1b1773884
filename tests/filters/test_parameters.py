"""Parameters of languages: read from files, kept as bytes, refused where they are not what they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tilth.errors import RecipeError
from tilth.filters.fineweb2 import PUBLISHED
from tilth.filters.parameters import LIMITS, LanguageParameters, blob_of, fineweb2_parameters, parameters

GOOD = """dup_line_frac: 0.263
dup_n_grams: [[5, 0.141], [6, 0.134], [7, 0.126], [8, 0.117], [9, 0.108], [10, 0.098]]
language_score: 0.821
line_punct_thr: 0.0
max_avg_word_length: 15
max_non_alpha_words_ratio: 0.774
min_avg_word_length: 0
new_line_ratio: 0.152
stopwords: [der, "f\\xFCr"]
top_n_grams: [[2, 0.169], [3, 0.153], [4, 0.137]]
"""


def folder(path: Path, **files: str) -> str:
    for name, text in files.items():
        (path / f"{name}.yml").write_text(text)
    return str(path)


def test_a_file_of_fineweb2(tmp_path: Path) -> None:
    known = parameters(fineweb2_parameters(folder(tmp_path, deu_Latn=GOOD)))
    assert known["deu_Latn"].stop_words == ("der", "für")
    limits = known["deu_Latn"].limits
    assert limits["dup_10_gram"] == 0.098
    assert limits["line_punct_thr"] == 0
    assert set(LIMITS) - set(limits) == {"min_avg_word_length"}  # a 0 leaves that rule out


def test_only_the_languages_asked_for(tmp_path: Path) -> None:
    path = folder(tmp_path, deu_Latn=GOOD, fra_Latn=GOOD, README="x")
    assert sorted(parameters(fineweb2_parameters(path))) == ["deu_Latn", "fra_Latn"]
    assert sorted(parameters(fineweb2_parameters(path, ["fr"]))) == ["fra_Latn"]
    with pytest.raises(RecipeError, match=r"spa_Latn\.yml"):
        fineweb2_parameters(path, ["es"])


def test_bytes_there_and_back() -> None:
    table = {"fra_Latn": LanguageParameters(("le",), {"dup_line_frac": 0.5}), "deu_Latn": LanguageParameters((), {})}
    assert parameters(blob_of(table)) == table
    assert blob_of(dict(reversed(table.items()))) == blob_of(table)


def test_the_published_ones_are_whole() -> None:
    known = parameters(PUBLISHED)
    assert len(known) == 12
    assert all(len(each.stop_words) >= 8 and each.limits["language_score"] >= 0.3 for each in known.values())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot be read"), ("[1, 2]", "cannot be read"), (": : :", "cannot be read"), (GOOD.replace("top_n_grams", "top"), "KeyError"),
        (GOOD.replace("0.821", ".nan"), "language_score"), (GOOD.replace("0.821", "high"), "language_score"),
        (GOOD.replace("0.821", "true"), "language_score"), (GOOD.replace('[der, "f\\xFCr"]', "der"), "stop words"),
        (GOOD.replace("der", "[1]"), "stop words"), (GOOD.replace("[[2, 0.169]", "[[2]"), "ValueError"),
        (GOOD.replace("[[2, 0.169]", "[[11, 0.169]"), "top_11_gram"), ("!!python/object/apply:os.system [ls]", "cannot be read"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_them_is_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RecipeError, match=says) as error:
        fineweb2_parameters(folder(tmp_path, deu_Latn=text))
    assert "deu_Latn.yml" in str(error.value)


def test_no_files_and_odd_names(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no such file"):
        fineweb2_parameters(str(tmp_path))
    with pytest.raises(RecipeError, match="no such file"):
        fineweb2_parameters(str(tmp_path / "absent"))
    with pytest.raises(RecipeError, match="German_x"):
        fineweb2_parameters(folder(tmp_path, German_x=GOOD))


@pytest.mark.parametrize("blob", [b"", b"[]", b"{", b'{"deu_Latn":{}}', b'{"deu_Latn":{"stop_words":["a"],"limits":{"x":1}}}', b'{"de":1}'])
def test_bytes_that_are_no_parameters(blob: bytes) -> None:
    with pytest.raises(RecipeError, match="no parameters"):
        parameters(blob)
