import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from dedup import passages_twin as twin
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth import read
from tilth.dedup import CutSpans, Normalise, Passages, RepeatedSpans, RepeatedWithin, spans
from tilth.errors import RecipeError
from tilth.memory import evaluate
from tilth.run import run
from tilth.testing import check

PIECES = ["a", "b", "a", " b ", "é", "e\u0301", "👩‍👩‍👧", "\x00", "A. B!", "", " ", "\n", "\n", "\n\n", "\r\n", "\r", "\u2028", "\x85"]
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), min_size=1, max_size=8)
SPLIT = {"line": twin.lines, "paragraph": twin.paragraphs}


def texts_left(steps, rows, partitions=1) -> dict[int, str]:
    table = evaluate(steps, rows, partitions).table
    return dict(zip(table["row"].to_pylist(), table["text"].to_pylist(), strict=True))


@settings(max_examples=150)
@given(
    TEXTS, st.sampled_from(["line", "paragraph"]), st.integers(1, 3), st.integers(0, 2), st.integers(2, 3), st.integers(1, 2),
    st.booleans(), st.integers(1, 4), st.data(),
)  # fmt: skip
def test_equals_a_dictionary(shards, texts, unit, size, least, copies, documents, keep_one, partitions, data):
    cut = data.draw(st.integers(0, len(texts)))
    address = [*range(cut), *((1 << 32) + i for i in range(len(texts) - cut))]
    step = RepeatedSpans(Passages(unit, size, least=least), "first", keep_one, copies, documents)
    parts = [SPLIT[unit](text) for text in texts]
    gone = twin.gone(parts, size, least, copies, documents, keep_one)
    table = evaluate([step], shards(texts, [cut, len(texts) - cut]), partitions).table.sort_by("row")
    assert table["row"].to_pylist() == address
    assert table[f"repeated_{unit}s"].to_pylist() == [len(places) for places in gone]
    for text, part, places, found in zip(texts, parts, gone, table["repeated_spans"].to_pylist(), strict=True):
        assert without(text, found or []) == twin.left(part, places)
    lost = [len(text) - len(twin.left(part, places)) for text, part, places in zip(texts, parts, gone, strict=True)]
    shares = [size / max(1, len(text)) for size, text in zip(lost, texts, strict=True)]
    assert np.allclose(table[f"repeated_{unit}_share"].to_numpy(), shares)


def without(text: str, found: list[dict[str, int]]) -> str:
    """Cut spans of bytes out of a text, which must leave UTF-8."""
    data, at, kept = text.encode(), 0, b""
    for span in found:
        kept, at = kept + data[at : span["start"]], span["end"]
    return (kept + data[at:]).decode()


@settings(max_examples=60)
@given(TEXTS, st.integers(1, 2))
def test_within_a_text_equals_each_text_alone(shards, texts, size):
    found = evaluate([RepeatedWithin(Passages(window=size))], shards(texts)).table
    for i, text in enumerate(texts):
        alone = evaluate([RepeatedSpans(Passages(window=size))], shards([text])).table
        assert without(text, found["repeated_spans"][i].as_py() or []) == without(text, alone["repeated_spans"][0].as_py() or [])


def test_laws():
    for unit in ("line", "paragraph", "sentence"):
        check(RepeatedSpans(Passages(unit)))
        check(RepeatedWithin(Passages(unit, normalise=Normalise())))
    check(RepeatedSpans(Passages("sentence", 3), keep="longest"))
    check(RepeatedSpans(keep_one=False, documents=2))


def test_first_copy_in_the_document_that_survives(shards):
    texts, score = ["one\ntwo", "two\none\none\nthree", "one"], [1.0, 2.0, 0.5]
    assert texts_left(spans(), shards(texts)) == {0: "one\ntwo", 1: "three"}
    assert texts_left(spans(keep="longest"), shards(texts)) == {1: "two\none\nthree"}
    assert texts_left(spans(keep="score"), shards(texts, score=score)) == {1: "two\none\nthree"}
    assert texts_left(spans(keep_one=False), shards(texts)) == {1: "three"}


def test_boilerplate_of_many_documents(shards):
    texts = [f"Menu\nBody {i}, 0\n0\n0" for i in range(3)]
    assert texts_left(spans(documents=3, keep_one=False, least=4), shards(texts)) == {i: f"Body {i}, 0\n0\n0" for i in range(3)}
    assert texts_left(spans(documents=4), shards(texts)) == dict(enumerate(texts))
    assert texts_left(spans(copies=7), shards(texts)) == dict(enumerate(texts))
    assert texts_left(spans(copies=6), shards(texts)) == {0: "Menu\nBody 0, 0\n0", 1: "Menu\nBody 1, 0", 2: "Menu\nBody 2, 0"}


def test_normalised_words_and_sentences(shards):
    texts = ["Déjà vu, at 12! Then it ended.", "deja  VU at 7. It went on."]
    assert texts_left(spans("sentence", normalise=Normalise()), shards(texts)) == {0: texts[0], 1: "It went on."}
    assert texts_left(spans("sentence"), shards(texts)) == dict(enumerate(texts))
    assert texts_left(spans("sentence", language="ja"), shards(["一つ。二つ。", "三つ。二つ。"])) == {0: "一つ。二つ。", 1: "三つ。"}


