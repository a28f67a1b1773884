"""Thresholds and stop words that are learned: by hand on small corpora, in runs, and on real texts in twelve languages."""

from __future__ import annotations

import json
import random
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from oracles.recorded import oracle

from tilth import Filter, evaluate, filters, learn_from, read, run
from tilth.errors import CorpusError, RecipeError
from tilth.filters import LanguageThresholds
from tilth.filters.parameters import LanguageParameters, parameters
from tilth.memory import addressed
from tilth.testing import check

CASES = oracle("language_cases")
LANGUAGES = {"en": "eng_Latn", "de": "deu_Latn", "zh": "cmn_Hani", "ar": "arb_Arab"}


def corpus(copies: int = 2) -> pa.Table:
    texts = [(code, text) for code, name in LANGUAGES.items() for _, text in CASES.cases(name)] * copies
    scores = [i % 10 / 10 for i in range(len(texts))]
    return addressed(pa.table({
        "text": pa.array([text for _, text in texts], pa.large_string()), "lang": pa.array([code for code, _ in texts], pa.large_string()),
        "lang_score": scores,
    }))  # fmt: skip


def pages(copies: int) -> pa.Table:
    """Pages of some hundred made-up words, none twice the same, with a few words that are common in their language."""
    chance, rows = random.Random(copies), []
    for code, common in (("en", ("the", "of", "and")), ("de", ("der", "und", "die"))):
        for _ in range(copies):
            words = ["".join(chance.choices("abdegiklmnorstu", k=chance.randint(3, 9))) for _ in range(chance.randint(60, 120))]
            words = [chance.choice(common) if chance.random() < 0.3 else word for word in words]
            lines = [" ".join(words[i : i + 8]) + chance.choice(".....,") for i in range(0, len(words), 8)]
            rows.append({"text": "\n".join(lines), "lang": code, "lang_score": chance.random()})
    chance.shuffle(rows)
    return pa.Table.from_pylist(rows)


def learned(fold: LanguageThresholds, table: pa.Table) -> dict[str, LanguageParameters]:
    return dict(parameters(fold.finish(fold.observe(table.combine_chunks().to_batches()[0]))[0].parameters))


@pytest.mark.parametrize("methods", [("mean_std", "quantile", "tail"), ("median_ratio", "mean_std", "quantile"), ("tail", "tail", "tail")])
def test_laws(methods: tuple[str, str, str]) -> None:
    check(LanguageThresholds("en", "tilth", *methods, min_documents=2, sample=3), corpus())


def test_the_tail_is_the_share_that_goes() -> None:
    texts = ["\n".join(["a line of its own."] * same + [f"line {i}." for i in range(10 - same)]) for same in range(1, 11)]
    table = addressed(pa.table({"text": texts, "lang": ["en"] * 10, "lang_score": [0.5] * 10}))
    found = learned(LanguageThresholds("en", "tilth", "tail", "tail", "tail", share=0.2, min_documents=10), table)
    assert found["eng_Latn"].limits["dup_line_frac"] == 0.7  # of 0, 0.1 ... 0.9, the two highest go
    assert found["eng_Latn"].limits["language_score"] == 0.5


def test_english_keeps_its_own_thresholds() -> None:
    fold = LanguageThresholds(repetition="mean_std", quality="mean_std", lines="median_ratio", min_documents=2)
    limits = learned(fold, corpus())["eng_Latn"].limits
    assert limits["dup_line_frac"] == 0.3
    assert (limits["min_avg_word_length"], limits["max_avg_word_length"], limits["max_non_alpha_words_ratio"]) == (3, 10, 0.8)
    assert limits["new_line_ratio"] == pytest.approx(0.3)


def test_stop_words_are_what_is_common_and_has_letters() -> None:
    text = "und " * 40 + ", " * 40 + " ".join(f"wort{i}" for i in range(200)) + " " + " ".join(f"oft{i} " * 3 for i in range(9))
    table = addressed(pa.table({"text": [text], "lang": ["de"], "lang_score": [1.0]}))
    found = learned(LanguageThresholds("en", "tilth", "tail", "tail", "tail", min_documents=1), table)["deu_Latn"].stop_words
    assert found == ("und", *sorted(f"oft{i}" for i in range(9)))
    few = learned(LanguageThresholds("en", "tilth", "tail", "tail", "tail", min_documents=1), table.set_column(
        table.schema.get_field_index("text"), "text", pa.array(["eins zwei drei"]),
    ))  # fmt: skip
    assert few["deu_Latn"].stop_words == ("drei", "eins", "zwei")


