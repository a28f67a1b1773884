"""Files that fastText's own library reads, and answers from as we do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import fasttext
import numpy as np
import pyarrow as pa
import pytest
from filters.labelled_texts import rows

from tilth.errors import RecipeError
from tilth.filters.fasttext import read
from tilth.filters.fasttext_train import Layers, Settings, train
from tilth.filters.fasttext_write import dense, quantised

TEXTS = [*rows(60, ("farm", "sea", "town"), seed=5)["text"].to_pylist(), "", "soil", "田 é 👩 unseen", "seed " * 500]


def layers(kinds: tuple[str, ...] = ("farm", "sea", "town"), fold: bool = False, **changes: Any) -> Layers:
    made = rows(400, kinds)
    arguments = {"word_ngrams": 2, "char_ngrams": (2, 3), "dim": 6, "rate": 1.0, "epochs": 20, "min_count": 2, "buckets": 3000}
    labels = np.array([kinds.index(label) for label in made["label"].to_pylist()], np.int32)
    found, _ = train(made["text"], labels, kinds, 0, Settings(**arguments | {"each": False} | changes), 1)
    return found.folded(4.0) if fold else found


def compare(data: bytes, path: Path) -> np.ndarray:
    """Hold our answers against the library's; return the probabilities."""
    path.write_bytes(data)
    library, ours = fasttext.load_model(str(path)), read(data)
    _, _, chances = ours.classify(pa.array(TEXTS, pa.large_string()), np.arange(len(ours.labels), dtype=np.int32))
    for text, found in zip(TEXTS, chances, strict=True):
        names, theirs = library.predict(text, k=-1)
        asked = {name.removeprefix("__label__"): chance for name, chance in zip(names, theirs, strict=True)}
        if asked:
            assert [asked[label] for label in ours.labels] == pytest.approx(found.tolist(), abs=1e-6)
    return chances


@pytest.mark.parametrize("fold", [False, True])
@pytest.mark.parametrize("changes", [
    {}, {"each": True}, {"word_ngrams": 1, "char_ngrams": (0, 0)}, {"min_count": 0}, {"char_ngrams": (1, 5), "word_ngrams": 4}, {"dim": 7},
], ids=str)  # fmt: skip
def test_the_library_reads_what_we_write(changes: dict[str, Any], fold: bool, tmp_path: Path) -> None:
    made = layers(fold=fold, **changes)
    full = compare(dense(made), tmp_path / "m.bin")
    coded = compare(quantised(made), tmp_path / "m.ftz")
    assert np.abs(full - coded).mean() < 0.03
    assert len(quantised(made)) < max(40_000, len(dense(made)) / 2)


def test_of_two_labels_and_pruned(tmp_path: Path) -> None:
    made = layers(("farm", "sea"), fold=True)
    full = compare(dense(made), tmp_path / "m.bin")
    assert made.vectors.shape[1] == 1
    for features in (0, 1000, 40):
        coded = compare(quantised(made, features), tmp_path / "m.ftz")
        assert (coded.argmax(1) == full.argmax(1)).mean() > (0.95 if features != 40 else 0.8)


def test_pruning_keeps_what_weighs_most(tmp_path: Path) -> None:
    made = layers()
    words = len(made.words)
    lengths = np.linalg.norm(made.vectors[words:], axis=1)
    kept = read(quantised(made, 100)).source
    marks = np.unpackbits(kept.kept.view(np.uint8), bitorder="little")[: len(lengths)]
    assert marks.sum() == 100 and lengths[marks == 1].min() >= lengths[marks == 0].max()


def test_labels_of_any_kind(tmp_path: Path) -> None:
    made = layers(("farm", "sea"))
    path = tmp_path / "m.bin"
    path.write_bytes(dense(replace(made, labels=("of the sea", "земля 👩"))))
    assert set(fasttext.load_model(str(path)).predict("soil", k=2)[0]) == {"__label__of the sea", "__label__земля 👩"}
    assert read(path).labels == ("of the sea", "земля 👩")


def test_a_cut_file_is_refused() -> None:
    data = dense(layers())
    for size in (0, 3, 100, len(data) // 2, len(data) - 1):
        with pytest.raises(RecipeError, match="no fastText model"):
            read(data[:size])
