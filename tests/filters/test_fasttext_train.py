"""A trained model: the same bytes for any number of threads, as good as fastText's recipe promises, and folded without loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from filters.labelled_texts import rows

from tilth.filters import fasttext_train
from tilth.filters.fasttext import read
from tilth.filters.fasttext_train import Layers, Settings, train
from tilth.filters.fasttext_write import dense

SETTINGS = Settings(2, (2, 3), 8, 1.0, 25, 2, 2000, False)
ROWS = rows(600, ("farm", "sea", "town"))
NAMES = ["farm", "sea", "town"]
LABELS = np.array([NAMES.index(label) for label in ROWS["label"].to_pylist()], np.int32)


def trained(threads: int = 1, **changes: object) -> tuple[Layers, np.ndarray]:
    return train(ROWS["text"], LABELS, NAMES, 100, replace(SETTINGS, **changes), threads)


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_do_not_change_a_byte(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = trained()
    monkeypatch.setattr(fasttext_train, "_WORTH_A_THREAD", 0)
    many = trained(threads)
    assert dense(many[0]) == dense(alone[0]) and many[1].tobytes() == alone[1].tobytes()


@pytest.mark.parametrize("each", [False, True])
def test_it_learns_what_there_is_to_learn(each: bool) -> None:
    _, scores = trained(each=each)
    assert np.mean(scores.argmax(1) == LABELS[-100:]) > 0.9


@pytest.mark.parametrize("each", [False, True])
@pytest.mark.parametrize("dim", [1, 2, 8])
def test_the_file_scores_as_training_did(each: bool, dim: int) -> None:
    layers, scores = trained(each=each, dim=dim)
    for scale in (1.0, 3.0):
        model = read(dense(layers.folded(scale)))
        _, _, chances = model.classify(ROWS["text"].slice(500), np.arange(3, dtype=np.int32))
        wanted = 1 / (1 + np.exp(-scale * scores)) if each else np.exp(scale * scores) / np.exp(scale * scores).sum(1)[:, None]
        assert np.allclose(chances, wanted, atol=0.02 if each else 2e-4)  # fastText takes the logistic function from a table


def test_two_labels_are_one_number_and_an_offset() -> None:
    labels = (LABELS == 1).astype(np.int32)
    layers, scores = train(ROWS["text"], labels, ["no", "yes"], 100, SETTINGS, 1)
    folded = layers.folded(2.0, -0.7)
    assert folded.vectors.shape[1] == folded.settings.dim == 1
    _, _, chances = read(dense(folded)).classify(ROWS["text"].slice(500), np.array([1], np.int32))
    assert np.allclose(chances[:, 0], 1 / (1 + np.exp(-(2 * (scores[:, 1] - scores[:, 0]) - 0.7))), atol=1e-4)


def test_the_held_out_leave_no_trace() -> None:
    other = rows(600, ("town",), seed=9)["text"].to_pylist()
    texts = [*ROWS["text"].to_pylist()[:500], *other[500:]]
    changed = train(pa.array(texts, pa.large_string()), LABELS, NAMES, 100, SETTINGS, 1)[0]
    assert dense(changed) == dense(trained()[0])


def test_words_that_are_rare_are_not_in_the_model() -> None:
    common, every, none = (trained(min_count=n)[0].words for n in (250, 1, 0))
    assert none == (b"</s>",) and set(common) < set(every) and b"the" in common
    texts = " ".join(ROWS["text"].to_pylist()[:500]).split()
    assert all(texts.count(word.decode()) >= 250 for word in common[1:])
