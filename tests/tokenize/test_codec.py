import concurrent.futures
import json

import numpy as np
import pyarrow as pa
import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.errors import RecipeError, StepError
from tilth.tokenize import codec, library


def as_texts(texts):
    return pa.array(texts, pa.large_string())


@pytest.fixture(scope="module")
def both(encode):
    """The same tokenizer by the kernel and by the library."""
    loaded = library.load(encode.tokenizer)
    return codec.codec(encode.tokenizer).encode, lambda texts: codec._by_library(loaded, texts)


def test_our_tokenizers_run_in_the_kernel_and_others_do_not(encode):
    ours = json.loads(library.load(encode.tokenizer).to_str())
    assert codec._is_ours(ours)
    assert not codec._is_ours(ours | {"normalizer": {"type": "NFC"}})
    assert not codec._is_ours(ours | {"model": ours["model"] | {"ignore_merges": True}})
    assert not codec._is_ours(ours | {"pre_tokenizer": ours["pre_tokenizer"]["pretokenizers"][1]})
    plain = ours["added_tokens"][0] | {"special": False}
    assert not codec._is_ours(ours | {"added_tokens": [plain]})
    without = {name: id for name, id in ours["model"]["vocab"].items() if name != "!"}
    assert not codec._is_ours(ours | {"model": ours["model"] | {"vocab": without}})


@settings(deadline=None)
@given(data=st.data())
def test_the_kernel_equals_the_library(both, hard_text, data):
    texts = as_texts(data.draw(st.lists(hard_text | st.none(), max_size=5)))
    (ids, ends), (library_ids, library_ends) = (by(texts) for by in both)
    assert ids.tolist() == library_ids.tolist()
    assert ends.tolist() == library_ends.tolist()


def test_sliced_arrays_and_hidden_bytes_under_nulls(both):
    offsets, valid = pa.py_buffer(np.array([0, 3, 6, 9])), pa.py_buffer(bytes([0b101]))
    hidden = pa.LargeStringArray.from_buffers(3, offsets, pa.py_buffer(b"oneTWOtri"), valid, 1)
    for texts in (as_texts(["one", "two", None, "three"])[1:3], hidden, as_texts([])):
        (ids, ends), (library_ids, library_ends) = (by(texts) for by in both)
        assert (ids.tolist(), ends.tolist()) == (library_ids.tolist(), library_ends.tolist())


def test_the_library_sees_portions(both, monkeypatch):
    texts = as_texts(["some words", "", None, "x" * 50, "end"] * 5)
    whole = both[1](texts)
    monkeypatch.setattr(codec, "LIBRARY_BYTES", 20)
    assert max(map(len, codec.portions(texts))) < 10
    assert [part.tolist() for part in both[1](texts)] == [part.tolist() for part in whole]


def test_threads_share_one_codec(encode):
    texts = as_texts([f"word{i} {i * 7919} and more" for i in range(3000)])
    by_kernel = codec.codec(encode.tokenizer).encode
    want = by_kernel(texts)[0].tolist()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert all(ids.tolist() == want for ids, _ in pool.map(by_kernel, [texts] * 8))


def test_vocabulary_of_a_foreign_tokenizer():
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "b": 70_000, "?": 1}, unk_token="?"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    words.add_special_tokens(["<s>"])
    loaded = codec.codec(words.to_str().encode())
    assert (loaded.vocabulary.size, loaded.vocabulary.special) == (70_001, {"<s>": 3})
    assert loaded.encode(as_texts(["b a c <s>"]))[0].tolist() == [70_000, 0, 1, 1, 1, 1]


def test_what_is_no_tokenizer_says_so():
    for rubbish in (b"", b"{}", b"\xff", b'{"model": 1}'):
        with pytest.raises(RecipeError, match="not a tokenizer"):
            codec.codec(rubbish)


def test_a_panic_of_the_library_is_an_error_of_the_step():
    class PanicException(BaseException):
        pass

    class Broken:
        def encode_batch_fast(self, texts, add_special_tokens):
            raise PanicException("retry-limit-in-match over")

    with pytest.raises(StepError, match="retry-limit"):
        codec._by_library(Broken(), as_texts(["a"]))
