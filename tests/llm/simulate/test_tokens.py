"""Log-probabilities: of labels of one token and of several, all of them told, together 1."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from tilth.llm import simulate
from tilth.llm.simulate.phrase import Part
from tilth.llm.simulate.tokens import logprobs, tokens
from tilth.semantic.asking.prompt import block, messages


def test_labels_that_begin_alike_follow_the_chain_rule() -> None:
    part = Part("positively", (("positively", 0.5), ("positive", 0.3), ("no", 0.2)))
    content = logprobs(tokens([part]), 5)
    told = [{each["token"]: math.exp(each["logprob"]) for each in place["top_logprobs"]} for place in content]
    assert [place["token"] for place in content] == ["positi", "vely"]
    assert told[0] == pytest.approx({"positi": 0.8, "no": 0.2})
    assert told[1] == pytest.approx({"vely": 0.625, "ve": 0.375})
    assert math.exp(sum(place["logprob"] for place in content)) == pytest.approx(0.5)


@pytest.mark.parametrize("labels", [("yes", "no"), ("True", "False"), ("glad", "sad", "angry", "calm")])
def test_every_label_has_a_value(chat: Callable[..., Any], labels: tuple[str, ...]) -> None:
    from tilth.llm.labels import scores

    rows = [{"text": f"row {n}"} for n in range(30)]
    kind = "filter" if len(labels) == 2 else "classify"
    gold = simulate.Gold("mood", kind, {row["text"]: n % 2 == 0 if len(labels) == 2 else labels[n % 4] for n, row in enumerate(rows)})
    with simulate.serve([simulate.Model("m", flip=0.3)], [gold]) as server:
        for row in rows:
            told = messages(kind, "What mood?", block("rows", [row]), form="label", labels=labels)
            choice = chat(server, told, logprobs=True, top_logprobs=20)["choices"][0]
            found = scores(choice["logprobs"], labels)
            assert found is not None
            assert min(found.values()) > 0
            assert max(found, key=found.__getitem__) == choice["message"]["content"]


def test_rows_of_one_prompt_each_have_theirs(chat: Callable[..., Any]) -> None:
    rows = [{"text": f"row {n}"} for n in range(6)]
    gold = simulate.Gold("good", "filter", {row["text"]: n % 2 == 0 for n, row in enumerate(rows)})
    with simulate.serve([simulate.Model("m", flip=0.3)], [gold]) as server:
        content = chat(server, messages("filter", "Good?", block("rows", rows)), logprobs=True, top_logprobs=2)["choices"][0]["logprobs"][
            "content"
        ]
    doubtful = [{each["token"] for each in place["top_logprobs"]} for place in content if len(place["top_logprobs"]) == 2]
    assert doubtful == [{"true", "false"}] * 6 or doubtful == [{" true", " false"}] * 6
