import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.testing import check, examples
from tilth.tokenize import Pack, TokenShards
from tilth.tokenize.vocabulary import Vocabulary

TOKENS = Vocabulary(300, {"<|endoftext|>": 0}, "").type


def tokens_batch(documents):
    return pa.record_batch({"tokens": pa.array(documents, TOKENS)})


@settings(deadline=None)
@given(documents=st.lists(st.none() | st.lists(st.integers(1, 299), max_size=5), max_size=12), data=st.data())
def test_starts_do_not_depend_on_cuts_and_leave_room_for_one_separator_each(documents, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(documents)), max_size=3)))
    whole = tokens_batch(documents)
    parts = [whole.slice(a, b - a) for a, b in zip([0, *cuts], [*cuts, len(documents)], strict=True)]
    starts = pa.Table.from_batches(list(Pack().stream(parts)))["token_start"].to_pylist()
    expected, at = [], 0
    for document in documents:
        expected.append(None if document is None else at)
        at += 0 if document is None else len(document) + 1
    assert starts == expected
    assert Pack().apply(whole)["token_start"].to_pylist() == expected


def test_one_batch_out_for_each_batch_in():
    parts = [tokens_batch([[1]]), tokens_batch([]), tokens_batch([[2], [3]])]
    assert [len(part) for part in Pack().stream(parts)] == [1, 0, 2]
    assert list(Pack().stream([])) == []


def test_an_unknown_separator_or_unknown_tokens_are_refused():
    with pytest.raises(RecipeError, match="no special token"):
        Pack(separator="</s>").apply(tokens_batch([[1]]))
    with pytest.raises(RecipeError, match="what the tokens mean"):
        Pack().apply(pa.record_batch({"tokens": pa.array([[1]], pa.large_list(pa.uint16()))}))


def test_a_sequence_has_tokens():
    with pytest.raises(RecipeError, match="length=0"):
        Pack(length=0)


def test_it_brings_its_writer():
    assert Pack(length=7, separator="<|x|>").writer == TokenShards(7, "<|x|>")


def test_it_keeps_the_laws(encode):
    check(Pack(length=8), pa.Table.from_batches(list(map(encode.apply, examples().to_batches()))))
