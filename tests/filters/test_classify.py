"""The step that scores: its columns, what it refuses, and files of fastText's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fasttext
import pyarrow as pa
import pytest
from filters.labelled_texts import rows

from tilth.errors import RecipeError
from tilth.filters.classify import SHIPPED, Classify, loaded
from tilth.filters.learn_classifier import LearnClassifier
from tilth.filters.shipped import dclm_quality
from tilth.memory import evaluate
from tilth.testing import check

TEXTS = ["soil and seed", "wave and tide", "", None, " \n", "The harbour\nand tide"]


def model(labels: tuple[str, str] = ("farm", "sea")) -> bytes:
    learn = LearnClassifier(char_ngrams=(2, 3), buckets=2000, epochs=20, rate=1.0)
    made = rows(400)
    names = [labels[("farm", "sea").index(label)] for label in made["label"].to_pylist()]
    found = learn.finish(learn.observe(made.set_column(2, "label", pa.array(names, pa.large_string()))))[0].model
    assert isinstance(found, bytes)
    return found


MODEL = model()


def measured(step: Classify, texts: list[Any] = TEXTS) -> dict[str, list[Any]]:
    return step.apply(pa.record_batch({"text": pa.array(texts, pa.large_string())})).to_pydict()


def test_columns() -> None:
    assert list(measured(Classify(MODEL))) == ["text", "class", "class_score"]
    assert list(measured(Classify(MODEL, "kind", scores=("sea", "farm")))) == ["text", "kind", "kind_score", "kind_sea", "kind_farm"]
    done = measured(Classify(MODEL, "kind", "sea"))
    assert list(done) == ["text", "kind"]
    assert [chance and chance > 0.5 for chance in done["kind"]] == [False, True, None, None, None, True]


def test_newlines_are_spaces(tmp_path: Path) -> None:
    path = tmp_path / "m.bin"
    path.write_bytes(MODEL)
    labels, chances = fasttext.load_model(str(path)).predict("The harbour and tide", k=1)
    done = measured(Classify(str(path)))
    assert (done["class"][-1], done["class_score"][-1]) == (labels[0][9:], pytest.approx(chances[0], abs=1e-6))


@pytest.mark.parametrize("fields", [{"positive": "sky"}, {"scores": ("sea", "sky")}])
def test_a_label_the_model_does_not_know_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match="does not know the label 'sky'") as refused:
        measured(Classify(MODEL, **fields))
    assert "'farm', 'sea'" in refused.value.fix


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(RecipeError, match="cannot be a column"):
        Classify(MODEL, "two words")
    with pytest.raises(RecipeError, match="do not go together"):
        Classify(MODEL, positive="sea", scores=("farm",))
    for broken in (b"", b"x" * 100, MODEL[:-1], "no/such/file.bin"):
        with pytest.raises(RecipeError, match="no fastText model"):
            measured(Classify(broken))


def test_a_model_is_read_once() -> None:
    assert loaded(MODEL) is loaded(bytes(bytearray(MODEL)))


def test_names_of_models_that_ship() -> None:
    for name in SHIPPED:
        assert len(loaded(name).labels) == 2


def test_dclm_keeps_what_scores_above_its_threshold() -> None:
    texts = pa.table({"text": pa.array(["wave and tide", "soil seed and plough", "harbour"], pa.large_string())})
    hq = model(("cc", "hq"))
    done = evaluate(dclm_quality(hq, threshold=0.5), texts)
    assert done.table["text"].to_pylist() == ["wave and tide", "harbour"] and done.audit["reason"].to_pylist() == ["low quality (DCLM)"]
    scores = measured(Classify(hq, "q", "hq"), texts["text"].to_pylist())["q"]
    assert evaluate(dclm_quality(hq)[:1], texts).table["dclm_quality"].to_pylist() == scores


def test_laws() -> None:
    check(Classify(MODEL, scores=("sea",), lower=True))
