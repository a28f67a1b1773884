"""The faults of form: each comes in its share, is what it says, and belongs to what it should."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tilth.llm import simulate
from tilth.semantic.asking.prompt import block, messages

ROWS = [{"text": f"row {n}"} for n in range(200)]
GOLD = [
    simulate.Gold("good", "filter", {row["text"]: n % 2 == 0 for n, row in enumerate(ROWS)}),
    simulate.Gold("match", "join", [(f"row {n}", f"other {n}") for n in range(200)]),
]
Said = Callable[..., Any]


def asked(rows: list[dict[str, str]]) -> Any:
    return messages("filter", "Is it good?", block("rows", rows))


def ids(said: Said, of: int = 10, **faults: float) -> list[list[int]]:
    """The ids of the answers to prompts of `of` rows each."""
    with simulate.serve([simulate.Model("m", **faults)], GOLD) as server:  # type: ignore[arg-type]
        prompts = [ROWS[n : n + of] for n in range(0, 200, of)]
        found = [[entry["id"] for entry in said(server, asked(rows))["answers"]] for rows in prompts]
        [fault] = faults
        assert (server.stats()["m"]["faults"].get(fault, 0) > 0) == (of > 1)
        return found


def test_ids_are_missing(said: Said) -> None:
    found = ids(said, missing=0.2)
    assert all(set(each) <= set(range(1, 11)) and len(set(each)) == len(each) for each in found)
    assert 20 < 200 - sum(map(len, found)) < 65


def test_ids_are_doubled(said: Said) -> None:
    found = ids(said, doubled=0.2)
    assert all(set(each) == set(range(1, 11)) for each in found)
    assert 20 < sum(map(len, found)) - 200 < 65


def test_ids_are_invented(said: Said) -> None:
    found = ids(said, invented=0.2)
    assert all({id for id in each if id <= 10} == set(range(1, 11)) for each in found)
    assert 20 < sum(id > 10 for each in found for id in each) < 65


def test_ids_are_out_of_order_and_keep_their_answers(said: Said) -> None:
    with simulate.serve([simulate.Model("m", reordered=0.5)], GOLD) as server:
        found = [said(server, asked(ROWS[n : n + 10]))["answers"] for n in range(0, 200, 10)]
    assert all(entry["answer"] == (entry["id"] % 2 == 1) for each in found for entry in each)
    assert 3 < sum([entry["id"] for entry in each] != list(range(1, 11)) for each in found) < 17


@pytest.mark.parametrize("fault", ["missing", "doubled", "invented"])
def test_a_prompt_of_one_row_has_no_such_fault(said: Said, fault: str) -> None:
    assert ids(said, 1, **{fault: 1.0}) == [[1]] * 200


def test_pairs_have_them_too(said: Said) -> None:
    told = messages(
        "join", "Do they match?", block("left", ROWS[:50]), block("right", [{"o": f"other {n}"} for n in range(50)]), form="pairs"
    )

    def pairs(**faults: float) -> list[list[int]]:
        with simulate.serve([simulate.Model("m", **faults)], GOLD) as server:  # type: ignore[arg-type]
            return list(said(server, told)["pairs"])

    right = [[n, n] for n in range(1, 51)]
    assert pairs() == right
    assert 2 < 50 - len(pairs(missing=0.2)) < 22
    assert 2 < len(pairs(doubled=0.2)) - 50 < 22
    assert pairs(invented=1.0) == [*right, [51, 1]]
    assert sorted(pairs(reordered=1.0)) == right != pairs(reordered=1.0)


@pytest.mark.parametrize("fault", ["refusals", "apologies"])
def test_a_refusal_belongs_to_a_row_and_takes_its_prompt_along(chat: Said, fault: str) -> None:
    def refused(rows: list[dict[str, str]]) -> bool:
        message = chat(server, asked(rows))["choices"][0]["message"]
        if fault == "refusals":
            return (message["content"] is None) and "sorry" in message["refusal"]
        return message["refusal"] is None and "sorry" in message["content"]

    with simulate.serve([simulate.Model("m", **{fault: 0.1})], GOLD) as server:
        alone = [refused([row]) for row in ROWS]
        assert 5 < sum(alone) < 40
        for n in range(0, 200, 8):
            assert refused(ROWS[n : n + 8]) == any(alone[n : n + 8])


def test_json_is_malformed_and_a_complaint_can_mend_it(chat: Said) -> None:
    def parses(text: str) -> bool:
        try:
            return bool(json.loads(text))
        except ValueError:
            return False

    with simulate.serve([simulate.Model("m", malformed=0.5)], GOLD) as server:
        texts = [chat(server, asked([row]))["choices"][0]["message"]["content"] for row in ROWS]
        bad = [n for n, text in enumerate(texts) if not parses(text)]
        assert 65 < len(bad) < 135
        assert len({texts[n][:3] + texts[n][-3:] for n in bad}) >= 4  # in several ways
        again = [(*asked([ROWS[n]]), ("assistant", texts[n]), ("user", "That was no JSON.")) for n in bad]
        mended = sum(parses(chat(server, told)["choices"][0]["message"]["content"]) for told in again)
        assert 0.25 < mended / len(bad) < 0.75


def test_values_have_wrong_types(said: Said) -> None:
    with simulate.serve([simulate.Model("m", mistyped=0.3)], GOLD) as server:
        values = [entry["answer"] for n in range(0, 200, 10) for entry in said(server, asked(ROWS[n : n + 10]))["answers"]]
    assert 35 < sum(not isinstance(value, bool) for value in values) < 90


def test_answers_are_cut_off(chat: Said) -> None:
    with simulate.serve([simulate.Model("m", truncated=0.5)], GOLD) as server:
        told = [chat(server, asked(ROWS[n : n + 2]))["choices"][0] for n in range(0, 200, 2)]
        cut = [each for each in told if each["finish_reason"] == "length"]
        assert 30 < len(cut) < 70
        assert all(not each["message"]["content"].endswith("}") for each in cut)
        with_room = [chat(server, asked(ROWS[n : n + 2]), max_tokens=900)["choices"][0]["finish_reason"] for n in range(0, 200, 2)]
        assert with_room != [each["finish_reason"] for each in told]  # more room is another attempt
