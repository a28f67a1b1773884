import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.testing import check, examples
from tilth.tokenize import Encode
from tilth.tokenize.vocabulary import Vocabulary


def tokens(encode, batch_of, *texts):
    return encode.apply(batch_of(list(texts)))["tokens"].to_pylist()


@settings(deadline=None)
@given(data=st.data())
def test_decoding_gives_the_text_back(encode, batch_of, hard_text, data):
    text = data.draw(hard_text)
    ids = tokens(encode, batch_of, text)[0]
    assert encode.decode(ids) == text
    assert 0 not in ids


@pytest.mark.parametrize("text", ["", "\x00", "👩‍👩‍👧🏽", "a\x00b", "\ufeff", "<|endoftext|>", "x<|endoftext|>y <|endoftext|>\n"])
def test_odd_texts_come_back_and_never_make_a_separator(encode, batch_of, text):
    ids = tokens(encode, batch_of, text)[0]
    assert encode.decode(ids) == text
    assert 0 not in ids


@settings(deadline=None)
@given(data=st.data())
def test_it_does_not_matter_where_batches_are_cut(encode, batch_of, hard_text, data):
    texts = data.draw(st.lists(hard_text | st.none(), max_size=6))
    cut = data.draw(st.integers(0, len(texts)))
    whole = encode.apply(batch_of(texts))
    for parts in ([whole.slice(0, cut), whole.slice(cut)], [batch_of(texts[:cut]), batch_of(texts[cut:], cut)]):
        again = pa.Table.from_batches([encode.apply(part) for part in parts])
        assert again.equals(pa.Table.from_batches([whole]), check_metadata=True)


def test_columns_types_and_metadata(encode, batch_of):
    batch = batch_of(["one two", None, ""])
    done = encode.apply(batch)
    assert done.schema.field("tokens").type == pa.large_list(pa.uint16())
    assert done.schema.field("tokens_count").type == pa.int64()
    assert done["tokens"].null_count == done["tokens_count"].null_count == 1
    assert done["tokens_count"].to_pylist() == [len(done["tokens"][0]), None, 0]
    assert done["text"].buffers()[2].address == batch["text"].buffers()[2].address
    assert Vocabulary.of(done.schema).special == {"<|endoftext|>": 0}
    assert encode.apply(batch_of([])).schema == done.schema


def test_metadata_survives_parquet(encode, batch_of, tmp_path):
    pq.write_table(pa.Table.from_batches([encode.apply(batch_of(["one"]))]), tmp_path / "a.parquet")
    assert Vocabulary.of(pq.read_table(tmp_path / "a.parquet").schema) == Vocabulary.of(encode.apply(batch_of([])).schema)


RUNS = [(unit, 1_000_000) for unit in ["a", " ", "\n \t", "日", "=", "1"]]


@pytest.mark.parametrize(("unit", "size"), [("the words run on ", 10_000_000), *RUNS])
def test_ten_megabytes_on_one_line_and_a_million_of_one_kind(encode, batch_of, unit, size):
    text = unit * (size // len(unit.encode())) + "x"
    done = encode.apply(batch_of(["before", text, "after"]))["tokens"]
    assert done[0].as_py() == tokens(encode, batch_of, "before")[0]
    assert done[2].as_py() == tokens(encode, batch_of, "after")[0]
    head, tail = done[1].values[:1000].to_pylist(), done[1].values[-1000:].to_pylist()  # decoding it all takes the library seconds
    assert text.startswith(encode.decode(head).rstrip("\ufffd"))
    assert text.endswith(encode.decode(tail).lstrip("\ufffd"))
    width = np.array([len(bytes_of) for bytes_of in token_bytes(encode)])
    assert width[done[1].values.to_numpy()].sum() == len(text.encode())


def token_bytes(encode):
    """The bytes that each id stands for; a byte-level vocabulary writes a byte as one character."""
    vocab = json.loads(encode.tokenizer)["model"]["vocab"]
    return [name for name, _ in sorted(vocab.items(), key=lambda item: item[1])]


def test_from_file(encode, tmp_path):
    (tmp_path / "tokenizer.json").write_bytes(encode.tokenizer)
    assert Encode.from_file(tmp_path / "tokenizer.json") == encode


def test_its_writer_leaves_the_tokenizer(encode):
    writer = encode.writer
    assert writer.write(iter([]), pa.schema([]), open) == {}
    assert writer.finish({0: {}}) == {"tokenizer.json": encode.tokenizer}


def test_it_keeps_the_laws(encode):
    check(encode, examples())
