"""Every recipe here loads, is the same in Python and in YAML, comes back from YAML, and drops and keeps what it must of some pages."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from recipes.pages import GOOD, PAGES, german, goods, prose

from tilth import check
from tilth.filters import LearnClassifier
from tilth.read import Warc
from tilth.read.crawl_archive import Archive, Visit
from tilth.recipe import Recipe, dump, load, parse

FOLDER = Path(__file__).parent.parent.parent / "recipes"
EVERY = sorted(path.stem for path in FOLDER.glob("*.py"))
OWN = {"images", "multilingual", "sft"}  # those that are not for pages of the web have tests and a page of their own
NAMES = [name for name in EVERY if name not in OWN]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
GIVEN = ("TILTH_BAD_WORDS", "TILTH_URL_LISTS", "TILTH_DCLM_BANLISTS", "TILTH_DCLM_MODEL", "TILTH_GLOTLID", "TILTH_FINEWEB2_CONFIGS")

ENGLISH = (
    "short", "curly", "lorem", "goods", "numbers", "hashes", "ellipses", "bullets", "refrain", "shouting", "contacts", "cookies",
    "bad_words",
)

# What each recipe drops of PAGES, and why; it keeps all others. "copied" and "good_0" are one text: one of them goes.
DROPS: dict[str, dict[str, str]] = {
    "c4": {
        "empty": "no main content", "short": "too_few_sentences", "goods": "too_few_sentences", "german_goods": "too_few_sentences",
        "ellipses": "too_few_sentences", "stutter": "too_few_sentences", "curly": "curly_bracket", "lorem": "lorem_ipsum",
        "copied": "nothing but repeated spans", "good_german": "language",
    },
    "dclm_baseline": {
        "empty": "no main content", "good_german": "language_filter", "german_goods": "language_filter", "short": "page_length_filter",
        "hashes": "page_length_filter", "numbers": "alphabetic_word_ratio_filter", "ellipses": "ellipsis_count_filter",
        "bullets": "bullet_count_filter", "refrain": "repeated_lines", "stutter": "repeated_lines", "shouting": "word_removal_ratio_filter",
        "copied": "duplicate n-grams", "copied_nearly": "duplicate n-grams", "goods": "low quality",
    },
    "dolma": {
        "empty": "no main content", "good_german": "language", "german_goods": "language", "short": "word_count_low",
        "goods": "word_count_low", "stutter": "word_count_low", "numbers": "fraction_of_words_with_alpha_character",
        "hashes": "symbol_to_word_ratio", "refrain": "fraction_of_duplicate_lines", "copied": "exact duplicate",
        "copied_nearly": "dedupe_para_ngrams_13_1", "contacts": "pii_regex_with_counts_fast_v2",
    },
    "fineweb": {
        "empty": "no main content", "stutter": "no main content", "good_german": "language", "german_goods": "language",
        "short": "gopher_short_doc", "curly": "curly_bracket", "lorem": "lorem_ipsum", "goods": "gopher_enough_stop_words",
        "numbers": "gopher_below_alpha_threshold", "hashes": "duplicated_5_n_grams", "ellipses": "gopher_too_many_end_ellipsis",
        "bullets": "gopher_too_many_bullets", "copied": "near duplicate", "copied_nearly": "near duplicate",
    },
    "fineweb2": {
        "empty": "no main content", "stutter": "no main content", "copied": "near duplicate", "copied_nearly": "near duplicate",
        "german_goods": "list_ratio", **dict.fromkeys([*GOOD, *ENGLISH], "language_without_thresholds"),
    },
    "gopher": {
        "empty": "no main content", "good_german": "language", "german_goods": "language", "short": "page_length_filter",
        "hashes": "page_length_filter", "numbers": "alphabetic_word_ratio_filter", "ellipses": "ellipsis_count_filter",
        "bullets": "bullet_count_filter", "refrain": "repeated_lines", "stutter": "repeated_lines", "copied": "exact duplicate",
        "copied_nearly": "near duplicate",
    },
    "refinedweb": {
        "empty": "no main content", "stutter": "no main content", "good_german": "language", "german_goods": "language",
        "short": "page_length_filter", "hashes": "page_length_filter", "numbers": "alphabetic_word_ratio_filter",
        "ellipses": "ellipsis_count_filter", "bullets": "bullet_count_filter", "shouting": "word_removal_ratio_filter",
        "copied": "near duplicate", "copied_nearly": "near duplicate",
    },
    "web_en": {
        "empty": "no main content", "good_german": "not English", "german_goods": "not English", "short": "gopher_short_doc",
        "curly": "curly_bracket", "lorem": "lorem_ipsum", "goods": "gopher_enough_stop_words", "numbers": "gopher_below_alpha_threshold",
        "hashes": "duplicated_5_n_grams", "ellipses": "gopher_too_many_end_ellipsis", "refrain": "dup_para_frac",
        "stutter": "dup_para_frac", "copied": "exact duplicate", "good_1": "near duplicate",
    },
}  # fmt: skip


def url(name: str) -> str:
    return f"https://{name.replace('_', '-')}.example.com/"


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Warc:
    folder = tmp_path_factory.mktemp("crawl")
    with Archive(folder) as archive:
        for name, html in PAGES.items():
            archive.put(Visit(url(name), "page", head=HEAD, body=html.encode()))
    return Warc(f"{folder}/*.warc.gz")


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)


def test_each_recipe_has_its_drops_and_its_place_in_the_docs() -> None:
    assert set(DROPS) == set(NAMES)
    docs = (FOLDER.parent / "docs" / "recipes.md").read_text()
    assert [name for name in NAMES if f"(../recipes/{name}.py)" not in docs] == []


@pytest.mark.parametrize("name", EVERY)
def test_python_and_yaml_are_one_to_one(name: str) -> None:
    recipe, yaml = load(FOLDER / f"{name}.py"), load(FOLDER / f"{name}.yaml")
    assert recipe == (replace(yaml, corpus=recipe.corpus) if name == "multilingual" else yaml)  # it reads the library of its Python
    assert parse(dump(recipe)) == recipe


@pytest.mark.parametrize("name", NAMES)
def test_it_drops_and_keeps_what_it_must(name: str, crawl: Warc) -> None:
    assert judged(load(FOLDER / f"{name}.yaml"), crawl) == DROPS[name]


def judged(recipe: Recipe, crawl: Warc) -> dict[str, str]:
    """Return the reason for each page that is dropped; of equal pages the one that goes is "copied"."""
    found = check(crawl, recipe.steps)
    assert not found.errors
    assert found.evaluation is not None and not len(found.evaluation.quarantine)
    names = {url(name): name for name in PAGES}
    dropped = {names[row["id"]]: row["reason"] for row in found.evaluation.audit.to_pylist()}
    if "good_0" in dropped and "copied" not in dropped:
        dropped["copied"] = dropped.pop("good_0")
    assert {names[id] for id in found.evaluation.table["id"].to_pylist()}.isdisjoint(dropped.keys() - {"copied"})
    return dropped


def given(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **values: object) -> Recipe:
    """Return a recipe as it is where the environment has these values."""
    for variable, value in values.items():
        monkeypatch.setenv(variable, str(value))
    return load(shutil.copy(FOLDER / f"{name}.py", folder / "recipe.py"))  # a file of its own: each is executed once


@pytest.mark.parametrize("name", ["c4", "gopher"])
def test_a_list_of_bad_words_is_used(name: str, tmp_path: Path, crawl: Warc, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en").write_text("grockle\n")
    recipe = given(name, tmp_path, monkeypatch, TILTH_BAD_WORDS=tmp_path / "en")
    assert judged(recipe, crawl) == DROPS[name] | {"bad_words": "document_removed_with_badwords"}


@pytest.mark.parametrize("name", ["fineweb", "fineweb2", "refinedweb"])
def test_lists_of_addresses_are_used(name: str, tmp_path: Path, crawl: Warc, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "domains").write_text("good-5.example.com\n")
    (lists / "urls").write_text(f"{url('good_6')}\n")
    recipe = given(name, tmp_path, monkeypatch, TILTH_URL_LISTS=lists)
    dropped = judged(recipe, crawl)
    assert dropped == DROPS[name] | {"good_5": "subdomain", "good_6": "url"}


def test_banlists_of_dclm_are_used(tmp_path: Path, crawl: Warc, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, line in {
        "domains_curated": "good-5.example.com", "words_strict_reverse_engineered": "good6", "words_hard_reverse_engineered": "stutter",
        "words_soft_reverse_engineered": "good",
    }.items():  # fmt: skip
        (tmp_path / f"refinedweb_banned_{kind}.txt").write_text(line + "\n")
    dropped = judged(given("dclm_baseline", tmp_path, monkeypatch, TILTH_DCLM_BANLISTS=tmp_path), crawl)
    expected = {"good_5": "domain", "good_6": "blacklisted_subword", "stutter": "hard_blacklisted"}
    assert dropped == DROPS["dclm_baseline"] | expected


def test_parameters_of_languages_are_used(tmp_path: Path, crawl: Warc, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "eng_Latn.yml").write_text(
        "language_score: 0.5\nstopwords: [the, of, and, that, to]\nline_punct_thr: 0.1\nnew_line_ratio: 0.5\ndup_line_frac: 0.3\n"
        "min_avg_word_length: 3\nmax_avg_word_length: 10\nmax_non_alpha_words_ratio: 0.7\n"
        "top_n_grams: [[2, 0.2], [3, 0.18], [4, 0.16]]\ndup_n_grams: [[5, 0.15], [6, 0.14], [7, 0.13], [8, 0.12], [9, 0.11], [10, 0.1]]\n"
    )
    dropped = judged(given("fineweb2", tmp_path, monkeypatch, TILTH_FINEWEB2_CONFIGS=tmp_path), crawl)
    assert dropped["good_german"] == "language_without_thresholds"
    assert not dropped.keys() & set(GOOD)


def write_model(path: Path, texts: dict[str, list[list[str]]]) -> Path:
    """Write a file of fastText that tells these pages (label: lines of each) apart."""
    rows = [(line, label) for label, pages in texts.items() for page in pages for line in page]
    learn = LearnClassifier(buckets=2000, epochs=20, rate=1.0, held_out=0)
    batch = pa.record_batch({
        "row": pa.array(range(len(rows)), pa.uint64()), "text": pa.array([line for line, _ in rows], pa.large_string()),
        "label": pa.array([label for _, label in rows], pa.large_string()),
    })  # fmt: skip
    path.write_bytes(learn.finish(learn.observe(batch))[0].model)
    return path


def test_a_classifier_of_dclms_kind_is_used(tmp_path: Path, crawl: Warc, monkeypatch: pytest.MonkeyPatch) -> None:
    backwards = {"hq": [goods(seed) for seed in range(100, 104)], "cc": [prose(seed) for seed in range(100, 120)]}
    model = write_model(tmp_path / "model.bin", backwards)
    dropped = judged(given("dclm_baseline", tmp_path, monkeypatch, TILTH_DCLM_MODEL=model), crawl)
    assert "goods" not in dropped
    assert {dropped[name] for name in GOOD[1:]} == {"low quality (DCLM)"}


def test_a_model_of_glotlids_kind_is_used(tmp_path: Path, crawl: Warc, monkeypatch: pytest.MonkeyPatch) -> None:
    swapped = {"deu_Latn": [prose(seed) for seed in range(100, 110)], "eng_Latn": [german(seed) for seed in range(100, 110)]}
    model = write_model(tmp_path / "model.bin", swapped)
    dropped = judged(given("fineweb2", tmp_path, monkeypatch, TILTH_GLOTLID=model), crawl)
    assert dropped["good_german"] == "language_without_thresholds"
    assert "language_without_thresholds" not in {dropped.get(name) for name in GOOD}
