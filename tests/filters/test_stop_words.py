"""Stop words against a plain count, in scripts with and without spaces, and with the lists of the field."""

import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import evaluate, filters
from tilth.memory import addressed
from tilth.testing import check

WORDS = st.lists(st.sampled_from(["the", "The", "of", "cat", "...", "éa", "OF", "!", "other"]), max_size=12)


@given(st.lists(WORDS, max_size=4))
def test_shares_are_those_of_a_plain_count(texts: list[list[str]]) -> None:
    batch = pa.record_batch({"text": pa.array([" ".join(words) for words in texts], pa.large_string())})
    found = filters.StopWords(filters.stop_words(("the", "of"), lang="en")[0].lists, "en").apply(batch).to_pydict()
    for words, share, distinct in zip(texts, found["stop_word_share"], found["stop_words_distinct"], strict=True):
        real = [word.lower() for word in words if re.search(r"\w", word)]
        stops = [word for word in real if word in ("the", "of")]
        assert share == (len(stops) / len(real) if real else None)
        assert distinct == len(set(stops))


def test_rows_in_a_language_without_a_list_stay() -> None:
    rows = pa.table({"text": ["the end of it", "no", "nein", None], "lang": ["en", "en", "xx", "en"]})
    done = evaluate(filters.stop_words(("the", "of"), lang="en")[:1], addressed(rows)).table
    assert done["stop_words_distinct"].to_pylist() == [2, 0, 0, None]
    lists = filters.stop_words(("the", "of"), lang="en")[0].lists
    kept = evaluate([filters.StopWords(lists), *filters.stop_words(("the",), lang="en")[1:]], addressed(rows))
    assert kept.table["text"].to_pylist() == ["the end of it", "nein", None]
    assert kept.audit["reason"].to_pylist() == ["too few stop words"]


SENTENCES = {
    "en": "The cat sat on the mat and was there for a long time.", "de": "Die Katze saß auf der Matte und war dort für eine lange Zeit.",
    "hi": "यह एक बिल्ली है और वह घर में है।", "ru": "Кошка была на окне и не хотела идти с нами.", "ar": "كانت القطة على السجادة في البيت.",
    "zh": "这是我的猫，它在我们的家里。", "ja": "これは私の猫で、この家にいる。", "th": "นี่คือแมวของฉันและมันอยู่ในบ้าน",
}  # fmt: skip


@pytest.mark.parametrize("lang", SENTENCES)
def test_sentences_have_stop_words_of_their_language_and_of_no_other(shared: Path, lang: str) -> None:
    for library in {"zh": ["jieba"], "ja": ["sudachipy"], "th": ["pythainlp"]}.get(lang, []):
        pytest.importorskip(library, reason="the extra 'segment' is not installed")
    step = filters.stop_words(str(shared / "labels" / "stopwords-iso.json.gz"))[0]
    found = step.apply(pa.record_batch({"text": list(SENTENCES.values()), "lang": [lang] * len(SENTENCES)}))["stop_word_share"].to_pylist()
    shares = dict(zip(SENTENCES, found, strict=True))
    assert shares[lang] >= 0.25
    assert max(share for other, share in shares.items() if other != lang) < shares[lang]


def test_laws() -> None:
    check(filters.stop_words(("the", "on"), lang="en")[0])
