"""Tokens stand where the library says, by our kernel and by any tokenizer; the pieces of a text of bytes are the text."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from tilth.kernels.arrow import utf8
from tilth.testing import examples
from tilth.tokenize import Bpe, library
from tilth.tokenize.places import Placed, placed

LEARNED = "the old café is open, and so is the 世界 beyond it: été, naïve, ﬁne 🌱 " * 3


def ours() -> bytes:
    fold = Bpe(vocab=300)
    rows = pa.record_batch({"row": pa.array([0], pa.uint64()), "text": pa.array([LEARNED], pa.large_string())})
    return fold.finish(fold.observe(rows))[0].tokenizer


def of_pieces() -> bytes:
    """As SentencePiece makes them: normalised, in lower case, a space at the front, an unknown token."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator([LEARNED], trainers.BpeTrainer(vocab_size=120, special_tokens=["<unk>"], show_progress=False))
    return tokenizer.to_str().encode()


def with_a_space_in_front() -> bytes:
    tokenizer = library.blank()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.train_from_iterator([LEARNED], trainers.BpeTrainer(initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return tokenizer.to_str().encode()


def without_some_bytes() -> bytes:
    """Of bytes that its vocabulary lacks it makes nothing: lengths do not add up."""
    tokenizer = library.blank()
    tokenizer.train_from_iterator(["abc abc"], trainers.BpeTrainer(show_progress=False))
    return tokenizer.to_str().encode()


@pytest.fixture(scope="module", params=[ours, of_pieces, with_a_space_in_front, without_some_bytes])
def tokenizer(request: pytest.FixtureRequest) -> bytes:
    return request.param()


def as_array(texts: list[str | None]) -> pa.Array:
    return pa.array(["left out", *texts], pa.large_string())[1:]  # a slice: its bytes do not begin at 0


def rows_of(found: Placed) -> list[slice]:
    return [slice(a, b) for a, b in itertools.pairwise(found.ends.tolist())]


def test_places_are_the_librarys(tokenizer: bytes) -> None:
    texts = [*examples()["text"].to_pylist(), "ÉTÉ! 世界🌱 open\n\n", None, "", "a\0b  ﬁne", "abc x abc"]
    array, loaded = as_array(texts), library.load(tokenizer)
    (offsets, data), found = utf8(array), placed(array, tokenizer)
    assert len(found.ends) == len(texts) + 1 and len(found.ids) == found.ends[-1] == len(found.starts) == len(found.stops)
    for row, (text, mine) in enumerate(zip(texts, rows_of(found), strict=True)):
        encoding = loaded.encode(text or "", add_special_tokens=False)
        assert found.ids[mine].tolist() == encoding.ids
        whole = data[offsets[row] : offsets[row + 1]].tobytes()
        for start, stop, (a, b) in zip(found.starts[mine] - offsets[row], found.stops[mine] - offsets[row], encoding.offsets, strict=True):
            there = (text or "")[a:b].encode()
            assert whole[start:stop] in there and start >= len((text or "")[:a].encode()) and stop <= len((text or "")[:b].encode())


def test_tokens_of_bytes_are_the_text() -> None:
    array = as_array(["naïve 世界", "", "été"])
    found, (offsets, _) = placed(array, ours()), utf8(array)
    assert (found.stops[:-1] == found.starts[1:]).all() and found.starts[0] == offsets[0] and found.stops[-1] == offsets[-1]


def test_no_text_at_all(tokenizer: bytes) -> None:
    found = placed(as_array([]), tokenizer)
    assert found.ends.tolist() == [0] and len(found.ids) == len(found.starts) == 0 and found.ids.dtype == np.uint32
