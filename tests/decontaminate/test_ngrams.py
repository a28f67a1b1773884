"""From an evaluation set to a corpus without it: variants, common phrases, growth, the same rows by any executor."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import evaluate, learn_from, read, run
from tilth.decontaminate import CommonNGrams, NGrams, hits
from tilth.errors import CorpusError, RecipeError
from tilth.testing import check, examples

ITEM = "which of the seven hills of the old town did the river leave dry in that long summer"


def test_variants_do_what_their_papers_do(items, texts) -> None:
    text = "pad " * 300 + ITEM + " end" * 300
    rows = items([ITEM[: ITEM.index(" in that")]], answers=["in that long summer"])
    for variant, drop, size in (("gpt3", None, 2001), ("llama", None, len(text)), ("datatrove", "contaminated by exam", len(text))):
        fold = NGrams(variant, answer="answer", report=False)
        out = texts([text, "clean"])
        for step in fold.finish(fold.observe(rows)):
            out = step.apply(out)
        assert out["drop"].to_pylist() == [drop, None]
        assert abs(len(out["text"][0].as_py()) - size) < 30


def test_llama_skips_words_and_gpt3_does_not(items, texts) -> None:
    words = ITEM.split()
    words[11] = "otherwise"
    docs = texts([" ".join(words)])
    for variant, share in (("llama", 17 / 18), ("gpt3", 0.0)):
        fold = NGrams(variant, report=False)
        look = fold.finish(fold.observe(items([ITEM])))[0]
        best = look.apply(docs)["contamination"].to_pylist()[0]
        assert (best[0]["share"] if best else 0.0) == share


def test_phrases_of_many_documents_are_no_sign(items) -> None:
    phrase = "by the grace of god king of this land and of all the isles around it"
    fold = NGrams(n=5, action="mark", common=3, report=False)
    steps = fold.finish(fold.observe(items([phrase + " who said so then", ITEM])))
    table = pa.table({"text": [f"{phrase} {i}" for i in range(4)] + [ITEM] * 3})
    done = evaluate(steps, table)
    assert [hit is not None for hit in done.table["contamination"].to_pylist()] == [False] * 4 + [True] * 3
    assert isinstance(steps[0], CommonNGrams)


def test_laws(items) -> None:
    check(NGrams(n=3))
    fold = NGrams(n=3, common=1)
    check(fold.finish(fold.observe(items(examples()["text"].to_pylist()[:20])))[0])


def written(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    docs = [f"some text {i} " + (ITEM if i % 5 == 0 else "of no exam") for i in range(40)]
    for part in range(4):
        rows = {"id": [f"d{part}-{i}" for i in range(10)], "text": docs[part * 10 : part * 10 + 10]}
        pq.write_table(pa.table(rows), folder / f"{part}.parquet")
    return folder


def test_the_same_by_any_executor_and_when_it_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps({"id": f"q{i}", "text": text}) for i, text in enumerate([ITEM, "another one of five words"])]
    Path("exam.jsonl").write_text("\n".join(lines))
    recipe = [learn_from(read.Jsonl("exam.jsonl", source="exam"), NGrams(n=5, action="drop", common=20))]
    corpus = written(Path("in"))
    last = corpus / "3.parquet"
    kept = last.read_bytes()
    last.unlink()
    run(read.Parquet("in"), recipe, "grown", "inline")
    last.write_bytes(kept)
    for out, executor in (("grown", "inline"), ("two", "local:2"), ("one", "inline")):
        run(read.Parquet("in"), recipe, out, executor)
        left = pq.read_table(f"{out}/data")
        assert sorted(left["id"].to_pylist()) == sorted(f"d{part}-{i}" for part in range(4) for i in range(10) if i % 5)
        audit = pq.read_table(f"{out}/audit").to_pylist()
        assert {row["reason"] for row in audit} == {"contaminated by exam"} and len(audit) == 8
        assert all(dict(row["signals"])["contamination_item"] == 0 for row in audit)


def test_the_report_names_item_and_document(items) -> None:
    fold = NGrams(n=5)
    steps = fold.finish(fold.observe(items([ITEM, "nobody has this item of mine"])))
    done = evaluate(steps, pa.table({"text": ["x", f"so: {ITEM.upper()}?"], "id": ["a", "b"]}))
    (hit,) = hits(done.executed[-1]).to_pylist()
    assert (hit["document_id"], hit["set"], hit["id"], hit["kind"], hit["share"]) == ("b", "exam", "exam/0", "ngram", 1.0)
    assert hit["text"] == ITEM.upper()


def test_what_cannot_be(items) -> None:
    with pytest.raises(RecipeError, match="variant"):
        NGrams("gpt5")  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match="one n"):
        NGrams("datatrove", common=3)
    with pytest.raises(CorpusError, match="answer"):
        NGrams(answer="gold").observe(items(["a"]))
    with pytest.raises(CorpusError, match="no item"):
        NGrams().finish(NGrams().observe(items(["a"]).slice(0, 0)))