def test_languages_with_few_documents_are_left_out_and_none_is_an_error() -> None:
    codes = corpus()["lang"].to_pylist()
    table = corpus().set_column(corpus().schema.get_field_index("lang"), "lang", pa.array(["fr", *codes[1:]], pa.large_string()))
    assert set(learned(LanguageThresholds(min_documents=2), table)) == set(LANGUAGES.values())
    with pytest.raises(CorpusError, match="every language"):
        learned(LanguageThresholds(min_documents=1000), corpus())
    with pytest.raises(CorpusError, match="eng_Latn"):
        learned(LanguageThresholds(min_documents=2), corpus().filter(pa.compute.not_equal(corpus()["lang"], "en")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"repetition": "median"}, {"share": 0.0}, {"share": 1.0}, {"splitter": "x"}, {"reference": "klingon"}, {"min_documents": 0},
        {"sample": 0},
    ],
)  # fmt: skip
def test_fields_out_of_range(wrong: dict[str, object]) -> None:
    with pytest.raises(RecipeError):
        LanguageThresholds(**wrong)  # type: ignore[arg-type]


def test_it_learns_there_and_filters_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("reference", "crawl"):
        Path(name).mkdir()
        for shard, start in enumerate((0, 40, 90)):
            pq.write_table(pages(60 if name == "crawl" else 50).slice(start, 40), f"{name}/{shard}.parquet")
    recipe = [learn_from(read.Parquet("reference"), LanguageThresholds(min_documents=2, sample=5))]
    outs = [run(read.Parquet("crawl"), recipe, f"out{i}", executor) for i, executor in enumerate(("inline", "local:2"))]
    one, two = (Path(done.out) for done in outs)
    files = [[path.read_bytes() for path in sorted(out.glob("*/*.parquet"))] for out in (one, two)]
    assert files[0] == files[1]
    assert outs[0].rows > 20 and outs[0].data["audited"] > 20


def test_on_real_texts_they_are_near_what_fineweb2_published(shared: Path) -> None:
    texts, codes = [], []
    with tarfile.open(shared / "docs/xquad.tar.gz") as archive:
        for member in archive:
            if member.name.endswith(".json"):
                paragraphs = [p["context"] for article in json.load(archive.extractfile(member))["data"] for p in article["paragraphs"]]
                texts += paragraphs
                codes += [member.name.split(".")[-2]] * len(paragraphs)
    table = addressed(pa.table({"text": pa.array(texts, pa.large_string()), "lang": codes, "lang_score": [0.9] * len(texts)}))
    found = learned(LanguageThresholds(sample=240), table)
    published = parameters(filters.fineweb2()[1].parameters)
    both = sorted(set(found) & set(published))
    assert len(both) >= 8
    for name in both:
        common = set(published[name].stop_words) & set(found[name].stop_words)
        assert len(common) >= 6, (name, found[name].stop_words)
        assert abs(found[name].limits["max_non_alpha_words_ratio"] - published[name].limits["max_non_alpha_words_ratio"]) < 0.1


def test_a_language_that_the_splitter_refuses_is_not_learned() -> None:
    table = addressed(pa.table({"text": ["Toto je věta.", "Гэта сказ."], "lang": ["cs", "be"], "lang_score": [0.9, 0.9]}))
    assert set(learned(LanguageThresholds("en", "datatrove", "tail", "tail", "tail", min_documents=1), table)) == {"ces_Latn"}


def test_it_finishes_into_rules() -> None:
    done = evaluate([LanguageThresholds(min_documents=2)], corpus())
    assert any(isinstance(step, Filter) and step.reason == "list_ratio" for step in done.executed)
    assert len(done.table) + len(done.audit) == len(corpus())
