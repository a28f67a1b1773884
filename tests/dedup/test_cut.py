"""What is cut, what stays whole, and who is dropped for having little left."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tilth.dedup import CutSpans
from tilth.dedup.cut import SPAN
from tilth.errors import RecipeError


def rows(*texts: tuple[str | None, list[tuple[int, int]]]) -> pa.RecordBatch:
    """A batch of texts with spans in bytes; `of` counts the spans of a text from 10."""
    spans = [[{"start": a, "end": b, "of": 10 + i} for i, (a, b) in enumerate(found)] or None for _, found in texts]
    column = pa.array([text for text, _ in texts], pa.large_string())
    return pa.record_batch({"text": column, "repeated_spans": pa.array(spans, pa.large_list(SPAN))})


def cut(text: str, *spans: tuple[int, int], **how: object) -> str:
    return CutSpans(least=0, **how).apply(rows((text, list(spans))))["text"][0].as_py()


def test_only_the_span_goes_not_what_reads_like_it():
    assert cut("same same", (0, 4)) == " same"
    assert cut("same same same", (0, 9), (5, 14)) == ""
    assert cut("\U0001f60a same", (0, 4)) == " same"
    assert cut("u\u0303kent u\u0303kent", (0, 7)) == " u\u0303kent"
    assert cut("one two three", (8, 13), (0, 4)) == "two "


def test_what_readers_see_as_one_character_stays_whole():
    assert cut("xe\u0301y", (0, 2)) == "e\u0301y"  # "e" without its accent
    assert cut("xe\u0301y", (2, 5)) == "xe\u0301"
    family = "\U0001f469\u200d\U0001f467"
    assert cut(f"a{family}b", (0, 5)) == f"{family}b"
    assert cut(f"a{family}b", (8, 13)) == f"a{family}"
    assert cut("a\U0001f44d\U0001f3fdb", (0, 5)) == "\U0001f44d\U0001f3fdb"
    assert cut("one\r\ntwo", (0, 4)) == "\r\ntwo"
    assert cut("\u0928\u0941x", (0, 3)) == "\u0928\u0941x"


def test_words_and_lines():
    text = "the first line\nanother line\nthe last"
    assert cut(text, (6, 18)) == "the fither line\nthe last"
    assert cut(text, (6, 18), boundary="word") == "the first another line\nthe last"
    assert cut(text, (6, 18), boundary="word", widen=True) == "the  line\nthe last"
    assert cut(text, (9, 22), boundary="word") == "the first  line\nthe last"
    assert cut(text, (6, 32), boundary="line") == "the first line\nthe last"
    assert cut(text, (6, 22), boundary="line", widen=True) == "the last"
    assert cut(text, (6, 12), boundary="line") == text
    assert cut(text, (3, 4), (20, 21), boundary="line", widen=True) == "the last"
    assert cut("\u0915\u094d\u0937\u0923 \u0915\u094d", (0, 6), boundary="word") == "\u0915\u094d\u0937\u0923 \u0915\u094d"


@example(["bc", "d,", "a"], 4, 6)  # the comma and the space between two words
@given(st.lists(st.sampled_from(["a", "bc", "d,", "e\u0301", "字"]), max_size=12), st.integers(0, 40), st.integers(0, 40))
def test_words_around_a_cut_do_not_become_one(words, a, b):
    text = " ".join(words)
    kept = cut(text, (min(a, b, len(text.encode())), min(max(a, b), len(text.encode()))), boundary="word")
    assert not set("".join(kept.replace(",", " ").replace("字", " ")).split()) - {"a", "bc", "d", "e\u0301"}


def test_too_little_left_is_dropped_for_the_longest_span():
    batch = rows(("one two three four", [(0, 3), (4, 13)]), ("one two", []), ("a b c d", [(0, 2)]), (None, []), ("all", [(0, 3)]))
    done = CutSpans(least=3).apply(batch)
    assert done["drop"].to_pylist() == ["repeated spans leave under 3 words", None, None, None, "repeated spans leave under 3 words"]
    assert done["drop_of"].to_pylist() == [11, None, None, None, 10]
    assert done["text"].to_pylist() == ["  four", "one two", "b c d", None, ""]
    assert CutSpans(least=0).apply(batch)["drop"].null_count == 5
    assert CutSpans(least=1).apply(batch)["drop"].to_pylist()[-1] == "nothing but repeated spans"


def test_a_batch_in_which_nothing_is_cut_keeps_its_texts():
    batch = rows(("one", []), ("", []))
    assert CutSpans().apply(batch)["text"].buffers()[2].address == batch["text"].buffers()[2].address


PLACES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5)
LETTERS = st.text(st.sampled_from("ab é字\u0301\u200d\U0001f44d\r\n"), max_size=30)


@given(LETTERS, PLACES, st.sampled_from(["character", "word", "line"]), st.booleans())
def test_any_spans_leave_whole_characters(text, spans, boundary, widen):
    size = len(text.encode())
    kept = cut(text, *((min(a, size), min(b, size)) for a, b in spans if a < b), boundary=boundary, widen=widen)
    assert len(kept) <= len(text)
    left = iter(text)
    assert all(letter in left for letter in kept)


def test_no_such_boundary():
    with pytest.raises(RecipeError, match="character, word, line"):
        CutSpans("page")
