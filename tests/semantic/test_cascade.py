"""A cascade asks the model less, keeps its targets, and pays for no row twice."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tilth as t
from tilth import llm, read
from tilth.errors import RecipeError
from tilth.llm.simulate import Gold, Model
from tilth.semantic.cascade import Cascade, Cascaded
from tilth.semantic.filter import Filter
from tilth.semantic.likelihood import Likelihood
from tilth.semantic.score import Score

TEXTS = [f"review {n} tells of {n * 37 % 101}" for n in range(900)]
TRUTH = {text: n % 3 == 0 for n, text in enumerate(TEXTS)}
GOLD = Gold("Is it praise?", "filter", TRUTH)
BIG, SMALL = Model("big"), Model("small", flip=0.12, logprobs="calibrated")
STEP = Filter("Is it praise?", model="big", name="praise")
PROXY = Likelihood(Filter("Is it praise?", model="small"))


def quality(kept: list[str]) -> tuple[float, float]:
    right = sum(TRUTH[text] for text in kept)
    return right / max(1, len(kept)), right / sum(TRUTH[text] for text in TEXTS)


def test_a_corpus_decided_as_a_whole(simulator) -> None:
    server = simulator(GOLD, models=(BIG, SMALL))
    done = t.evaluate([Cascade(STEP, PROXY)], pa.table({"text": TEXTS}))
    precision, recall = quality(done.table["text"].to_pylist())
    assert precision >= 0.9 and recall >= 0.9
    cascaded = done.executed[0]
    assert isinstance(cascaded, Cascaded) and cascaded.bought < 600
    statuses = done.table["praise_answer"].to_pylist()
    assert {"ok", "proxy"} == {status["status"] for status in statuses}
    assert server.stats()["big"]["answered"] <= cascaded.bought / 8 + 20  # eight rows a prompt, and none of them again


@pytest.mark.parametrize("alone", [True, False])
def test_the_proxy_is_asked_about_a_row_once(simulator, alone: bool) -> None:
    server = simulator(GOLD, Gold("How glad?", "score", {text: 5 * truth for text, truth in TRUTH.items()}), models=(BIG, SMALL))
    proxy = PROXY if alone else Score("How glad?", model="small", low=0, high=5, name="likelihood")
    done = t.evaluate([Cascade(STEP, proxy)], pa.table({"text": TEXTS}))
    assert server.stats()["small"]["answered"] == (900 if alone else -(-900 // 8))
    assert llm.spending(llm.current())["small"].saved_calls == 0  # nor is the cache
    assert min(quality(done.table["text"].to_pylist())) >= 0.9 and done.executed[0].proxy == proxy


def test_what_was_learned_of_rows_is_not_taken_for_others_at_their_addresses(simulator) -> None:
    simulator(GOLD, models=(BIG, SMALL))
    done = t.evaluate([Cascade(STEP, PROXY)], pa.table({"text": TEXTS}))
    others = t.evaluate(done.executed, pa.table({"text": TEXTS[::-1]}))
    kept = zip(others.table["text"].to_pylist(), others.table["praise_answer"].to_pylist(), strict=True)
    asked = [TRUTH[text] for text, answer in kept if answer["status"] == "ok"]
    assert all(asked) and len(others.table) > 150


@pytest.mark.parametrize("confidence", ["calibrated", "overconfident", "useless", "absent"])
def test_targets_hold_whatever_the_proxy_says_of_itself(simulator, confidence: str) -> None:
    server = simulator(GOLD, models=(BIG, Model("small", flip=0.12, logprobs=confidence)))
    done = t.evaluate([Cascade(STEP, PROXY)], pa.table({"text": TEXTS}))
    precision, recall = quality(done.table["text"].to_pylist())
    assert precision >= 0.9 and recall >= 0.9
    assert server.stats()["big"]["answered"] <= len(TEXTS) / 8 * 1.3


def test_a_larger_corpus_is_learned_from_a_sample(simulator) -> None:
    texts = [f"page {n} tells of {n * 37 % 1009}" for n in range(6000)]
    truth = {text: n % 2 == 0 for n, text in enumerate(texts)}
    simulator(Gold("Is it praise?", "filter", truth), models=(BIG, Model("small", flip=0.05)))
    fold = Cascade(STEP, PROXY, pool=2500, labels=1500)
    done = t.evaluate([fold], pa.table({"text": texts}))
    kept = [truth[text] for text in done.table["text"].to_pylist()]
    assert sum(kept) / len(kept) >= 0.9 and sum(kept) >= 0.9 * 3000
    asked = done.table.num_rows - sum(each["status"] == "proxy" for each in done.table["praise_answer"].to_pylist())
    assert done.executed[0].bought == 1500 and asked < 2500


def test_in_a_run_it_is_the_same_however_it_is_cut(simulator, tmp_path) -> None:
    simulator(GOLD, models=(BIG, SMALL))
    for part in range(3):
        rows = [json.dumps({"text": text}) for text in TEXTS[part * 300 : part * 300 + 300]]
        (tmp_path / f"{part}.jsonl").write_text("\n".join(rows) + "\n")
    corpus = read.Jsonl(str(tmp_path / "*.jsonl"))
    kept = []
    for executor in ("inline", "local:2"):
        run = t.run(corpus, [Cascade(STEP, PROXY)], out=str(tmp_path / executor), executor=executor)
        kept.append(pq.read_table(Path(run.out) / "data", columns=["text", "praise"]).to_pydict())
    assert kept[0] == kept[1] and np.mean([TRUTH[text] for text in kept[0]["text"]]) >= 0.9


def test_nothing_is_asked_for_an_empty_corpus(simulator) -> None:
    server = simulator(GOLD, models=(BIG, SMALL))
    assert len(t.evaluate([Cascade(STEP, PROXY)], pa.table({"text": pa.array([], pa.large_string())})).table) == 0
    assert not server.stats()["big"]["answered"]


def test_rare_rows_are_all_verified(simulator) -> None:
    texts = [f"page {n} tells of {n * 37 % 101}" for n in range(1500)]
    truth = {text: n % 50 == 0 for n, text in enumerate(texts)}
    server = simulator(Gold("Is it praise?", "filter", truth), models=(BIG, Model("small", flip=0.02)))
    done = t.evaluate([Cascade(STEP, PROXY, rare=True, overlook=15)], pa.table({"text": texts}))
    assert all(truth[text] for text in done.table["text"].to_pylist()) and len(done.table) >= 15
    assert {answer["status"] for answer in done.table["praise_answer"].to_pylist()} == {"ok"}
    assert done.executed[0].accept_above == np.inf and server.stats()["big"]["answered"] < len(texts) / 8 / 2


def test_a_proxy_that_learns_from_the_labels(simulator) -> None:
    words = {True: "a joy, warm and clever", False: "dull, slow and far too long"}
    texts = [f"review {n}: {words[(n % 3 == 0) != (n % 29 == 0)]}" for n in range(1500)]
    truth = {text: n % 3 == 0 for n, text in enumerate(texts)}
    server = simulator(Gold("Is it praise?", "filter", truth))
    done = t.evaluate([Cascade(Filter("Is it praise?", model="m"))], pa.table({"text": texts}))
    kept = [truth[text] for text in done.table["text"].to_pylist()]
    assert np.mean(kept) >= 0.9 and sum(kept) >= 0.9 * sum(truth.values())
    assert done.executed[0].proxy.positive == "yes" and done.executed[0].bought < 1000
    assert server.stats()["m"]["answered"] < len(texts) / 8 * 0.8


def test_a_learned_proxy_for_a_corpus_seen_in_part(simulator) -> None:
    texts = [f"review {n}: {'a warm joy' if n % 2 else 'dull and slow'}" for n in range(5000)]
    truth = {text: n % 2 == 1 for n, text in enumerate(texts)}
    simulator(Gold("Is it praise?", "filter", truth))
    done = t.evaluate([Cascade(Filter("Is it praise?", model="m"), pool=2000, labels=600)], pa.table({"text": texts}))
    kept = [truth[text] for text in done.table["text"].to_pylist()]
    assert np.mean(kept) >= 0.9 and sum(kept) >= 0.9 * 2500 and done.executed[0].bought <= 400 + 600


def test_where_nothing_can_be_learned_the_model_decides_and_is_asked_once(simulator) -> None:
    server = simulator(Gold("Is it praise?", "filter", dict.fromkeys(TEXTS, True)))
    done = t.evaluate([Cascade(Filter("Is it praise?", model="m"))], pa.table({"text": TEXTS}))
    assert len(done.table) == len(TEXTS) and done.executed[0].proxy is None
    assert server.stats()["m"]["answered"] <= len(TEXTS) / 8 + 2


def test_what_cannot_be(simulator) -> None:
    simulator(GOLD, models=(BIG, SMALL))
    with pytest.raises(RecipeError, match="targets"):
        Cascade(STEP, PROXY, recall=1.0)
    with pytest.raises(RecipeError, match="rare=True"):
        Cascade(STEP, PROXY, overlook=3)
    with pytest.raises(RecipeError, match="no column 'surprise'"):
        t.evaluate([Cascade(STEP, PROXY, score="surprise")], pa.table({"text": TEXTS[:50]}))
