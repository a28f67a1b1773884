"""How many tokens a text has, roughly, without the model's own tokenizer: for estimates, prompts that fit, and the simulator."""

from __future__ import annotations

import re

_PIECE = re.compile(r" ?[^\W\d_]{1,6}|\d{1,3}| ?[^\w\s]{1,3}|\s+|_+|.", re.DOTALL)


def pieces(text: str) -> list[str]:
    """Return `text` cut into pieces that stand for tokens; joined they are the text.

    >>> pieces("Tokenization, 2026!")
    ['Tokeni', 'zation', ',', ' ', '202', '6', '!']
    """
    return _PIECE.findall(text)


def count_tokens(text: str) -> int:
    """Return about how many tokens `text` has: pieces of up to six letters or three digits.

    >>> count_tokens("Snow is white.")
    4
    """
    return sum(1 for _ in _PIECE.finditer(text))
