import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.errors import CorpusError, StoreError
from tilth.tokenize import Pack, open_shards


def written(folder, encode, batch_of, texts_by_shard, length=5):
    """Write shards as a run does, and open them."""
    folder.mkdir(exist_ok=True)
    pack = Pack(length=length)
    told = {}
    for shard, texts in texts_by_shard.items():
        batch = pack.apply(encode.apply(batch_of(texts, shard << 32)))
        opened = lambda suffix, shard=shard: (folder / f"{shard:05d}{suffix}").open("wb")  # noqa: E731
        told[shard] = pack.writer.write(iter([batch]), batch.schema, opened)
    for name, content in (pack.writer.finish(told) | encode.writer.finish(told)).items():
        (folder / name).write_bytes(content)
    return open_shards(folder)


@settings(deadline=None, max_examples=30)
@given(data=st.data(), length=st.integers(1, 20))
def test_every_token_leads_back_to_its_document(tmp_path_factory, encode, batch_of, hard_text, data, length):
    texts = {shard: data.draw(st.lists(hard_text | st.none(), max_size=4)) for shard in (0, 3, 4)}
    sequences = written(tmp_path_factory.mktemp("tokens"), encode, batch_of, texts, length)
    expected = []
    for shard, shard_texts in texts.items():
        stream = []
        for at, ids in enumerate(encode.apply(batch_of(shard_texts))["tokens"].to_pylist()):
            stream += [(token, (shard << 32) + at, i) for i, token in enumerate([*ids, 0])] if ids is not None else []
        expected += [stream[start : start + length] for start in range(0, len(stream), length)]
    assert len(sequences) == len(expected)
    for i, want in enumerate(expected):
        got = sequences[i]
        origin = [(part.row, part.offset + p) for part in got.documents for p in range(part.end - part.start)]
        assert [(int(token), *at) for token, at in zip(got.tokens, origin, strict=True)] == want
        assert np.array_equal(got.tokens, sequences.tokens(i))
        for position, (_, row, _) in enumerate(want):
            part = sequences.trace(i, position)
            assert (part.row, part.id, part.source) == (row, f"d{row}", f"s{row % 2}")
    sequences.verify()


def test_indices_are_like_those_of_a_list(tmp_path, encode, batch_of):
    sequences = written(tmp_path, encode, batch_of, {0: ["one two three four"], 2: ["five"]})
    assert np.array_equal(sequences[-1].tokens, sequences[len(sequences) - 1].tokens)
    for out in (len(sequences), -len(sequences) - 1):
        with pytest.raises(IndexError, match=f"no number {out}"):
            sequences[out]
    assert len(list(sequences)) == len(sequences)
    with pytest.raises(IndexError, match="there is none at 5"):
        sequences.trace(0, 5)


def test_tokens_are_views_of_mapped_files_and_cannot_be_written(tmp_path, encode, batch_of):
    tokens = written(tmp_path, encode, batch_of, {0: ["one two three four"]}).tokens(0)
    assert isinstance(tokens, np.memmap)
    assert not tokens.flags.writeable


def test_it_travels_to_another_process_by_its_path(tmp_path, encode, batch_of):
    sequences = written(tmp_path, encode, batch_of, {0: ["one two three four"]})
    travelled = pickle.dumps(sequences)
    assert len(travelled) < 500
    assert np.array_equal(pickle.loads(travelled)[0].tokens, sequences[0].tokens)


def test_damage_is_found(tmp_path, encode, batch_of):
    written(tmp_path, encode, batch_of, {0: ["one two three four"]}).verify()
    content = (tmp_path / "00000.npy").read_bytes()
    (tmp_path / "00000.npy").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(StoreError, match=r"00000\.npy"):
        open_shards(tmp_path).verify()
    np.save(tmp_path / "00000.npy", np.zeros(3, np.uint16))
    with pytest.raises(StoreError, match=r"00000\.npy"):
        open_shards(tmp_path)[0]


def test_what_is_no_folder_of_shards_says_so(tmp_path, encode, batch_of):
    with pytest.raises(CorpusError, match=r"no tokens\.json"):
        open_shards(tmp_path)
    written(tmp_path, encode, batch_of, {0: ["one"]})
    listing = (tmp_path / "tokens.json").read_text()
    (tmp_path / "tokens.json").write_text(listing.replace('"format": 2', '"format": 9'))
    with pytest.raises(CorpusError, match="format 9"):
        open_shards(tmp_path)
