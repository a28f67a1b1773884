"""The main job's own steps, end to end and small: the same bytes on every executor, and an answer for any document."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from test_run import published

from tilth import Filter, clean, dedup, explain, filters, run, tokenize
from tilth.executors import Executor
from tilth.read import Jsonl

VERBS = ("saw", "left", "found", "built", "sold", "kept", "lost", "drew", "met", "heard")
NOUNS = ("harbour", "orchard", "railway", "library", "market", "river", "bridge", "garden", "workshop", "chapel", "meadow", "quarry")
RECIPE = [
    clean.FixUnicode(), filters.Language(), Filter("lang_en >= 0.5", reason="not English"),
    *filters.fineweb(char_duplicates_ratio=None, top_n_grams=(), dup_n_grams=()),
    *dedup.exact(), *dedup.near(jaccard=0.7, keep="longest"), clean.RedactPii(), tokenize.Bpe(vocab=350), tokenize.Pack(length=32),
]


def page(chance: random.Random) -> str:
    return "\n".join(sentence(chance) for _ in range(12))


def sentence(chance: random.Random) -> str:
    place, other, home = (chance.choice(NOUNS) for _ in range(3))
    year, did, then = chance.randrange(1800, 2000), chance.choice(VERBS), chance.choice(VERBS)
    return f"In the year {year} they {did} the {place} that was near the {other}, and the people of the {home} {then} it with them."


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages in four files: kept ones, one to edit, one too short, one in another language, copies and near copies, and a broken line."""
    folder, chance = tmp_path_factory.mktemp("main") / "pages", random.Random(3)
    folder.mkdir()
    pages = [page(chance) for _ in range(80)]
    named = {f"page-{i}": text for i, text in enumerate(pages)}
    named["edited"] = page(chance) + "\nWrite to someone@example.org today, as the people of the town have always done it."
    named["short"] = "Too short to keep."
    named["german"] = "Der schnelle braune Fuchs springt über den faulen Hund, und alle Leute im Dorf haben das gesehen. " * 12
    named["copy"] = pages[0]
    named["near"] = pages[1] + " And then it rained."
    items = list(named.items())
    for number in range(4):
        lines = [json.dumps({"id": name, "text": text}) for name, text in items[number::4]]
        (folder / f"{number}.jsonl").write_text("\n".join(lines) + ("\n{broken\n" if number == 2 else "\n"))
    return folder


@pytest.fixture(scope="module")
def expected(corpus: Path) -> dict[str, str]:
    run(Jsonl(str(corpus)), RECIPE, str(corpus.parent / "out"), "inline", split=30_000, partitions=1)
    return published(corpus.parent / "out")


def test_every_executor_and_partitioning_leaves_the_same_bytes(
    any_executor: Executor, corpus: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    run(Jsonl(str(corpus)), RECIPE, str(tmp_path / "out"), any_executor, split=30_000, partitions=4, probe=False)
    assert published(tmp_path / "out") == expected


def test_explain_answers_for_every_fate(corpus: Path, expected: dict[str, str]) -> None:
    out = str(corpus.parent / "out")
    assert explain(out, "page-5")[0].file == f"{corpus}/1.jsonl, row 1"
    assert explain(out, "page-7")[0].fate == "kept" and dict(explain(out, "page-7")[0].signals)["gopher_words"] > 100
    edited = explain(out, "edited")[0]
    assert edited.fate == "kept" and [step for step, _, _ in edited.edits] == ["RedactPii"]
    short = explain(out, "short")[0]
    assert (short.fate, short.reason) == ("dropped", "gopher_short_doc") and "gopher_words" in dict(short.signals)
    assert explain(out, "german")[0].reason == "not English"
    copies = [explain(out, name)[0] for name in ("page-0", "copy")]
    assert sorted(story.fate for story in copies) == ["duplicate", "kept"]
    near = explain(out, "page-1")[0]
    assert (near.fate, near.stands_for_it) == ("duplicate", "near")
    assert "page-1" in explain(out, "near")[0].duplicates
    broken = explain(out, next(row["id"] for row in quarantined(out)))[0]
    assert broken.fate == "quarantined" and broken.step == "read"
    for name in ("page-7", "edited", "short", "near"):
        assert name in str(explain(out, name)[0])


def quarantined(out: str) -> list[dict]:
    import pyarrow.parquet as pq

    return pq.read_table(f"{out}/quarantine").to_pylist()


def test_every_token_leads_back_to_its_document(corpus: Path, expected: dict[str, str]) -> None:
    shards = tokenize.open_shards(corpus.parent / "out" / "tokens")
    assert len(shards) > 50
    for i in range(0, len(shards), 17):
        for position in (0, len(shards[i].tokens) - 1):
            assert shards.trace(i, position).id in {f"page-{n}" for n in range(80)} | {"edited", "near", "copy"}
