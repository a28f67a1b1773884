"""FineWeb-2's chain: one language with its numbers, many with columns, and both the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from oracles.recorded import oracle

from tilth import Filter, evaluate, filters, read, run
from tilth.errors import RecipeError
from tilth.filters.fineweb2 import PUBLISHED
from tilth.filters.parameters import LanguageParameters, blob_of, parameters
from tilth.rules import thresholds

GOLD = oracle("language_texts")
CASES = oracle("language_cases")


def rows(*languages: str) -> pa.Table:
    texts = [(language, text) for language in languages for _, text in CASES.cases(language)]
    codes, pages = zip(*texts, strict=True)
    return pa.table({"text": pa.array(pages, pa.large_string()), "lang": pa.array(codes), "lang_score": [0.95] * len(texts)})


@pytest.mark.parametrize("language", ["deu_Latn", "cmn_Hani", "tha_Thai", "arb_Arab"])
def test_one_language_by_its_numbers_and_by_columns_is_the_same(language: str) -> None:
    table = rows(language)
    alone = evaluate(filters.fineweb2(language=language, splitter="tilth", identify=False), table)
    among = evaluate(filters.fineweb2(splitter="tilth", identify=False), table)
    assert alone.audit["reason"].to_pylist() == among.audit["reason"].to_pylist()
    assert alone.table["text"].to_pylist() == among.table["text"].to_pylist()
    assert len(Counter(alone.audit["reason"].to_pylist())) >= 4


def test_numbers_of_one_language_can_be_swept() -> None:
    rules = [step for step in filters.fineweb2(language="fr") if isinstance(step, Filter)]
    swept = {threshold.column: threshold.value for rule in rules for threshold in thresholds(rule.rule)}
    limits = parameters(PUBLISHED)["fra_Latn"].limits
    assert swept["lang_score"] == limits["language_score"]
    assert swept["gopher_dup_7_gram_char_frac"] == limits["dup_7_gram"]
    assert swept["gopher_alpha_word_ratio"] == limits["max_non_alpha_words_ratio"]


def test_the_order_and_the_names_of_the_rules_are_fineweb2s() -> None:
    reasons = [step.reason for step in filters.fineweb2() if isinstance(step, Filter)]
    assert reasons[:4] == ["language_without_thresholds", "language_score", "empty", "dup_line_frac"]
    assert reasons.index("duplicated_10_n_grams") < reasons.index("line_punct_ratio") < reasons.index("gopher_short_doc")
    assert not {"short_line_ratio", "dup_para_frac", "dup_line_char_frac", "too_few_sentences"} & set(reasons)


def test_languages_without_parameters_go_by_a_rule_of_their_own() -> None:
    table = pa.table({"text": ["Un texto."] * 3, "lang": pa.array(["pt", None, "es"]), "lang_score": [0.9, None, 0.1]})
    done = evaluate(filters.fineweb2(identify=False, splitter="tilth"), table)
    assert done.audit["reason"].to_pylist() == ["language_without_thresholds", "language_without_thresholds", "language_score"]


def test_a_language_is_known_by_any_of_its_codes() -> None:
    step = next(step for step in filters.fineweb2(language="zh") if isinstance(step, Filter))
    assert step == Filter("lang in ('cmn_Hani', 'cmn', 'zh')", "language")
    table = pa.table({"text": ["我们"] * 3, "lang": ["zh", "cmn_Hani", "ja"], "lang_score": [0.9] * 3})
    assert evaluate(filters.fineweb2(language="zh", identify=False), table).audit["reason"].to_pylist()[2] == "language"


def test_one_language_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "swe_Latn.yml").write_text(
        "{dup_line_frac: 0.3, language_score: 0.7, line_punct_thr: 0, max_avg_word_length: 12, max_non_alpha_words_ratio: 0.7, "
        "min_avg_word_length: 2, new_line_ratio: 0.2, stopwords: [och, att], top_n_grams: [[2, 0.2], [3, 0.2], [4, 0.2]], "
        "dup_n_grams: [[5, 0.2], [6, 0.2], [7, 0.2], [8, 0.2], [9, 0.2], [10, 0.2]]}"
    )
    steps = filters.fineweb2(str(tmp_path), "sv")
    assert Filter("gopher_mean_word_length <= 12.0", "gopher_above_avg_threshold") in steps
    with pytest.raises(RecipeError, match="there are: swe_Latn"):
        filters.fineweb2(str(tmp_path), "no")


def test_an_empty_text_is_no_folder() -> None:
    assert filters.fineweb2("") == filters.fineweb2()
    assert filters.fineweb2("", "de") == filters.fineweb2(language="de")


def test_languages_are_identified_first() -> None:
    german, italian = "Der Boden wird für die Saat bereitet, und das dauert lange. " * 3, "Il suolo viene preparato per la semina."
    done = evaluate(filters.fineweb2(splitter="tilth"), pa.table({"text": [german, italian]}))
    assert done.audit["reason"].to_pylist() == ["top_3_gram", "language_without_thresholds"]


def test_a_code_that_is_no_language_costs_only_its_row(tmp_path: Path) -> None:
    table = pa.table({"text": ["Ein Satz."] * 3, "lang": ["de", "klingon", "de"], "lang_score": [0.9] * 3})
    pq.write_table(table, tmp_path / "in.parquet")
    steps = filters.fineweb2(identify=False, splitter="tilth")
    done = run(read.Parquet(str(tmp_path / "in.parquet")), steps, str(tmp_path / "out"), "inline", probe=False)
    assert (done.data["quarantined"], done.data["audited"]) == (1, 2)
    [error] = pq.read_table(tmp_path / "out" / "quarantine")["error"].to_pylist()
    assert "There is no language 'klingon'" in error


def test_a_language_that_the_splitter_refuses_costs_its_rows(tmp_path: Path) -> None:
    table = blob_of({name: LanguageParameters(("a",), {}) for name in ("bel_Cyrl", "ces_Latn")})
    rows = pa.table({"text": ["Гэта сказ.", "Toto je věta.", "Гэта сказ."], "lang": ["be", "cs", "be"], "lang_score": [0.9] * 3})
    pq.write_table(rows, tmp_path / "in.parquet")
    steps = filters.fineweb2(table, identify=False)
    done = run(read.Parquet(str(tmp_path / "in.parquet")), steps, str(tmp_path / "out"), "inline", probe=False)
    assert (done.data["quarantined"], done.data["audited"]) == (2, 1)
    errors = pq.read_table(tmp_path / "out" / "quarantine")["error"].to_pylist()
    assert all("stanza" in error and 'splitter="tilth"' in error for error in errors)


def test_a_limit_that_a_language_lacks_drops_nothing() -> None:
    table = blob_of({"swe_Latn": LanguageParameters(("och",), {})})
    page = pa.table({"text": ["och " * 60], "lang": ["sv"], "lang_score": [0.0]})
    done = evaluate(filters.fineweb2(table, splitter="tilth", identify=False, min_stop_words=1), page)
    assert len(done.table) == 1
    alone = evaluate(filters.fineweb2(table, "sv", splitter="tilth", identify=False, min_stop_words=1), page)
    assert len(alone.table) == 1
