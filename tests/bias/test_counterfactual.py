"""A text is rewritten word for word: whole words of any script, in their letter case, and nothing else of it."""

from __future__ import annotations

import json
import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tilth as t
from tilth import read
from tilth.bias import ENGLISH, NAMES, Counterfactual, Pair
from tilth.bias.pairs import FREE
from tilth.errors import RecipeError
from tilth.testing import check, examples

ALL = Counterfactual(share=1.0)


def batch(*texts: str | None) -> pa.RecordBatch:
    return pa.record_batch({"id": pa.array(map(str, range(len(texts))), pa.large_string()), "text": pa.array(texts, pa.large_string())})


def swapped(text: str, step: Counterfactual = ALL) -> str:
    return step.apply(batch(text))["text"][0].as_py()


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("He said she met HIS aunt.", "She said he met HER uncle."),
        ("there, here, shell, hé, he\u0301, Theher", "there, here, shell, hé, he\u0301, Theher"),
        ("She's here; mother’s, HE'LL, he'd", "He's here; father’s, SHE'LL, she'd"),
        ("Mr. Hall and Mrs. Hall; I miss Miss Hall, ma’am", "Ms. Hall and Mr. Hall; I miss Mr Hall, sir"),
        ("hE sHe", "hE sHe"),
        ("mother-in-law, sister/brother, «she»", "father-in-law, brother/sister, «he»"),
        ("www.she.com/his, https://x.org/her?he=his, he@mother.com: he", "www.she.com/his, https://x.org/her?he=his, he@mother.com: she"),
        ("his_name he2 2he", "his_name he2 2he"),
        ("“Her” 她 his", "“Him” 她 hers"),
        ("", ""),
    ],
)  # fmt: skip
def test_whole_words_in_their_letter_case(text: str, becomes: str) -> None:
    assert swapped(text) == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("her own house", "his own house"), ("He saw her.", "She saw him."), ("gave her the book", "gave him the book"),
        ("Her Majesty", "His Majesty"), ("with her", "with him"), ("told her \"friend\" of her", "told his \"friend\" of him"),
        ("“I saw her” and left", "“I saw him” and left"), ("the house is his", "the house is hers"), ("his and hers", "hers and his"),
        ("his house, him", "her house, her"), ("HER, Her", "HIM, Him"),
    ],
)  # fmt: skip
def test_her_is_his_or_him(text: str, becomes: str) -> None:
    assert swapped(text) == becomes


def test_names_are_no_words_in_small_letters() -> None:
    step = Counterfactual((Pair("Mark", "Rose"), Pair("İpek", "Ömer")), share=1.0)
    assert swapped("Mark, mark MARK's rose. Rose ROSE İpek i̇pek ÖMER", step) == "Rose, mark ROSE's rose. Mark MARK Ömer i̇pek İPEK"
    assert swapped("James met Anna", Counterfactual((*ENGLISH, *NAMES), share=1.0)) == "Mary met Peter"


def test_composed_or_decomposed() -> None:
    step = Counterfactual((Pair("père", "mère"),), share=1.0)
    for form in ("NFC", "NFD"):
        made = swapped(unicodedata.normalize(form, "Le Père est pe\u0300re\u0301"), step)
        assert unicodedata.normalize("NFC", made) == "Le Mère est pèré"


def test_phrases_are_kept() -> None:
    step = Counterfactual(share=1.0, keep=("Luther King", "His Girl Friday", "Luther"))
    assert swapped("Martin Luther King, the King, saw His Girl Friday with his girl", step) == (
        "Martin Luther King, the Queen, saw His Girl Friday with her boy"
    )


