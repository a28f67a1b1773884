import numpy as np
import pyarrow as pa
import pytest

from tilth.embed.hashed import HashedEmbedding, _read, pack
from tilth.errors import RecipeError
from tilth.testing import check

MODEL = pack(np.arange(256), np.random.default_rng(0).standard_normal((256, 6)).astype(np.float32), bits=8, ngram=2, letters=3)


def test_laws():
    check(HashedEmbedding(MODEL))
    check(HashedEmbedding(MODEL, name="other"))


def test_a_model_comes_back_to_eight_bits():
    vectors = np.random.default_rng(0).standard_normal((256, 6)).astype(np.float32)
    model = _read(MODEL)
    assert (model.ngram, model.letters, len(model.place)) == (2, 3, 256)
    back = model.table[model.place] * model.scales[model.place][:, None]
    assert (np.abs(back - vectors) <= np.abs(vectors).max(axis=1)[:, None] / 254 * 1.001).all()


def test_a_feature_of_no_weight():
    model = _read(pack(np.array([3]), np.zeros((1, 2), np.float32), bits=8, ngram=1, letters=0))
    assert model.table.tolist() == [[0, 0]]


@pytest.mark.parametrize("model", [b"", b"x", MODEL[:100], MODEL[: len(MODEL) // 2], MODEL.replace(b"embedding 1", b"embedding 9")])
def test_what_is_no_model(model):
    with pytest.raises(RecipeError, match="no model of a hashed embedding"):
        HashedEmbedding(model).apply(pa.record_batch({"text": ["a"]}))


def test_a_bucket_beyond_the_table_is_refused():
    with pytest.raises(RecipeError, match="cannot be"):
        HashedEmbedding(pack(np.array([300]), np.ones((1, 2), np.float32), 8, 1, 0)).apply(pa.record_batch({"text": ["a"]}))
