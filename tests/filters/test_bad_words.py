"""Bad words by language, what is done without a list,
and the share that is kept; that variants agree with their tools is in tests/oracles."""

from pathlib import Path

import pyarrow as pa
import pytest

from tilth import evaluate, filters
from tilth.errors import RecipeError
from tilth.memory import addressed
from tilth.testing import check, examples


@pytest.fixture
def folder(tmp_path: Path) -> str:
    for lang, words in {"en": "grog\nrum punch", "de": "fusel", "ja": "酒\nグロ"}.items():
        (tmp_path / lang).write_text(words)
    return str(tmp_path)


def table(*rows: tuple[str | None, str | None]) -> pa.Table:
    langs, texts = zip(*rows, strict=True)
    return addressed(pa.table({"lang": pa.array(langs, pa.large_string()), "text": pa.array(texts, pa.large_string())}))


def test_each_row_is_held_against_its_own_language(folder: str) -> None:
    rows = table(("en", "Rum punch and fusel"), ("de", "Fusel, fusel!"), ("ja", "日本酒"), ("ja", "グログロ"), ("de", "grog"), ("en", None))
    found = evaluate(filters.bad_words(folder)[:1], rows).table
    assert found["bad_words"].to_pylist() == [1, 2, 1, 0, 0, None]
    assert found["bad_words_distinct"].to_pylist() == [1, 1, 1, 0, 0, None]


def test_a_language_without_a_list_is_quarantined_or_kept(folder: str) -> None:
    rows = table(("xx", "grog"), (None, "grog"), ("en", "grog"), ("en", "milk"))
    done = evaluate(filters.bad_words(folder), rows)
    assert (len(done.table), len(done.audit), len(done.quarantine)) == (1, 1, 2)
    assert "language xx" in done.quarantine["error"][0].as_py()
    done = evaluate(filters.bad_words(folder, missing="keep"), rows)
    assert (len(done.table), len(done.audit), len(done.quarantine)) == (3, 1, 0)


def test_the_share_that_is_kept_hangs_on_the_text_alone(folder: str) -> None:
    rows = table(*(("en", f"grog number {n % 2000}") for n in range(4000)))
    kept = evaluate(filters.bad_words(folder, keep_fraction=0.25), rows).table["row"].to_pylist()
    assert 0.22 < len(kept) / 4000 < 0.28
    assert sorted(row % 2000 for row in kept)[::2] == [row for row in kept if row < 2000]
    other = evaluate(filters.bad_words(folder, keep_fraction=0.25, seed=1), rows).table["row"].to_pylist()
    assert kept != other


@pytest.mark.parametrize(("variant", "texts"), [
    ("datatrove", [True, True, True, True, True, False, False]), ("c4", [False, False, False, True, True, False, False]),
    ("dclm", [True, True, True, True, True, False, False]), ("dolma", [True, False, False, True, False, False, True]),
])  # fmt: skip
def test_variants_differ_in_what_may_stand_beside_a_word(variant: str, texts: list[bool]) -> None:
    step = filters.bad_words(("grog", "rum punch"), variant, lang="en")[0]
    given = ["grog", "grog.", "more.\ngrog, no", "a grog b", "a 'GROG' b", "groggy _grog_", "hot-rum punches"]
    if variant == "c4":
        given[5] = "groggy agrog"
    found = step.apply(pa.record_batch({"text": given}))["bad_words"].to_pylist()
    assert [count > 0 for count in found] == texts


@pytest.mark.parametrize(("arguments", "message"), [
    ({"variant": "nemo"}, "no variant"), ({"missing": "drop"}, "no way"), ({"keep_fraction": 1.5}, "is a share"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(folder: str, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        filters.bad_words(folder, **arguments)


def test_the_lists_of_the_field(shared: Path, tmp_path: Path) -> None:
    import tarfile

    with tarfile.open(shared / "labels" / "ldnoobw_badwords.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    step = filters.bad_words(str(tmp_path))[0]
    assert len(step.lists) >= 27
    for one in step.lists:
        words = one.words.decode().split("\n")
        texts = [f"( {word.lower()} )" for word in words if word == word.lower()]
        found = step.apply(pa.record_batch({"text": pa.array(texts, pa.large_string()), "lang": [one.lang] * len(texts)}))
        assert min(found["bad_words"].to_pylist()) >= 1, one.lang


def test_laws() -> None:
    check(filters.bad_words(("cat", "emoji"), lang="en", keep_fraction=0.5)[0])
    check(filters.bad_words(("漢字",), "c4", lang="ja")[0], examples())
    check(filters.bad_words(("cat",), lang="en", missing="keep")[0])
