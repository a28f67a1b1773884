"""Unicode repair against ftfy itself, called as datatrove calls it."""

import tarfile
from pathlib import Path

import ftfy
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tilth.clean import FixUnicode
from tilth.errors import RecipeError
from tilth.testing import check

STYLE = {"fix_latin_ligatures": False, "fix_character_width": False, "uncurl_quotes": False, "fix_line_breaks": False}


def ours(text: str, normalization: str | None = None) -> str:
    return FixUnicode(normalization).apply(pa.record_batch({"text": pa.array([text], pa.large_string())}))["text"][0].as_py()


def theirs(text: str, normalization: str | None = None) -> str:
    return ftfy.fix_text(text, ftfy.TextFixerConfig(normalization=normalization, explain=False, **STYLE))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("schÃ¶n", "schön"), ("donâ€™t", "don’t"), ("Ð¿Ð¾Ð»Ðµ", "поле"), ("&lt;b&gt; &eacute;", "<b> é"), ("<b> &eacute;", "<b> &eacute;"),
        ("a\x00b\x1b[31mred\x1b[0m\ufeff", "abred"), ("“ﬁne” ＦＵＬＬ\r\n", "“ﬁne” ＦＵＬＬ\r\n"),
        ("&eacute;\n<i>\n&eacute;", "é\n<i>\n&eacute;"),
    ],
)  # fmt: skip
def test_what_is_repaired_and_what_is_style(before: str, after: str) -> None:
    assert ours(before) == theirs(before) == after


TRICKY = "aZ \n<;&#x41&amp;&eacute;.,?1\t\r\x00\x0b\x1b\x7f\x85\xa0\ufeff\ufffd\ufffc\u206a\u200b\u2028"
TRICKY += "ÂÃÐØàéßÅŒœ€£°±¼»«”“‘’…–—™©®´¨µ×ВвяЂЎўїΒοϋ΄漢か한ع│█ﬁ😀"


@settings(max_examples=1000)
@given(st.text(st.sampled_from(TRICKY), max_size=24) | st.text(max_size=24), st.sampled_from([None, "NFC", "NFKD"]))
@example("Ã \nÃ ", None)
@example("<\n&amp;", None)
@example("&amp;\n<", None)
@example("é\nÂ é", None)
def test_it_equals_ftfy_on_any_text(text: str, normalization: str | None) -> None:
    assert ours(text, normalization) == theirs(text, normalization)


@settings(max_examples=300)
@given(st.text(st.characters(min_codepoint=0x80, max_codepoint=0xFFFF, exclude_categories=("Cs",)), max_size=8))
def test_mojibake_made_here_is_treated_as_ftfy_treats_it(text: str) -> None:
    for encoding in ("latin-1", "sloppy-windows-1252", "sloppy-windows-1251", "macroman", "cp437"):
        broken = "x" + text.encode().decode(encoding, "replace") + " y"
        assert ours(broken) == theirs(broken)


def test_clean_text_keeps_its_array() -> None:
    texts = ["It’s “fine” — café, naïve…", "Поле «готово».", "畑は種を。", "R&D: a < b", None, ""]
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    assert FixUnicode().apply(batch) is batch


def test_one_line_of_ten_megabytes() -> None:
    assert ours("word " * 2_000_000 + "&amp;") == "word " * 2_000_000 + "&"


def test_laws() -> None:
    check(FixUnicode())
    check(FixUnicode("NFC"), pa.table({"text": pa.array(["e\u0301", None, "schÃ¶n", ""] * 5, pa.large_string())}))


def test_an_unknown_normalization_is_refused() -> None:
    with pytest.raises(RecipeError, match="normalization"):
        FixUnicode("NFX")


def test_real_pages(shared: Path) -> None:
    with tarfile.open(shared / "web/trafilatura_eval_html.tar.gz") as archive:
        members = [member for member in archive if member.isfile()][::100]
        texts = [archive.extractfile(member).read().decode("utf-8", "replace")[:20_000] for member in members]
    batch = FixUnicode().apply(pa.record_batch({"text": pa.array(texts, pa.large_string())}))
    assert batch["text"].to_pylist() == [theirs(text) for text in texts]
