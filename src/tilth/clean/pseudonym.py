"""What stands in the place of a name or number that was found: nothing, its kind, or a pseudonym under a key.

The key is in an environment variable, never in a recipe, a receipt or a run's folder. A step holds the variable's name and a check
value: scrypt of the key, so that runs under another key are other runs, and guessing the key from it costs 16 MB and 50 ms a guess.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re

from tilth.errors import RecipeError

MODES = ("tag", "remove", "pseudonym")
SHORTEST_KEY = 16  # bytes
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")  # no digits: a pseudonym is not taken for a number
_SEPARATORS = re.compile(r"[\s().\-/]+")
_NUMBERS = ("phone", "card", "iban")  # the same with other separators


def check_mode(where: str, mode: str, key_variable: str, key_check: str) -> None:
    """Raise RecipeError unless there is such a mode, and a key where it needs one and nowhere else."""
    if mode not in MODES:
        raise RecipeError(f"There is no mode {mode!r}.", where=where, why=f"there are: {', '.join(MODES)}", fix=f"{where}(mode='tag')")
    if (mode == "pseudonym") != bool(key_variable and key_check):
        why = "a pseudonym is made under a key, and only a pseudonym" if key_variable or mode == "pseudonym" else "there is a check value"
        fix = "clean.redact(mode='pseudonym', key_variable='TILTH_PII_KEY')"
        raise RecipeError("The mode and the key do not fit.", where=f"{where}(mode={mode!r})", why=why, fix=fix)


def key_check(variable: str) -> str:
    """Return what a step remembers of the key in this environment variable; raises RecipeError where none is, or a short one."""
    return _check(_read(variable))


def key(variable: str, check: str) -> bytes:
    """Return the key in this environment variable; raises RecipeError where it is not the one that `check` was made from."""
    found = _read(variable)
    if _check(found) != check:
        raise RecipeError(
            "The key for pseudonyms is not the one of this recipe.", where=f"environment variable {variable}",
            why="its check value differs, and so would every pseudonym", fix=f"export {variable}=<the key that the recipe was made with>",
        )
    return found


def _read(variable: str) -> bytes:
    found = os.environ.get(variable, "").encode()
    if len(found) < SHORTEST_KEY:
        why = f"it has {len(found)} bytes, and needs {SHORTEST_KEY}" if found else "it is not set here"
        fix = f"export {variable}=$(python -c 'import secrets; print(secrets.token_hex(32))'), on every machine that works"
        raise RecipeError("There is no key for pseudonyms.", where=f"environment variable {variable}", why=why, fix=fix)
    return found


@functools.lru_cache(16)
def _check(found: bytes) -> str:
    return hashlib.scrypt(found, salt=b"tilth key check", n=1 << 14, r=8, p=1, dklen=16).hex()


def replacement(kind: str, value: str, mode: str, secret: bytes = b"") -> str:
    """Return what stands in the place of `value`.

    A pseudonym is 64 bits of BLAKE2b under the key and for the kind, as letters; it is the same wherever the value stands and, where
    spelling is free, however it is spelled (case of e-mail addresses, separators of numbers).

    >>> replacement("email", "a@b.org", "tag"), replacement("email", "a@b.org", "remove")
    ('<EMAIL>', '')
    >>> same = {replacement("card", card, "pseudonym", b"k" * 16) for card in ("4111 1111 1111 1111", "4111-1111-1111-1111")}
    >>> len(same), next(iter(same))[:6]
    (1, '<CARD#')
    """
    if mode == "remove":
        return ""
    if mode == "tag":
        return f"<{kind.upper()}>"
    plain = _SEPARATORS.sub("", value).lower() if kind in _NUMBERS else value.lower() if kind == "email" else value
    person = hashlib.blake2b(kind.encode(), digest_size=16).digest()
    digest = hashlib.blake2b(plain.encode(), digest_size=8, key=hashlib.sha512(secret).digest(), person=person).hexdigest()
    return f"<{kind.upper()}#{digest.translate(_LETTERS)}>"
