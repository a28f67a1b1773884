"""Every public step keeps the laws, and none changes its results without saying so."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec

import instruct_steps
import media_steps
import model_steps
import pyarrow as pa
import pytest
from fingerprints import GOLDEN, current, steps

from tilth import Filter, Only, clean, decontaminate, dedup, embed, evaluate, filters, select, tokenize
from tilth.catalog import kind, names
from tilth.memory import addressed
from tilth.op import Exchange, Fold, Op
from tilth.testing import check, examples

VARIANTS = ("datatrove", "dolma", "dolma_v2", "nemo", "dclm")  # of Gopher
PAGE = b"<html><body><main><p>A long enough paragraph of text, with commas, and a second sentence. And more.</p></main></body>"



def labelled() -> pa.Table:
    texts = examples()
    return texts.append_column("label", pa.array(["a", "b", None] * (len(texts) // 3), pa.large_string()))


LEARN = filters.LearnClassifier(char_ngrams=(2, 3), buckets=500, held_out=0.3, quantise=True)
SMALL = filters.LearnClassifier(name="hq", positive="a", sample_bytes=300, epochs=2, dim=4, min_count=1, buckets=500, held_out=0)
HQ = filters.LearnClassifier("id", buckets=1, held_out=0).finish(filters.LearnClassifier("id").observe(
    pa.record_batch({"row": pa.array([0, 1], pa.uint64()), "text": ["good", "bad"], "id": ["hq", "cc"]})))[0].model  # fmt: skip

LISTS: dict[str, dict] = {  # composites that need a user's list or model, or another column
    "only": {"when": "row > 2", "steps": [*filters.gopher_quality(), Filter("text != 'a'")]},
    "select.pareto": {"score": "row"}, "select.gumbel": {"score": "row"},
    "filters.dclm_quality": {"model": HQ},
    "dedup.urls": {"column": "id"}, "dedup.c4_lines": {"url": "id"},
    "clean.redact_entities": {"model": "NAMES"},
    "dedup.perceptual": {"column": "id"}, "filters.urls": {"domains": ("example.com",), "column": "id"},
    "filters.bad_words": {"lists": ("cat",), "lang": "en"},
    "filters.stop_words": {"lists": ("the", "on"), "lang": "en"},
    **model_steps.COMPOSITES, **instruct_steps.COMPOSITES,
}


@pytest.fixture(scope="module", autouse=True)
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What steps that ask a model ask here: a simulated one, over real HTTP."""
    with model_steps.endpoint(tmp_path_factory.mktemp("llm")):
        yield


@cache
def names_model() -> str:
    """A spaCy pipeline that knows one name: real models are no packages of the index."""
    spacy = pytest.importorskip("spacy", reason="the extra 'pii' is not installed")
    pytest.importorskip("presidio_analyzer", reason="the extra 'pii' is not installed")
    pipeline, folder = spacy.blank("en"), tempfile.mkdtemp()
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "cat"}])
    pipeline.to_disk(folder)
    return folder


def pages() -> pa.Table:
    html = pa.array([PAGE, b"", None, b"\xff\xfe<p>", PAGE * 3] * 4, pa.large_binary())
    return addressed(pa.table({"html": html, "text": pa.nulls(20, pa.large_string()), "content_type": pa.nulls(20, pa.large_string())}))


def learned(fold: Fold) -> object:
    return fold.finish(fold.observe(examples().to_batches()[0]))[0]


def scored() -> pa.Table:
    scores = [i / 400 for i in range(400)]
    return addressed(pa.table({"text": ["t"] * 400, "score": scores, "label": ["good" if s > 0.3 else "bad" for s in scores]}))


def encoded() -> tuple[tokenize.Encode, pa.Table]:
    train, rows = tokenize.Bpe(vocab=300), examples().to_batches()[0]
    encode = train.finish(train.observe(rows))[0]
    return encode, evaluate([encode], examples()).table


