"""NeMo Curator's chain: the published cases of its filters, and its first reasons.

Inputs and verdicts as in tests/stages/text/modules/test_filters.py of NeMo Curator (Apache-2.0), with its names of filters.
"""

from __future__ import annotations

import pyarrow as pa
import pytest

from tilth import evaluate, filters
from tilth.filters.signals import filters as rules
from tilth.op import Op

LONG = "words " + "afdsjafidsaofjbwreowihfdsafbdashuoiotauhiofdafdsafd" * 2 + " https://www.nvidia.com/en-us/ something else after the url"
PARTS = "1\n\n2\n\n3\n\n4\n\n5\n\n6\n\nterms of use\n\n privacy policy\n\n cookie policy\n\nuses cookies"
DUPLICATE = "super very incredibly huge long duplicate."
CASES: list[tuple[Op, tuple[str, float | None, str], list[str], list[bool]]] = [
    (filters.CharacterRatios(), ("char_other_ratio <=", 0.25, "alpha_numeric"),
        ["", "This is a test case.", "%$^%$^%$&^$()))))", "$aaa"], [False, True, False, True]),
    (filters.GopherQuality("nemo"), ("gopher_symbol_ratio <=", 0.1, "symbol_to_word"),
        ["mixed bag ... #", "full of words", "... # ... # #", "barely ok 3 4 5 6 7 8 9 #"], [False, True, False, True]),
    (filters.CharacterRatios(), ("char_digit_ratio <=", 0.1, "numbers_ratio"),
        ["purely letters", "34134543", "$!@$@!$!@", "abcdefghi1"], [True, False, True, True]),
    (filters.CharacterRatios(), ("char_url_ratio <=", 0.2, "urls_ratio"),
        ["https://www.nvidia.com/en-us/", "no urls here!", "$!@$@!$!@", LONG, "words with url https://www.nvidia.com/en-us/"],
        [False, True, True, True, False]),
    (filters.GopherQuality("nemo"), ("gopher_bullet_line_ratio <=", 0.9, "bullet_ratio"),
        ["• not good", "good", "50 \n ⦾ 50", "⁌ this \n⁌ should \n⁌barely \n⁌pass \n⁌5 \n⁌6 \n⁌7 \n⁌8 \n⁌9 \n done!"],
        [False, True, True, True]),
    (filters.CharacterRatios(), ("char_white_space_ratio <=", 0.25, "white_space"),
        ["\t\n\r", "good", "50%\n\n\n", "123\b"], [False, True, False, True]),
    (filters.CharacterRatios(), ("char_bracket_ratio <=", 0.1, "parentheses_ratio"),
        ["()", "(not good)", "this is completely absolutely fine", "123456789("], [False, False, True, True]),
    (filters.C4("nemo"), ("c4_longest_word <=", 4, "max_word_length"), ["tiny", "large"], [True, False]),
    (filters.GopherQuality("nemo"), ("gopher_words >=", 2, "word_count"),
        ["", "one", "two words", "$#@$ %$@$#@ !#@!"], [False, False, True, True]),
    (filters.C4("nemo"), ("c4_boilerplate_ratio <=", 0.4, "boilerplate_string_ratio"),
        ["nothing\t here", PARTS, "too much \n\n privacy & cookies policy"], [True, True, False]),
    (filters.GopherQuality("nemo"), ("gopher_mean_word_length >=", 3, "mean_word_length"),
        ["a", "aa", "superlongword short", "evenly balanced"], [False, False, True, True]),
    (filters.GopherQuality("nemo"), ("gopher_mean_word_length <=", 10, "mean_word_length"),
        ["superlongword short", "waytoolongforasingleword"], [True, False]),
    (filters.GopherRepetition("nemo"), ("gopher_dup_line_frac <=", 0.3, "repeated_lines"),
        ["totally unique", "half.\nhalf."], [True, False]),
    (filters.GopherRepetition("nemo"), ("gopher_dup_para_frac <=", 0.3, "repeated_paragraphs"),
        ["totally unique", "half.\n\nhalf."], [True, False]),
    (filters.GopherRepetition("nemo"), ("gopher_dup_line_char_frac <=", 0.2, "repeated_lines_char"),
        ["totally unique", "a.\na.\nvery very very short duplicate.", "half.\nhalf.", f"{DUPLICATE}\n{DUPLICATE}\na.\nb.\nc."],
        [True, True, False, False]),
    (filters.GopherRepetition("nemo"), ("gopher_dup_para_char_frac <=", 0.2, "repeated_paragraphs_char"),
        ["a.\n\n  a.\n\n  very very very short duplicate.", "half.\n\nhalf.", f"{DUPLICATE}\n\n{DUPLICATE}\n\n  a.\n\n  b.\n\n  c."],
        [True, False, False]),
    (filters.GopherRepetition("nemo"), ("gopher_top_2_gram_char_frac <=", 0.2, "repeating_top_2grams"),
        ["this is a totally fine sentence with no repeat ngrams so we are ok", "a b . a b", "a a a a a a",
            "totally fine small dupe a b a b"], [True, False, False, True]),
    (filters.C4("nemo"), ("c4_no_end_mark_ratio <=", 0.8, "punctuation"),
        ["not good", "good.", "just\n barely\n fine\n ok\n yep."], [False, True, True]),
    (filters.GopherQuality("nemo"), ("gopher_ellipsis_line_ratio <=", 0.8, "ellipsis"),
        ["not good...", "good.", "just...\n barely...\n fine...\n ok...\n yep."], [False, True, True]),
    (filters.GopherQuality("nemo"), ("gopher_stop_words >=", 2, "common_english_words"),
        ["uncommon", "the and", "the and and of to"], [False, True, True]),
    (filters.GopherQuality("nemo"), ("gopher_alpha_word_ratio >=", 0.8, "words_without_alphabets"),
        ["totally fine", "good good good good !", "@"], [True, True, False]),
]


