from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from instruct_steps import BAD, GOOD, talk

from tilth import evaluate, instruct
from tilth.instruct.turns import FAULTS

ROLES = st.sampled_from(["system", "user", "assistant", "tool", "narrator", None])
WORDS = st.sampled_from(["said", "", " \n", None, "\u3000", "0"])
MADE = st.lists(st.none() | st.lists(st.fixed_dictionaries({"role": ROLES, "content": WORDS}), max_size=6), max_size=6)


def measured(talks: list) -> list[dict]:
    rows = pa.record_batch({"messages": pa.array(talks, instruct.MESSAGES)})
    return instruct.Turns().apply(rows).to_pylist()


def slowly(turns: list[dict] | None) -> dict[str, int | None]:
    """The same by going through the turns one by one."""
    found: dict[str, int | None] = dict.fromkeys(FAULTS)
    before = "start"

    def note(fault: str, number: int) -> None:
        found[fault] = found[fault] or number

    for number, turn in enumerate(turns or [], 1):
        role = turn["role"]
        if role not in ("system", "user", "assistant", "tool"):
            note("turns_unknown_role", number)
            role = "?"
        if not (turn["content"] or "").strip():
            note("turns_empty", number)
        if role == "system" and number > 1:
            note("turns_late_system", number)
        after = {"user": "start system assistant ?", "assistant": "user tool ?", "tool": "assistant tool ?"}
        if role in after and before not in after[role].split():
            note("turns_out_of_order", number)
        if number == len(turns or []) and role != "assistant":
            note("turns_unanswered", number)
        before = role
    return found


@given(MADE)
def test_faults_are_those_found_turn_by_turn(talks: list) -> None:
    for row, turns in zip(measured(talks), talks, strict=True):
        assert {name: row[name] for name in FAULTS} == slowly(turns)
        assert row["turns"] == len(turns or [])


def test_good_ones_have_no_fault_and_each_bad_one_has_one() -> None:
    good, bad = measured(list(GOOD)), measured(list(BAD))
    assert not [name for row in good for name in FAULTS if row[name] is not None]
    assert all(row["turns"] == 0 or any(row[name] for name in FAULTS) for row in bad[:-2])


def test_lengths_in_characters() -> None:
    [row] = measured([talk("Ünï", "漢字", "ab", "c", system="Be brief.")])
    assert (row["turns"], row["turns_prompt_chars"], row["turns_answer_chars"], row["turns_system"]) == (5, 7, 5, True)


@pytest.mark.parametrize(
    ("turns", "reason", "fault", "at"),
    [
        ([], "no turns", "", 0), (talk("a", "b", "c"), "last turn is not an answer", "turns_unanswered", 3),
        (talk("a", "b", "c", " "), "empty turn", "turns_empty", 4),
        ([*talk("a", "b"), *talk("c", "d")][::2] + talk("x", "y"), "turn missing: roles do not alternate", "turns_out_of_order", 2),
        ([{"role": "narrator", "content": "a"}], "unknown role", "turns_unknown_role", 1),
        (
            [*talk("a", "b"), {"role": "system", "content": "s"}, *talk("c", "d")],
            "system turn that is not the first", "turns_late_system", 3,
        ),
    ],
)  # fmt: skip
def test_the_audit_has_the_reason_and_the_turn(turns: list, reason: str, fault: str, at: int) -> None:
    rows = pa.table({"text": ["", ""], "messages": pa.array([turns, talk("a", "b")], instruct.MESSAGES)})
    done = evaluate(instruct.valid_turns(), rows)
    [gone] = done.audit.to_pylist()
    assert gone["reason"] == reason and len(done.table) == 1
    if fault:
        assert dict(gone["signals"])[fault] == at


def test_tools_answer_between_the_assistants_turns() -> None:
    roles = ["system", "user", "assistant", "tool", "tool", "assistant", "user", "assistant"]
    [row] = measured([[{"role": role, "content": "x"} for role in roles]])
    assert not [name for name in FAULTS if row[name] is not None]
