"""Published examples, and what check digits are for: one wrong digit, or two neighbours changed over, is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.clean import checksums

DIGITS = st.text(alphabet="0123456789", min_size=8, max_size=18)
EXAMPLES = [
    (checksums.luhn, "79927398713"), (checksums.luhn, "378282246310005"), (checksums.mod97, "BE68539007547034"),
    (checksums.mod97, "FR1420041010050500013M02606"), (checksums.mod97, "MT84MALT011000012345MTLCAST001S"), (checksums.verhoeff, "1428570"),
    (checksums.mod11_10, "47036892816"), (checksums.mod11_2, "110105194912310021"[:17] + "X"), (checksums.codice_fiscale,
    "MRTMTT91D08F205J"),
    (checksums.base58check, "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"), (checksums.bech32, "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"),
    (checksums.bech32, "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
]  # fmt: skip


@pytest.mark.parametrize(("holds", "value"), EXAMPLES)
def test_published_examples(holds, value: str) -> None:
    assert holds(value)
    last = value[-1]
    assert not holds(value[:-1] + ("2" if last != "2" else "3"))


@pytest.mark.parametrize("holds", [checksums.luhn, checksums.verhoeff, checksums.mod11_10, checksums.mod11_2])
@given(DIGITS, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(holds, digits: str, place: int, by: int) -> None:
    whole = next((digits + last for last in "0123456789X" if (last != "X" or holds is checksums.mod11_2) and holds(digits + last)), None)
    if whole is not None:
        place %= len(digits)
        wrong = whole[:place] + str((int(whole[place]) + by) % 10) + whole[place + 1 :]
        assert not holds(wrong)


@given(DIGITS, st.integers(0, 17))
def test_verhoeff_notices_neighbours_changed_over(digits: str, place: int) -> None:
    whole = next(digits + last for last in "0123456789" if checksums.verhoeff(digits + last))
    place %= len(whole) - 1
    other = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert other == whole or not checksums.verhoeff(other)


@given(st.text(alphabet="0123456789", min_size=9, max_size=9))
def test_a_cpf_has_one_pair_of_check_digits(digits: str) -> None:
    right = [number for number in range(100) if checksums.cadastro(f"{digits}{number:02}", 11)]
    assert len(right) == (len(set(digits)) > 1 or right != [])
