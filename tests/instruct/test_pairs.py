from __future__ import annotations

import json

import pyarrow as pa
import pytest
from instruct_steps import talk

from tilth import evaluate, instruct


def made(**columns: list) -> object:
    return evaluate(instruct.valid_pairs(), pa.table({"text": [""] * len(next(iter(columns.values()))), **columns}))


def one(**columns: object) -> tuple:
    [row] = made(**{name: [value] for name, value in columns.items()}).table.to_pylist()  # type: ignore[attr-defined]
    return row["prompt"], row["chosen"], row["rejected"]


PAIR = (talk("2 + 2?"), talk("2 + 2?", "4")[1:], talk("2 + 2?", "5")[1:])


@pytest.mark.parametrize(
    "columns",
    [
        {"prompt": "2 + 2?", "chosen": "4", "rejected": "5"},
        {"prompt": json.dumps(PAIR[0]), "chosen": json.dumps(PAIR[1]), "rejected": json.dumps(PAIR[2])},
        {"chosen": json.dumps(PAIR[0] + PAIR[1]), "rejected": json.dumps(PAIR[0] + PAIR[2])},
        {"prompt": "2 + 2?", "answers": ["3", "4", "5"], "scores": [0.5, 0.9, 0.1]},
        {"prompt": "2 + 2?", "answers": '["5", "4"]', "scores": "[1, 2]"},
        {"messages": json.dumps(talk("2 + 2?", "4")), "rejected_answer": "5"},
    ],
)
def test_every_form_makes_the_same_pair(columns: dict) -> None:
    assert one(**columns) == PAIR


def test_its_own_output_is_its_input() -> None:
    done = made(prompt=["2 + 2?"], chosen=["4"], rejected=["5"]).table  # type: ignore[attr-defined]
    assert evaluate(instruct.valid_pairs(), done).table.equals(done)


def test_rows_without_a_pair_stay() -> None:
    assert one(note="nothing") == (None, None, None)
    assert one(prompt="a", answers=["b", "c"], scores=[1.0, 1.0]) == (None, None, None)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"prompt": "a", "chosen": "same", "rejected": "same"}, "chosen and rejected are the same"),
        ({"prompt": "a", "chosen": "b", "rejected": " "}, "an answer of the pair is empty"),
        ({"chosen": json.dumps(talk("a", "b")), "rejected": json.dumps(talk("x", "c"))}, "chosen and rejected answer different prompts"),
    ],
)
def test_pairs_that_are_none_are_dropped(columns: dict, reason: str) -> None:
    done = made(**{name: [value] for name, value in columns.items()})
    assert done.audit["reason"].to_pylist() == [reason]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"prompt": "a", "answers": ["b"], "scores": [1.0, 2.0]}, "1 answers and 2 scores"),
        ({"chosen": "b", "rejected": "c"}, "there is no prompt"), ({"prompt": "a", "answers": "{}", "scores": "[]"}, "this is dict"),
        ({"prompt": "a", "answers": '["b"]', "scores": '["high"]'}, "a score is no number"),
        ({"prompt": "a", "chosen": 7, "rejected": 8}, "turn 1 is not text"),
    ],
)  # fmt: skip
def test_values_that_are_no_pair_go_to_quarantine(columns: dict, why: str) -> None:
    done = made(**{name: [value] for name, value in columns.items()})
    assert why in done.quarantine["error"][0].as_py()  # type: ignore[attr-defined]
