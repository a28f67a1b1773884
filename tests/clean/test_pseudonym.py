"""Pseudonyms: equal for equal values, different for others, for other kinds and other keys; and a key that is stored nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.clean import pseudonym
from tilth.errors import RecipeError

KEY = b"a key of at least sixteen bytes"
KINDS = ("email", "card", "us_ssn", "jwt")


@given(st.text(min_size=1), st.text(min_size=1), st.sampled_from(KINDS))
def test_equal_values_and_no_others_have_equal_pseudonyms(a: str, b: str, kind: str) -> None:
    def spelled(value: str) -> str:
        return pseudonym.replacement(kind, value, "pseudonym", KEY)

    assert spelled(a) == spelled(a)
    if kind in ("us_ssn", "jwt"):
        assert (spelled(a) == spelled(b)) == (a == b)
    assert spelled(a) != pseudonym.replacement(kind, a, "pseudonym", KEY + b"!")
    assert spelled(a)[1:-1].partition("#")[2].isalpha()


def test_a_kind_has_pseudonyms_of_its_own() -> None:
    found = {pseudonym.replacement(kind, "same", "pseudonym", KEY).partition("#")[2] for kind in KINDS}
    assert len(found) == len(KINDS)


@pytest.mark.parametrize(("kind", "spellings"), [
    ("email", ["Jane@Mail.org", "jane@mail.org"]), ("phone", ["+49 30 1234567", "+49-30-1234567"]), ("iban", ["DE89 3704 0044",
    "de8937040044"]),
])  # fmt: skip
def test_free_spellings_are_one_value(kind: str, spellings: list[str]) -> None:
    assert len({pseudonym.replacement(kind, value, "pseudonym", KEY) for value in spellings}) == 1


def test_the_key_is_asked_for_and_held_against_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILTH_TEST_KEY", raising=False)
    with pytest.raises(RecipeError, match="not set here"):
        pseudonym.key_check("TILTH_TEST_KEY")
    monkeypatch.setenv("TILTH_TEST_KEY", "short")
    with pytest.raises(RecipeError, match="5 bytes"):
        pseudonym.key_check("TILTH_TEST_KEY")
    monkeypatch.setenv("TILTH_TEST_KEY", KEY.decode())
    check = pseudonym.key_check("TILTH_TEST_KEY")
    assert KEY.decode() not in check
    assert pseudonym.key("TILTH_TEST_KEY", check) == KEY
    monkeypatch.setenv("TILTH_TEST_KEY", "another key of sixteen bytes")
    with pytest.raises(RecipeError, match="not the one of this recipe"):
        pseudonym.key("TILTH_TEST_KEY", check)


@pytest.mark.parametrize(("mode", "variable", "check"), [("mask", "", ""), ("pseudonym", "", ""), ("pseudonym", "A", ""), ("tag", "A",
"b")])
def test_modes_and_keys_that_do_not_fit_are_refused(mode: str, variable: str, check: str) -> None:
    with pytest.raises(RecipeError, match="mode"):
        pseudonym.check_mode("step", mode, variable, check)
