"""Sentences against gold in 44 languages, hard cases one by one, and laws that hold for any text."""

from __future__ import annotations

import sys

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles.recorded import oracle
from segment.texts import LANGUAGES, check_pieces, mixed

from tilth.errors import MissingExtra, RecipeError
from tilth.segment import sentences, split_sentences

GOLD = oracle("language_texts")


@pytest.mark.parametrize("language", GOLD.MARKED)
def test_gold(language: str) -> None:
    assert sentences(GOLD.text(language), language) == GOLD.sentences(language)


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("en", "It cost 3.50 dollars.|Then it did not."),
        ("en", "J. R. Smith of the U.S. Army met Mr. Lee at 5 p.m. yesterday.|He left."),
        ("en", "See Fig. 3 and No. 7.|No.|It is art.|Art lasts."),
        ("en", '"Why?" he asked.|"Because."|She left.'),
        ("en", "Wait... what?|He left...|Then came back."),
        ("en", "(Really.)|Yes.[12]|Look at www.a.com/x?q=1.|Wow!!!|OK?!|Fine."),
        ("en", "It was 1990.|20 people came."),
        ("en", "Title without end\n|A sentence\r\n|\n|Next."),
        ("de", "Am 3. Oktober kam Dr. Weiß z.B. nach Bonn.|Das war 1990.|Danach ging er."),
        ("de", "„Geh!“|Er ging.|»Halt!«|Na ja."),
        ("fr", "M. Dupont dit : « Venez ! »|Il vint.|C'est l'été…|Et voilà."),
        ("ru", "Он родился в 1995 г.|Потом жил в г. Туле."),
        ("zh", "“你好。”他说。|我走了！|真的？|是的……然后。"),
        ("zh", "“你走吧。”|“我不走。”"),
        ("ja", "「行きますか。」と彼は言った。|はい！|本当？|（笑）"),
        ("hi", "यह एक है।|क्या यह दो है?|डॉ. शर्मा आए॥|अंत।"),
        ("ar", "هل أنت هنا؟|نعم.|قال د. أحمد: لا!|انتهى."),
        ("ur", "یہ ایک ہے۔|کیا یہ دو ہے؟|ہاں۔"),
        ("am", "ይህ አንድ ነው።|ሁለት ነው፧|አዎ።"),
        ("my", "စာ၊ ချစ်တယ်။|နောက်တစ်ခု။"),
        ("bo", "བོད་ཡིག་ཡིན།|གཉིས་པ་ཡིན།།"),
        ("el", "Τι κάνεις;|Καλά."),
        ("en", "Τι κάνεις; Καλά."),
        ("hy", "Սա մեկն է։|Սա երկուսն է։"),
        ("th", "ไปไหน?|ไปโรงเรียน!"),
    ],
)  # fmt: skip
def test_hard_cases(language: str, marked: str) -> None:
    """A `|` is where a sentence ends."""
    text = "".join(part if part[-1:] in ("\n", "") else part + ("" if language in ("zh", "ja") else " ") for part in marked.split("|"))
    splitter = "unicode" if language == "th" else "tilth"
    assert sentences(text, language, splitter) == [part.strip() for part in marked.split("|") if part.strip()]


@given(mixed, st.sampled_from([code for code in LANGUAGES if code != "th"]))
@settings(max_examples=300)
@example("a.\u0301 B", "en")
@example("Va ! \u0301» Il", "fr")
@example("Well.\U0001f3fb Ja", "en")
@example("။\U0001f3fb", "my")
@example("။\u0e33", "my")
def test_sentences_and_gaps_are_the_text_and_no_character_is_cut(text: str, language: str) -> None:
    found = sentences(text, language)
    check_pieces(text, found, r"\s|[\x1c-\x1f]")
    assert not any("\n" in sentence for sentence in found)


@given(st.lists(st.one_of(st.none(), mixed), max_size=5), st.sampled_from(["en", "zh", "hi"]))
def test_many_texts_at_once_are_each_as_alone(texts: list[str | None], language: str) -> None:
    found = split_sentences(pa.array(texts, pa.large_string()), language).lists()
    assert found == [sentences(text or "", language) for text in texts]


def test_thai_needs_a_library_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "วันนี้อากาศดีมาก ฉันไปโรงเรียน"
    assert sentences(text, "th", "unicode") == [text]
    assert len(sentences(text, "th")) == 2
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    with pytest.raises(MissingExtra, match=r"pip install 'tilth\[segment\]'"):
        sentences(text, "th")


def test_errors_say_what_there_is() -> None:
    with pytest.raises(RecipeError, match="tilth, unicode"):
        sentences("a", "en", "datatrove")


def test_hostile_texts() -> None:
    assert sentences("", "en") == []
    assert sentences("\n \n", "en") == []
    assert sentences("." * 100_000, "en") == ["." * 100_000]
    assert len(sentences("A. B. " * 1000, "en")) == 1  # initials
    assert len(sentences("One end. " * 10_000, "en")) == 10_000
    assert len(sentences("(" * 50_000 + "x." + ")" * 50_000, "en")) == 1
