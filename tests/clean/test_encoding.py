"""Pages written here in many encodings, rightly and wrongly declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.clean.encoding import decode

RUSSIAN = "Пашня готова принять семена, и ветер гуляет по полю до самого вечера. " * 4
JAPANESE = "畑は種をまく準備ができています。風は夕方まで吹き続けます。" * 4
GERMAN = "Der Boden ist für die Saat bereitet, und über den Äckern weht der Wind. " * 4
UNLIKE_UTF8 = [(RUSSIAN, "koi8-r"), (RUSSIAN, "windows-1251"), (JAPANESE, "shift_jis"), (JAPANESE, "euc-jp")]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [*UNLIKE_UTF8, (JAPANESE, "iso-2022-jp"), (GERMAN, "iso-8859-1")],
)
def test_the_declared_encoding_is_used(text: str, encoding: str) -> None:
    page = text.encode(encoding)
    assert decode(page, f'text/html; charset="{encoding}"') == text
    assert decode(f"<meta charset={encoding}>".encode() + page).endswith(text)


@pytest.mark.parametrize(("text", "encoding"), UNLIKE_UTF8)
def test_an_undeclared_encoding_is_detected(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("text", [RUSSIAN, JAPANESE, GERMAN])
@pytest.mark.parametrize("declared", [None, "", "text/html; charset=iso-8859-1", "text/html; charset=shift_jis", "charset=nonsense"])
def test_utf8_is_utf8_whatever_is_declared(text: str, declared: str | None) -> None:
    assert decode(text.encode(), declared) == text


def test_what_is_declared_utf8_but_is_not_is_detected() -> None:
    assert decode(RUSSIAN.encode("windows-1251"), "text/html; charset=utf-8") == RUSSIAN


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    mark = "" if encoding in ("utf-8-sig", "utf-16") else "\ufeff"
    assert decode((mark + GERMAN).encode(encoding), "text/html; charset=koi8-r") == GERMAN


def test_utf16_without_a_mark_needs_its_declaration() -> None:
    assert decode(GERMAN.encode("utf-16-le"), "text/html; charset=utf-16le") == GERMAN


def test_a_page_cut_within_a_character_stays_utf8() -> None:
    assert decode(GERMAN.encode()[: GERMAN.encode().index("ü".encode()) + 1] + GERMAN.encode() + b"\xe3\x81").count("\ufffd") == 2


def test_nul_and_escape_bytes_do_not_hide_utf8() -> None:
    assert decode("a\0b\x1b[1mé".encode()) == "a\0b\x1b[1mé"


@given(st.binary(max_size=200), st.none() | st.text(max_size=40))
def test_it_never_fails_and_always_gives_text_that_can_be_stored(page: bytes, content_type: str | None) -> None:
    decode(page, content_type).encode()
    decode(page, f"text/html; charset={content_type}").encode()


@given(st.text(alphabet=st.characters(exclude_characters="\0\x1b\ufeff\ufffd", exclude_categories=("Cs",))))
def test_utf8_comes_back(text: str) -> None:
    assert decode(text.encode()) == text