def reasons(steps: list[Op], texts: list[str | None]) -> list[str | None]:
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    for step in steps:
        batch = step.apply(batch)
    return batch["drop"].to_pylist()


@pytest.mark.parametrize(("step", "rule", "texts", "kept"), CASES, ids=[f"{case[1][2]}-{at}" for at, case in enumerate(CASES)])
def test_published_cases(step: Op, rule: tuple[str, float | None, str], texts: list[str], kept: list[bool]) -> None:
    found = reasons([step, *rules([rule])], list(texts))
    assert [reason is None for reason in found] == kept
    assert set(found) <= {None, rule[2]}


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see http://x.com<bad> for details", "http://x.com"), ("click http://example.com;next", "http://example.com"),
        ("http://example.com/foo/bar baz", "http://example.com/foo/bar"),
        ("https://x.com/path?q=foo#section here", "https://x.com/path?q=foo#section"),
        ("ref https://A.B-C_D+E&f!*(g),h/i%2F end", "https://A.B-C_D+E&f!*(g),h/i%2F"), ("http:// https:/ http", ""), ("https://%zz", ""),
    ],
)
def test_where_urls_end(text: str, urls: str) -> None:
    found = filters.CharacterRatios().apply(pa.record_batch({"text": [text]}))
    assert found["char_url_ratio"].to_pylist() == [len(urls) / len(text)]


def test_the_chain_keeps_prose_and_names_the_first_filter_that_does_not() -> None:
    good = "The river that runs past the old mill is of no great width, and people have crossed it with boats and to swim.\n"
    good += "In winter nobody does. Some of them have ice skates and some be careful, with ropes that the mill lends to all.\n"
    good += "When spring comes the boats carry corn to the city and salt to the village, and children watch them from a bridge."
    assert reasons(filters.nemo(), [good, "%$^ %$^", good[:60], "", None, f"{good}\n\n{good}"]) == [
        None, "alpha_numeric", "word_count", "alpha_numeric", "alpha_numeric", "repeated_lines",
    ]


def test_a_text_without_words_fails_a_rule_where_the_tool_divides_by_zero() -> None:
    done = evaluate(filters.nemo(), pa.table({"text": ["\n\n\n"]}))
    assert done.audit["reason"].to_pylist() == ["symbol_to_word"]


def test_a_rule_that_is_left_out_and_other_stop_words() -> None:
    chain = filters.nemo(max_url_ratio=None, stop_words=("der", "die"))
    assert "urls_ratio" not in [step.reason for step in chain if isinstance(step, filters.nemo()[4].__class__)]
    batch = chain[1].apply(pa.record_batch({"text": ["der Fluss und die Stadt"]}))
    assert batch["gopher_stop_words"].to_pylist() == [2]