def embedded() -> dict[str, list[tuple[object, pa.Table]]]:
    """The steps that need vectors, and vectors."""
    done = evaluate([embed.HashedSvd(dim=8), embed.KMeans(clusters=3), embed.Centroid("own")], examples())
    embedding, cluster, similarity = done.executed
    vectors = evaluate([embedding], examples()).table
    steps = {"KMeans": embed.KMeans(), "NearestCluster": cluster, "Centroid": embed.Centroid("a"), "Similarity": similarity}
    found = {f"embed.{name}": [(step, vectors)] for name, step in steps.items()}
    found["dedup.SemanticDuplicates"] = [(dedup.SemanticDuplicates(), done.table)]
    hashed = evaluate([dedup.SimHash()], examples()).table
    found["dedup.HammingDuplicates"] = [(dedup.HammingDuplicates(transitive=chains), hashed) for chains in (False, True)]
    images = addressed(pa.table({"image": pa.array([b"", None, b"GIF89a", b"\x89PNG\r\n"] * 3, pa.large_binary())}))
    found["dedup.ImageHash"] = [(dedup.ImageHash(), images)]
    found["embed.SentenceEmbedding"] = []  # tests/embed/test_sentence.py has a model, and checks it
    return found | {"embed.HashedEmbedding": [(embedding, examples())]}


def contaminated() -> dict[str, list[tuple[object, pa.Table]]]:
    """The steps that know test items, and texts that have some."""
    rows, fold, said = examples().slice(0, 20).to_batches()[0], decontaminate.NGrams(n=3), decontaminate.Paraphrases(embed.HashedSvd(dim=8))
    look, exposure = fold.finish(fold.observe(rows))
    [paraphrased, _] = said.finish(said.observe(rows))
    marked = evaluate([look], examples()).table
    steps: dict[str, list[tuple[object, pa.Table]]] = {
        "NGrams": [(fold, examples())], "Paraphrases": [(said, examples())], "Overlap": [(look, examples())],
        "CommonNGrams": [(decontaminate.CommonNGrams(look, 1), examples())], "Exposure": [(exposure, marked)],
        "Remove": [(exposure.then, marked)], "Paraphrased": [(paraphrased, examples())],
        "DatatroveOverlap": [(decontaminate.DatatroveOverlap(look.items, 3, "all"), examples())],
    }  # fmt: skip
    return {f"decontaminate.{name}": made for name, made in steps.items()}


def drawn() -> dict[str, list[tuple[object, pa.Table]]]:
    """The steps that learn a target or a plan, and those that they become."""
    rows = examples().to_batches()[0]
    dsir, mix = select.Dsir(least=1), select.Mix(budget=500, cap=2.0)
    [pool] = dsir.finish(dsir.observe(rows))
    [weight], [copies] = pool.finish(pool.observe(rows)), mix.finish(mix.observe(rows))
    steps = {"Dsir": dsir, "DsirPool": pool, "DsirWeight": weight, "Mix": mix, "Copies": copies}
    found = {f"select.{name}": [(step, examples())] for name, step in steps.items()}
    return found | {f"select.{step.__name__}": [(step("score"), scored())] for step in (select.GumbelDraw, select.GumbelLuck)}


def spoken() -> pa.Table:
    """The examples, each said to be in some language."""
    rows = examples()
    languages = pa.array([("en", "deu_Latn", "fr")[i % 3] for i in range(len(rows))], pa.large_string())
    return rows.append_column("lang", languages).append_column("lang_score", pa.array([i % 7 / 7 for i in range(len(rows))]))