def test_what_goes_is_in_the_books(shards):
    done = evaluate(spans(max_share=0.9), shards(["x\ny", "y\nz", "x\n\ny", "x\r\nyyyyy"]))
    assert done.table["text"].to_pylist() == ["x\ny", "z", "yyyyy"]
    assert [tuple(edit.values()) for edit in done.edits.select(["row", "before", "after"]).to_pylist()] == [(1, 3, 1), (3, 8, 5)]
    (gone,) = done.audit.to_pylist()
    assert (gone["row"], gone["reason"], gone["excerpt"]) == (2, "mostly repeated lines", "x\n\ny")
    assert dict(gone["signals"]) == {"repeated_lines": 2.0, "repeated_line_share": 1.0}


def test_a_text_of_nothing_else_goes(shards, gone):
    assert gone(spans(), shards(["x\ny", "y\nx\n", "", None, " "])) == {1: 0}


def test_one_line_in_every_document(shards):
    texts = ["same"] * 5000 + ["same\nother"]
    found = evaluate(spans(), shards(texts, [2500, 2501]), 3)
    assert found.table["text"].to_pylist() == ["same", "other"]
    assert set(found.audit["drop_of"].to_pylist()) == {0}


def test_a_line_of_ten_megabytes_and_ten_megabytes_of_lines(shards):
    line, many = "word " * 2_000_000, "a\n" * 5_000_000
    assert texts_left(spans(), shards([line + "\nend", many, "a", line])) == {0: line + "\nend", 1: "a\n"}


def test_adding_a_shard_changes_nothing_before_and_equals_a_run_from_scratch(tmp_path):
    chance = np.random.default_rng(7)
    lines = [f"Line number {i} of this corpus." for i in range(400)]

    def write(shard: int) -> None:
        texts = ["\n".join(chance.choice(lines, chance.integers(1, 8))) for _ in range(40)]
        (tmp_path / f"{shard}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))

    for shard in range(3):
        write(shard)
    corpus, recipe, split = read.Jsonl(str(tmp_path / "*.jsonl")), [*spans(), *spans("sentence", window=2)], 8000
    before = run(corpus, recipe, str(tmp_path / "grows"), "inline", split=split)
    write(3)
    grown = run(corpus, recipe, str(tmp_path / "grows"), "local:2", split=split)
    scratch = run(corpus, recipe, str(tmp_path / "scratch"), "inline", split=split, partitions=3)
    assert grown.data["shards"] == 4 and grown.data["retracted"]["rows"] == 0
    assert before.rows > 40 and 0 < grown.rows - before.rows < 40 and grown.rows == scratch.rows
    assert [files(tmp_path / "grows", shard) for shard in range(4)] == [files(tmp_path / "scratch", shard) for shard in range(4)]
    texts = [pq.read_table(path)["text"].to_pylist() for path in sorted((tmp_path / "grows").glob("data/*.parquet"))]
    kept = [line for part in texts for text in part for line in text.splitlines()]
    assert len(kept) == len(set(kept))


def files(out, shard: int) -> list[bytes]:
    return [path.read_bytes() for path in sorted(out.glob(f"*/{shard:05d}*")) if "store" not in path.parts]


@pytest.mark.parametrize("wrong", [{"copies": 1}, {"documents": 0}, {"keep": ""}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(RecipeError):
        RepeatedSpans(**wrong)


def test_spans_are_whole_characters(shards):
    rows = shards(["x\r\n\u0301y\r\n👩‍👩‍👧 z", "👩‍👩‍👧 z\r\n\u0301y"])
    assert texts_left([RepeatedSpans(), CutSpans(least=1)], rows) == {0: "x\r\n\u0301y\r\n👩‍👩‍👧 z"}


@settings(max_examples=40)
@given(st.lists(TEXTS, min_size=2, max_size=4), st.sampled_from(["line", "paragraph", "sentence"]), st.integers(1, 2))
def test_what_is_added_changes_nothing_before(shards, parts, unit, size):
    steps, whole = spans(unit, window=size), [text for part in parts for text in part]
    grown = shards(whole, list(map(len, parts)))
    after = texts_left(steps, grown, 2)
    for many in range(1, len(parts)):
        before = texts_left(steps, grown[:many])
        assert before == {row: text for row, text in after.items() if row >> 32 < many}


def test_a_run_that_lost_half_of_its_receipts_makes_the_same_files(tmp_path):
    chance = np.random.default_rng(3)
    for shard in range(3):
        texts = ["\n".join(f"Line {i} of this." for i in chance.integers(0, 300, 6)) for _ in range(60)]
        (tmp_path / f"{shard}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    corpus, out = read.Jsonl(str(tmp_path / "*.jsonl")), tmp_path / "out"
    run(corpus, spans(), str(out), "inline", split=8000, partitions=2)
    whole = [files(out, shard) for shard in range(3)]
    receipts = sorted(path for path in (out / "store" / "receipts").rglob("*") if path.is_file())
    for path in receipts[::2]:
        path.unlink()
    run(corpus, spans(), str(out), "local:2", split=8000, partitions=2)
    assert len(receipts) > 10 and [files(out, shard) for shard in range(3)] == whole
