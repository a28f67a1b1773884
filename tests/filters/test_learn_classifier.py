"""A classifier learned from the corpus: what it becomes, what it refuses, and that nothing but the rows decides its bytes."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import fasttext
import numpy as np
import pyarrow as pa
import pytest
from filters.labelled_texts import rows

import tilth as t
from tilth import filters, read
from tilth.errors import CorpusError, RecipeError
from tilth.filters.classify import Classify
from tilth.filters.learn_classifier import LearnClassifier
from tilth.testing import check

LEARN = LearnClassifier(char_ngrams=(2, 3), buckets=2000, epochs=25, rate=1.0, min_count=2)


def learned(learn: LearnClassifier, batch: pa.RecordBatch) -> Classify:
    return learn.finish(learn.observe(batch))[0]


def scores(step: Classify, batch: pa.RecordBatch, name: str = "class") -> list[Any]:
    return step.apply(batch)[name].to_pylist()


def test_the_best_label_its_score_and_those_asked_for() -> None:
    step, new = learned(replace(LEARN, scores=("sea",)), rows(600, ("farm", "sea", "town"))), rows(100, ("farm", "sea", "town"), seed=3)
    done = step.apply(new)
    assert done.schema.names[3:] == ["class", "class_score", "class_sea"]
    assert np.mean([a == b for a, b in zip(done["class"].to_pylist(), new["label"].to_pylist(), strict=True)]) > 0.9
    for label, score, sea in zip(*(done[name].to_pylist() for name in done.schema.names[3:]), strict=True):
        assert 0.3 < score < 1.001 and (label != "sea" or sea == score)


def test_the_probability_of_one_label() -> None:
    step, new = learned(replace(LEARN, name="quality", positive="sea"), rows(600)), rows(200, seed=3)
    done = step.apply(new)
    assert done.schema.names == ["row", "text", "label", "quality"] and done["quality"].type == pa.float64()
    told = [chance > 0.5 for chance in scores(step, new, "quality")]
    assert np.mean([sea == (label == "sea") for sea, label in zip(told, new["label"].to_pylist(), strict=True)]) > 0.9


@pytest.mark.parametrize("kinds", [("farm", "sea"), ("farm", "sea", "town")])
def test_probabilities_mean_what_they_say(kinds: tuple[str, ...]) -> None:
    """Labels that are noise half of the time can be told 3 of 4 times (2 of 3 for three), and the model must say so."""

    def noisy(count: int, seed: int) -> pa.RecordBatch:
        made, chance = rows(count, kinds, seed), random.Random(seed)
        labels = [label if chance.random() < 0.5 else chance.choice(kinds) for label in made["label"].to_pylist()]
        return made.set_column(2, "label", pa.array(labels, pa.large_string()))

    new = noisy(3000, 8)
    told, loss = {}, {}
    for held_out in (0.0, 0.2):
        done = learned(replace(LEARN, held_out=held_out, scores=kinds), noisy(3000, 7)).apply(new)
        right = np.array([a == b for a, b in zip(done["class"].to_pylist(), new["label"].to_pylist(), strict=True)])
        told[held_out] = float(np.mean(done["class_score"].to_numpy())) - right.mean()
        loss[held_out] = -np.mean(np.log([row[f"class_{row['label']}"] for row in done.to_pylist()]))
    assert loss[0.2] < loss[0.0] and abs(told[0.2]) < 0.1


def test_the_model_is_a_file_of_fasttext(tmp_path: Path) -> None:
    new = rows(50, seed=3)
    for quantise in (False, True):
        step = learned(replace(LEARN, quantise=quantise, positive="sea"), rows(300))
        path = tmp_path / f"{quantise}.bin"
        path.write_bytes(step.model)  # type: ignore[arg-type]
        library = fasttext.load_model(str(path))
        for text, ours in zip(new["text"].to_pylist(), scores(step, new), strict=True):
            assert dict(zip(*library.predict(text, k=2), strict=True))["__label__sea"] == pytest.approx(ours, abs=1e-6)
        assert scores(replace(step, model=str(path)), new) == scores(step, new)


def test_the_note_says_how_well_it_does() -> None:
    made = rows(400)
    blank = made.set_column(2, "label", pa.array([None, *made["label"].to_pylist()[1:]], pa.large_string()))
    assert "1 without a label" in learned(LEARN, blank).note
    assert "held out, of which" in learned(LEARN, made).note and "farm: precision" in learned(LEARN, made).note
    assert "held out" not in learned(replace(LEARN, held_out=0.0), made).note


def test_lower_case_is_of_the_step_too() -> None:
    made = rows(300)
    shouted = made.set_column(1, "text", pa.array([text.upper() for text in made["text"].to_pylist()], pa.large_string()))
    assert learned(replace(LEARN, lower=True), shouted).model == learned(replace(LEARN, lower=True), made).model
    step = learned(replace(LEARN, lower=True), made)
    assert scores(step, shouted) == scores(step, made)


@pytest.mark.parametrize(("field", "value"), [
    ("rate", 0.0), ("rate", float("nan")), ("dim", 0), ("epochs", 0), ("min_count", -1), ("word_ngrams", 0), ("char_ngrams", (3, 2)),
    ("char_ngrams", (0, 3)), ("char_ngrams", (3, 99)), ("buckets", 0), ("held_out", 0.9), ("sample_bytes", 0), ("loss", "hinge"),
    ("name", "two words"), ("features", -1),
])  # fmt: skip
def test_settings_without_sense_are_refused(field: str, value: Any) -> None:
    with pytest.raises(RecipeError) as refused:
        replace(LEARN, **{field: value})
    assert refused.value.fix
    with pytest.raises(RecipeError, match="no features"):
        LearnClassifier(min_count=0, word_ngrams=1)


@pytest.mark.parametrize(("labels", "why"), [
    (["a"] * 6, "every labelled row is 'a'"), ([None] * 6, "no row has both"), (["", None] * 3, "no row has both"),
    ([float("nan")] * 6, "no row has both"),
])  # fmt: skip
def test_one_label_or_none_teaches_nothing(labels: list[Any], why: str) -> None:
    batch = rows(6).set_column(2, "label", pa.array(labels))
    with pytest.raises(CorpusError, match="nothing to tell apart") as refused:
        learned(LEARN, batch)
    assert why in refused.value.why and "union" in refused.value.fix


def test_labels_that_come_late_are_no_fault_of_the_recipe(tmp_path: Path) -> None:
    made = [{"text": f"soil seed {i}", "label": "a"} for i in range(2000)] + [{"text": f"wave {i}", "label": "b"} for i in range(9)]
    made += [{"text": "no label", "label": None}] * 5
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, made)))
    corpus, recipe = read.Jsonl(str(tmp_path / "rows.jsonl")), [replace(LEARN, epochs=1)]
    assert "5 without a label" in t.run(corpus, recipe, str(tmp_path / "out"), "inline").data["executed"][0]["note"]


def test_a_label_that_no_row_has_is_refused() -> None:
    for learn in (replace(LEARN, positive="forest"), replace(LEARN, scores=("sea", "forest"))):
        with pytest.raises(RecipeError, match="No row has the label 'forest'"):
            learned(learn, rows(30))
    with pytest.raises(CorpusError, match="no column 'label'"):
        LEARN.observe(rows(3).select(["row", "text"]))


def test_steps_too_large_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RecipeError, match="diverged") as refused:
        learned(replace(LEARN, rate=99.0, epochs=50), rows(300))
    assert refused.value.fix == "rate=24.75"


def test_hostile_texts_train_and_score() -> None:
    texts = ["", "a", "x" * 10_000_000, "👩‍👩‍👧" * 1000, "\0\0", "__label__a b", "</s> what", " \n\t", None, "\u202eabc e\u0301", "1 2 3"]
    made = rows(len(texts) * 4)
    batch = made.set_column(1, "text", pa.array(texts * 4, pa.large_string()))
    step = learned(replace(LEARN, epochs=1), batch)
    found = scores(step, batch)
    assert [found[i] is None for i in range(len(texts))] == [text is None or not text.strip() for text in texts]


def test_laws() -> None:
    batch = pa.Table.from_batches([rows(80)])
    check(replace(LEARN, epochs=2), batch)
    check(replace(LEARN, epochs=2, sample_bytes=1500, quantise=True, positive="sea"), batch)


def corpora(folder: Path, shards: int) -> tuple[Path, Path]:
    for kind in ("farm", "sea"):
        (folder / kind).mkdir(exist_ok=True)
        for shard in range(shards):
            lines = (json.dumps({"text": text}) for text in rows(60, (kind,), seed=shard)["text"].to_pylist())
            (folder / kind / f"{shard}.jsonl").write_text("\n".join(lines))
    return folder / "farm", folder / "sea"


def test_two_corpora_and_a_third_to_apply_to(tmp_path: Path) -> None:
    good, bad = corpora(tmp_path, 3)
    (tmp_path / "new").mkdir()
    new = rows(60, seed=9)
    (tmp_path / "new" / "0.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in new["text"].to_pylist()))
    learn = replace(LEARN, label="source", name="quality", positive="good", sample_bytes=9000)
    recipe = [
        t.learn_from(read.union(good=read.Jsonl(str(good)), bad=read.Jsonl(str(bad))), learn),
        t.Filter("quality > 0.5", reason="low quality"),
    ]
    outcomes = []
    for executor in ("inline", "local:2"):
        run = t.run(read.Jsonl(str(tmp_path / "new")), recipe, str(tmp_path / executor.replace(":", "")), executor)
        outcomes.append((run.data["executed"], run.rows))
        assert 15 < run.rows < 45
    assert outcomes[0] == outcomes[1]


def test_a_shard_more_is_as_from_scratch(tmp_path: Path) -> None:
    good, bad = corpora(tmp_path, 2)
    recipe = [replace(LEARN, label="source", positive="bad", sample_bytes=9000)]
    corpus = read.union(good=read.Jsonl(str(good)), bad=read.Jsonl(str(bad)))
    t.run(corpus, recipe, str(tmp_path / "grown"), "inline")
    corpora(tmp_path, 3)
    grown = t.run(corpus, recipe, str(tmp_path / "grown"), "local:2")
    fresh = t.run(corpus, recipe, str(tmp_path / "fresh"), "inline")
    assert [step["model"] for step in grown.data["executed"]] == [step["model"] for step in fresh.data["executed"]]
    assert filters.Classify.__qualname__ in grown.data["executed"][0]["$step"]