@cache
def instances() -> dict[str, list[tuple[object, pa.Table]]]:
    """For each public step, instances and what they are tried on; a step that is not here fails the test below."""
    encode, tokens = encoded()
    signed = evaluate([dedup.Signatures()], examples()).table
    repeats = evaluate([dedup.RepeatedSubstrings(length=3)], examples()).table
    longest = evaluate(dedup.near(keep="longest")[:1], examples()).table
    found: dict[str, list[tuple[object, pa.Table]]] = {
        "Filter": [(Filter("text != 'a'"), examples())],
        "Only": [(Only("text != 'a'", filters.GopherQuality()), examples())],
        "clean.LineEdits": [(clean.refinedweb_line_edits()[0], examples())],
        "clean.RemoveUrls": [(clean.RemoveUrls(), examples()), (clean.RemoveUrls("dclm"), examples())],
        "clean.PageRepeats": [(clean.PageRepeats(), examples()), (clean.PageRepeats("paragraph", normalise=False), examples())],
        "filters.GopherQuality": [(filters.GopherQuality(variant), examples()) for variant in VARIANTS],
        "filters.GopherRepetition": [(filters.GopherRepetition(variant), examples()) for variant in VARIANTS],
        "filters.C4": [(filters.C4(variant), examples()) for variant in ("datatrove", "paper", "dolma", "nemo", "dclm")],
        "clean.HtmlText": [(clean.HtmlText(), pages()), (clean.HtmlText(extractor="trafilatura"), pages())],
        "dedup.NearDuplicates": [(dedup.near()[-1], signed), (dedup.near(keep="longest")[-1], longest)],
        "dedup.RepeatedSubstrings": [(step, examples()) for step in (dedup.RepeatedSubstrings(3), dedup.RepeatedSubstrings(9, "byte"))],
        "dedup.CutSpans": [(dedup.CutSpans(), repeats), (dedup.CutSpans("line", widen=True, least=2), repeats)],
        "dedup.DuplicateUrls": [(dedup.DuplicateUrls(column="id"), examples())],
        "dedup.UrlRank": [(dedup.UrlRank("id"), examples())],
        "dedup.Exact": [(dedup.Exact(), examples()), (dedup.exact(keep="longest")[-1], examples())],
        "tokenize.Bpe": [(tokenize.Bpe(vocab=300), examples())],
        "tokenize.Encode": [(encode, examples())],
        "tokenize.Pack": [(tokenize.Pack(length=16), tokens)],
        "clean.RedactEntities": [(clean.RedactEntities(model=names_model()), examples())] if find_spec("presidio_analyzer") else [],
        "filters.Urls": [(filters.urls(**LISTS["filters.urls"])[0], examples())],
        "filters.BadWords": [(filters.bad_words(**LISTS["filters.bad_words"])[0], examples())],
        "filters.StopWords": [(filters.stop_words(**LISTS["filters.stop_words"])[0], examples())],
        "filters.Matches": [(filters.Matches("(?i)line"), examples())],
        "filters.Perplexity": [(learned(filters.LearnNgrams(order=2)), examples())],
        "select.TopShare": [(select.TopShare("score"), scored())],
        "select.PrecisionThreshold": [(select.PrecisionThreshold("score", "label", "good", 0.5), scored())],
        "select.ParetoLuck": [(select.ParetoLuck("score"), scored())],
        "filters.Measure": [(filters.fineweb()[0], examples())],
        "filters.Thresholds": [(filters.fineweb2()[1], spoken())],
        "filters.LanguageThresholds": [(filters.LanguageThresholds("en", "tilth", *["tail"] * 3, min_documents=1, sample=2), spoken())],
        "filters.LearnClassifier": [(LEARN, labelled()), (SMALL, labelled())],
        "filters.Classify": [(filters.quality()[0], examples()), (filters.toxicity()[0], examples()), (filters.Classify(HQ), examples())],
        "filters.Languages": [(filters.Languages(), examples()), (filters.Languages("both", least=5), examples())],
        "filters.Language": [(filters.Language(model=model), examples()) for model in ("", "tilth", "both")],
    }
    found |= embedded() | contaminated() | drawn() | model_steps.instances() | instruct_steps.instances() | media_steps.instances()
    for name, thing in steps().items():
        if name not in found:
            found[name] = [(thing(), examples())]
    return found


@pytest.mark.parametrize("name", sorted(steps()))
def test_every_step_keeps_the_laws(name: str) -> None:
    for step, table in instances()[name]:
        check(step, table)


@pytest.mark.parametrize("name", sorted(name for name, thing in names().items() if kind(thing) == "composite" and name != "learn_from"))
def test_every_composite_is_a_list_of_steps_that_run(name: str) -> None:
    made = names()[name](**{key: names_model() if value == "NAMES" else value for key, value in LISTS.get(name, {}).items()})
    assert all(isinstance(step, (Op, Fold, Exchange)) for step in made)
    rows = instruct_steps.rows() if name.startswith("instruct.") else examples()
    done = evaluate(made, rows)
    assert len(done.table) + len(done.audit) + len(done.quarantine) == len(rows)


def test_no_step_changes_without_saying_so() -> None:
    golden, now = json.loads(GOLDEN.read_text()), current()
    changed = [name for name in now if golden.get(name) != now[name] and golden.get(name, [None])[0] == now[name][0]]
    assert not changed, f"the code of {changed} changed: raise `version` if results changed; then run: python tests/fingerprints.py"
    assert golden == now, "a step is new, gone or has a new version: python tests/fingerprints.py"
