"""Items in other words: known contaminated ones are found, others of the same template are not."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pytest

from tilth import embed, evaluate
from tilth.decontaminate import NGrams, Paraphrased, Paraphrases, hits
from tilth.decontaminate.paraphrases import _numbers_held
from tilth.errors import CorpusError, RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.contained import windows
from tilth.testing import check, examples

QUESTION = "A baker sells 24 loaves of bread every morning and 13 cakes every evening. How many does he sell in 7 days?"


def test_an_item_in_other_words_and_numbers_that_tell(items) -> None:
    fold = Paraphrases()
    steps = fold.finish(fold.observe(items([QUESTION, "Name the capital of France."])))
    said = "Each morning the baker sells 24 loaves, and 13 cakes in the evening. In 7 days, how many does he sell of bread?"
    other = QUESTION.replace("24", "31").replace("13", "5").replace("7", "9")
    done = evaluate(steps, pa.table({"text": [said, other, "pad words here. " * 100 + said, "The weather is fine."]}))
    assert done.table["row"].to_pylist() == [1, 3]
    found = hits(done.executed[-1]).to_pylist()
    assert {hit["item"] for hit in found} == {0} and {hit["kind"] for hit in found} == {"paraphrase"}


def shared_pairs(shared: Path) -> tuple[list[str], list[str], list[str]]:
    """Questions of GSM8K's test set, the same rephrased, and questions of its training set."""
    path = shared / "instruct"
    if not (path / "llm_decontaminator.tar.gz").exists():
        pytest.skip("llm_decontaminator.tar.gz is not in the folder of real data")
    lines = {part: gzip.decompress((path / f"gsm8k_{part}.jsonl.gz").read_bytes()).splitlines() for part in ("test", "train")}
    questions = [[json.loads(line)["question"] for line in lines[part]] for part in ("test", "train")]
    with tarfile.open(path / "llm_decontaminator.tar.gz") as archive:
        rephrased = [json.loads(line)["text"] for line in archive.extractfile("data/rephrase/rephrase_gsm8k.jsonl")]
    return questions[0], rephrased, questions[1]


def test_known_contaminated_items_are_found(items, texts, shared: Path) -> None:
    asked, rephrased, training = shared_pairs(shared)
    fold = Paraphrases()
    look = fold.finish(fold.observe(items(asked, "gsm8k")))[0]
    found = look.apply(texts(rephrased))["contamination"].to_pylist()
    right = sum(hit is not None and any(each["item"] == i for each in hit) for i, hit in enumerate(found))
    wrong = sum(hit is not None for hit in look.apply(texts(training))["contamination"].to_pylist())
    ngrams = NGrams(report=False)
    verbatim = ngrams.finish(ngrams.observe(items(asked, "gsm8k")))[0]
    itself = verbatim.apply(texts(asked))["contamination"].to_pylist()
    assert all(hit is not None for hit, text in zip(itself, asked, strict=True) if len(text.split()) > 14)
    assert sum(hit is not None for hit in verbatim.apply(texts(rephrased))["contamination"].to_pylist()) < 0.01 * len(asked)
    assert right / len(asked) > 0.8, "recall"
    assert wrong / len(training) < 0.025, "questions of the training set taken for those of the test set"


def test_items_rephrased_from_mmlu_are_found_though_fewer(items, texts, shared: Path) -> None:
    shared_pairs(shared)
    with tarfile.open(shared / "instruct" / "llm_decontaminator.tar.gz") as archive:
        rows = list(csv.reader(io.TextIOWrapper(archive.extractfile("data/rephrase/abstract_algebra_test.csv"))))
        lines = archive.extractfile("data/rephrase/abstract_algebra_test_rephrase_english_filtered_question.jsonl")
        rephrased = [json.loads(line)["text"] for line in lines]
    answers = [row["ABCD".index(row[5]) + 1] for row in rows]
    fold = Paraphrases(answer="answer")
    look = fold.finish(fold.observe(items([row[0] for row in rows], "mmlu", answers)))[0]
    some = [(i, text) for i, text in enumerate(rephrased) if text.strip()]
    found = look.apply(texts([text for _, text in some]))["contamination"].to_pylist()
    right = [hit is not None and any(each["item"] == i for each in hit) for (i, _), hit in zip(some, found, strict=True)]
    assert sum(right) > 0.6 * len(some)


def test_windows_cover_every_word() -> None:
    text = " ".join(f"w{i}" for i in range(23)) + " " + "我" * 9
    row, start, end = windows(*utf8(pa.array(["", text, " a "], pa.large_string())), 8, 4)
    data = text.encode()
    cut = [data[a:b].decode() for which, a, b in zip(row, start, end, strict=True) if which == 1]
    assert row.tolist()[-1] == 2 and cut[0].split() == [f"w{i}" for i in range(8)]
    assert {word for part in cut for word in part.replace("我", "我 ").split()} == {*(f"w{i}" for i in range(23)), "我"}
    assert all(4 <= len(part.replace("我", " 我").split()) <= 8 for part in cut)


def test_numbers() -> None:
    assert _numbers_held("no number", "1") == 1.0
    assert _numbers_held("3 and 3", "3") == 0.5


def test_laws_with_a_step_and_with_a_fold(items) -> None:
    rows = items(examples()["text"].to_pylist()[:12])
    check(Paraphrases(embedding=embed.HashedSvd(dim=8)))
    fold = Paraphrases(embedding=embed.HashedSvd(dim=8), least=0.1, alike=0.1)
    check(fold.finish(fold.observe(rows))[0])


def test_what_cannot_be(items) -> None:
    with pytest.raises(RecipeError, match="embedding is a step"):
        Paraphrases(embedding="model")
    with pytest.raises(RecipeError, match="lie between"):
        Paraphrased(b"", embed.HashedSvd(), least=2.0)
    with pytest.raises(CorpusError, match="no item"):
        Paraphrases().finish(Paraphrases().observe(items(["a"]).slice(0, 0)))
