"""Texts of mixed scripts for the tests of splitting, and what a piece must not cut."""

from __future__ import annotations

import regex
from hypothesis import strategies as st

ATOMS = (
    "word", "l'île", "don't", "co-op", "3.14", "1,000", "Dr.", "z.B.", "...", "…", "?!", "»", "«", "“", "”", '"', "(", ")", "[12]", "-",
    "我们在北京大学", "学习。", "葛\U000e0100城", "私は行きます", "カフェ", "ー", "々", "一〇〇", "กำลังกินข้าว", "ๆ", "นำ้", "ຂ້ອຍຮັກລາວ", "ຄຳ",
    "ខ្ញុំស្រឡាញ់", "។",
    "ကျွန်တော်", "ဝတ္ထု", "သွားတယ်။", "བོད་ཡིག", "།", "क्षेत्र", "है।", "শ্রী", "ശ്രീ", "த்ரீ", "العربيّة", "؟", "۔", "می‌رود",
    "עברית", "한국어", "각", "ነው።", "ፊደል፡",
    "e\u0301", "o\u0308\u0304", "👩‍👩‍👧", "🇩🇪🇫🇷", "👍🏽", "1️⃣", "\u200b", "\u200d", "\ufe0f", "\u0301", "\xad", "\ufeff",
    " ", "  ", "\n", "\r\n", "\t", "\xa0", "\u3000", "\u2028", "\x85", "a", "B", "é", "\x00",
)  # fmt: skip
KNOWN = st.characters(codec="utf-8", exclude_categories=("Cn", "Cs"))  # `regex` may know characters of a later Unicode than our tables
mixed = st.lists(st.one_of(st.sampled_from(ATOMS), KNOWN), max_size=12).map("".join)
LANGUAGES = ("en", "de", "zh", "ja", "th", "lo", "km", "my", "bo", "hi", "ar", "ko", "am", "el")


def check_pieces(text: str, pieces: list[str], gap: str) -> None:
    """Assert that the pieces and gaps, each matching the expression `gap`, are the text, and that no piece cuts a grapheme cluster."""
    at, ends = 0, {0}
    for cluster in regex.findall(r"\X", text):
        ends.add(max(ends) + len(cluster))
    for piece in pieces:
        start = text.index(piece, at)
        assert regex.fullmatch(f"(?:{gap})*", text[at:start]), (text, text[at:start])
        assert start in ends or text[at:start][-1:] in ("\u200b", "་", "༌", "፡") or text[start - 1].isspace(), (text, piece)
        at = start + len(piece)
        assert at in ends, (text, piece)
    assert regex.fullmatch(f"(?:{gap})*", text[at:]), (text, text[at:])
