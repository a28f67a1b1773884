import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tilth.embed import SentenceEmbedding
from tilth.embed import sentence as module
from tilth.errors import MissingExtra, RecipeError
from tilth.memory import evaluate
from tilth.testing import check

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "soil", "seed", "rain", "star", "moon", "the", "of", "x", "a"]
TEXTS = ["the soil of the seed", "seed of rain", "star moon", "  ", "", None, "moon of the star", "unheard"]


def vectors(step, texts=TEXTS):
    return evaluate([step], pa.table({"text": pa.array(texts, pa.large_string())})).table["embedding"].to_pylist()


@pytest.fixture(scope="module")
def static(tmp_path_factory) -> Path:
    """A model2vec model of a dozen words, in which words on soil point one way and words on stars another."""
    model2vec = pytest.importorskip("model2vec", reason="the extra 'embed' is not installed")
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    table = np.random.default_rng(0).normal(0, 0.05, (len(WORDS), 6)).astype(np.float32)
    table[:4] = 0
    table[4:7, 0] += 1
    table[7:9, 1] += 1
    folder = tmp_path_factory.mktemp("models") / "static"
    model2vec.StaticModel(table, tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def transformer(tmp_path_factory) -> Path:
    """A sentence transformer of one layer with weights as they were drawn."""
    library = pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("models")
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 40}
    BertModel(BertConfig(vocab_size=len(WORDS), **sizes)).save_pretrained(folder / "bert")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    library.SentenceTransformer(str(folder / "bert")).save(str(folder / "whole"))  # it puts the mean of the tokens on top
    return folder / "whole"


def test_laws(static):
    check(SentenceEmbedding(str(static)))
    check(SentenceEmbedding(str(static), chars=4, name="other"))


def test_static_vectors_are_means_of_their_words(static):
    soil, rain, star, *none, moon, unheard = vectors(SentenceEmbedding(str(static)))
    assert none == [None] * 3 and unheard is None
    assert np.dot(soil, rain) > 0.8 > 0.3 > np.dot(soil, star) and np.dot(star, moon) > 0.8
    assert np.linalg.norm(soil) == pytest.approx(1)
    assert vectors(SentenceEmbedding(str(static), chars=4), ["star moon"]) == vectors(SentenceEmbedding(str(static)), ["star"])


def test_a_transformer(transformer):
    step = SentenceEmbedding(str(transformer), "sentence-transformers")
    check(step)
    soil, *_, moon, unheard = vectors(step)
    assert len(soil) == 16 and np.linalg.norm(moon) == pytest.approx(1) and unheard is not None
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(transformer)).encode(TEXTS[0])
    assert np.allclose(soil, theirs / np.linalg.norm(theirs), atol=1e-5)
    batched = vectors(SentenceEmbedding(str(transformer), "sentence-transformers", batch=8))
    assert np.allclose(batched[0], soil, atol=1e-4)


def test_what_cannot_be(tmp_path, monkeypatch):
    for wrong in ({"library": "other"}, {"model": ""}, {"batch": 0}, {"chars": 0}):
        with pytest.raises(RecipeError, match="no such embedding"):
            SentenceEmbedding(**({"model": "m"} | wrong))
    pytest.importorskip("model2vec", reason="the extra 'embed' is not installed")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(RecipeError, match="does not load"):
        vectors(SentenceEmbedding(str(tmp_path)))


def test_a_missing_library_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "model2vec", None)
    module._load.cache_clear()
    with pytest.raises(MissingExtra, match=r"tilth\[embed\]"):
        vectors(SentenceEmbedding("m"))