def test_a_share_of_the_rows_the_same_ones_wherever_they_are() -> None:
    texts = ["he"] * 4000
    whole = Counterfactual().apply(batch(*texts))
    assert whole["bias_swaps"].to_pylist() == [int(text == "she") for text in whole["text"].to_pylist()]
    assert 0.46 < np.mean(whole["bias_swaps"].to_numpy()) < 0.54
    part = Counterfactual().apply(batch(*texts).slice(1000, 50))
    assert part["text"].equals(whole["text"].slice(1000, 50))
    other = Counterfactual(seed=1).apply(batch(*texts))
    assert 0.4 < np.mean(whole["bias_swaps"].to_numpy() == other["bias_swaps"].to_numpy()) < 0.6
    assert Counterfactual(share=0.0).apply(batch("he", None))["bias_swaps"].to_pylist() == [0, None]


TWO_WAYS = [pair for pair in ENGLISH if not pair.one_way and pair.a != "Mr"]
TEXTS = st.lists(
    st.sampled_from([word for pair in TWO_WAYS for word in (pair.a, pair.b.upper(), pair.a.title())]) | st.text(max_size=4), max_size=12
).map(" ".join)


@given(TEXTS)
def test_twice_is_the_text_again(text: str) -> None:
    step = Counterfactual(tuple(TWO_WAYS), share=1.0)
    assert swapped(swapped(text, step), step) == text


@given(st.text() | TEXTS)
def test_what_is_no_word_of_the_list_stays(text: str) -> None:
    known = {form for pair in ENGLISH for word in (pair.a, pair.b, pair.alone) for form in (word.lower(), word.upper(), word.title())}
    made = ALL.apply(batch(text))
    before, after = (re.findall(r"\w+", value) for value in (text, made["text"][0].as_py()))
    changed = [one for one in before if one not in after]
    assert all(any(part in known for part in re.split(r"[\d_]", word)) for word in changed)
    assert (made["bias_swaps"][0].as_py() == 0) == (made["text"][0].as_py() == text)


def test_the_lists_are_sound() -> None:
    words = [pair.a for pair in (*ENGLISH, *NAMES)] + [pair.b for pair in (*ENGLISH, *NAMES) if not pair.one_way]
    assert len(words) == len(set(words)) and len(FREE) == len(set(FREE))
    vowel = {word: word[0].lower() in "aeio" or word in ("uncle", "heir", "heiress", "uncles") for word in words}
    assert not [pair for pair in ENGLISH if not pair.one_way and vowel[pair.a] != vowel[pair.b]], "a or an before them would be wrong"


def test_it_keeps_the_laws() -> None:
    check(Counterfactual(), examples())
    check(ALL, examples())


def test_a_run_is_the_same_on_every_executor(tmp_path) -> None:
    texts = [f"{who} was there at {n}." for n in range(40) for who in ("He", "Her mother", "Nobody")]
    for name, part in (("a", texts[:60]), ("b", texts[60:])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in part))

    def rows(out: str) -> list[dict]:
        return pq.read_table(tmp_path / out / "data", columns=["id", "text", "bias_swaps"]).sort_by("id").to_pylist()

    both = read.Jsonl(str(tmp_path / "*.jsonl"))
    t.run(both, [Counterfactual()], str(tmp_path / "one"), "inline", split=2000)
    t.run(both, [Counterfactual()], str(tmp_path / "two"), "local:2", split=700)
    assert rows("one") == rows("two") and 0 < sum(row["bias_swaps"] for row in rows("one")) < 80


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Pair("old man", "x"), "'old man' is not one word"), (lambda: Pair("he", "he"), "'he' becomes 'he'"),
        (lambda: Pair("he", " ", one_way=True), "becomes ' '"), (lambda: Counterfactual(()), "0 pairs"),
        (lambda: Counterfactual(share=1.5), "share=1.5"), (lambda: Counterfactual(keep=("",)), "not empty"),
        (lambda: Counterfactual((Pair("he", "she"), Pair("he", "they", one_way=True))), "'he' becomes 'she' and 'they'"),
    ],
)  # fmt: skip
def test_what_cannot_be_swapped_is_said(make, says: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(says)):
        make()
