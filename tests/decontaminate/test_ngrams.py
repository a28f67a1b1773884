"""From an evaluation set to a corpus without it: variants, common phrases, growth, the same rows by any executor."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import evaluate, learn_from, read, run
from tilth.contamination import contamination
from tilth.decontaminate import CommonNGrams, NGrams, hits
from tilth.errors import CorpusError, RecipeError
from tilth.recipe import Recipe, dump, parse
from tilth.testing import check, examples
from tilth.tokenize import Bpe

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


def tokenizer() -> bytes:
    batch = pa.record_batch({"row": pa.array([0], pa.uint64()), "text": pa.array([ITEM * 3], pa.large_string())})
    return Bpe(vocab=300).finish(Bpe(vocab=300).observe(batch))[0].tokenizer


def test_tokens_in_place_of_words(items, texts) -> None:
    """Whatever becomes of a document; case counts, as tokens are of the text as it stands."""
    said = "Once more: " + ITEM
    text = "pad " * 300 + said + " end" * 300
    for action, drop, size in (("mark", None, len(text)), ("cut", None, 2001 + 11), ("drop", "contaminated by exam", len(text))):
        fold = NGrams("llama", action=action, tokenizer=tokenizer(), report=False)
        look, remove = fold.finish(fold.observe(items([said])))
        seen = look.apply(texts([text, text.upper(), "clean"]))
        (hit,) = seen["contamination"].to_pylist()[0]
        assert text[hit["start"] : hit["end"]] == hit["text"] and said[5:-5] in hit["text"]
        out = remove.apply(seen)
        assert out["drop"].to_pylist() == [drop, None, None] and out["text"][1].as_py() == text.upper()
        assert abs(len(out["text"][0].as_py()) - size) < 30


def test_a_tokenizer_is_read_when_the_step_is_made(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(tokenizer())
    fold = NGrams("llama", tokenizer=str(path))
    path.write_bytes(b"{}")
    assert fold == NGrams("llama", tokenizer=tokenizer()) and list(parse(dump(Recipe((fold,)))).steps) == [fold]
    with pytest.raises(RecipeError, match="not a tokenizer"):
        NGrams("llama", tokenizer=str(path))
    with pytest.raises(RecipeError, match="cannot be read"):
        NGrams("llama", tokenizer=str(tmp_path / "none.json"))


def test_a_run_counts_tokens_and_phrases_of_many_documents(tmp_path: Path) -> None:
    (tmp_path / "exam.jsonl").write_text(json.dumps({"id": "q0", "text": ITEM}) + "\n" + json.dumps({"id": "q1", "text": "of no exam, no"}))
    fold = NGrams("llama", n=4, skips=0, tokenizer=tokenizer(), common=20)
    recipe = [learn_from(read.Jsonl(str(tmp_path / "exam.jsonl"), source="exam"), fold)]
    done = run(read.Parquet(str(written(tmp_path / "in"))), recipe, str(tmp_path / "out"), "inline")
    found = contamination(done)
    (row,) = found.exposed.to_pylist()
    assert (row["items"], row["hit"], row["dirty"]) == (2, 1, 1)
    assert set(found.hits["id"].to_pylist()) == {"q0"} and len(set(found.hits["document_id"].to_pylist())) == 8


def test_what_cannot_be(items) -> None:
    with pytest.raises(RecipeError, match="own words"):
        NGrams("datatrove", tokenizer=tokenizer())
    with pytest.raises(RecipeError, match="variant"):
        NGrams("gpt5")  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match="one n"):
        NGrams("datatrove", common=3)
    with pytest.raises(CorpusError, match="answer"):
        NGrams(answer="gold").observe(items(["a"]))
    with pytest.raises(CorpusError, match="no item"):
        NGrams().finish(NGrams().observe(items(["a"]).slice(0, 0)))
