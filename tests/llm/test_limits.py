"""Rates that are kept in a file: laws of the bucket, whoever asks and in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.llm import limits
from tilth.llm.ledger import Ledger


@given(
    st.lists(st.tuples(st.floats(0, 3), st.integers(1, 50)), min_size=1, max_size=60),
    st.floats(60, 6000),
)
def test_in_no_stretch_of_time_is_more_sent_than_rate_and_burst_allow(calls: list[tuple[float, int]], rate: float) -> None:
    db = Ledger(":memory:")._db
    now, sent = 1e9, []
    for later, amount in calls:
        now += later
        sent.append((now + limits.admit(db, "m", {"tokens": ([amount], rate)}, 1, now)[0], amount))
    db.close()
    for i, (first, _) in enumerate(sent):
        total = 0.0
        for turn, amount in sent[i:]:
            allowed = (turn - first + limits.BURST) * rate / 60
            assert total <= allowed + 1e-3  # what came before it; a call larger than the burst is let through alone
            total += amount
    assert [turn for turn, _ in sent] == sorted(turn for turn, _ in sent)  # first come, first served


def test_both_rates_hold_and_names_are_apart() -> None:
    db = Ledger(":memory:")._db
    takes = {"requests": ([1.0], 60.0), "tokens": ([120.0], 60.0)}
    assert limits.admit(db, "m", takes, 1, 100.0)[0] == 0.0
    assert limits.admit(db, "m", takes, 1, 100.0)[0] == pytest.approx(119.0)
    assert limits.admit(db, "other", takes, 1, 100.0)[0] == 0.0
    db.close()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 50)), min_size=1, max_size=20), st.floats(60, 6000))
def test_many_at_once_have_the_turns_that_they_have_one_by_one(amounts: list[tuple[int, int]], rate: float) -> None:
    together, alone = Ledger(":memory:")._db, Ledger(":memory:")._db
    requests, tokens = [float(few) for few, _ in amounts], [float(many) for _, many in amounts]
    found = limits.admit(together, "m", {"requests": (requests, rate), "tokens": (tokens, rate)}, len(amounts), 1e6)
    pairs = zip(requests, tokens, strict=True)
    in_turn = [limits.admit(alone, "m", {"requests": ([a], rate), "tokens": ([b], rate)}, 1, 1e6)[0] for a, b in pairs]
    assert found == pytest.approx(in_turn, abs=1e-6)
    together.close()
    alone.close()


def test_what_was_not_taken_is_given_back_and_a_server_may_postpone() -> None:
    db = Ledger(":memory:")._db
    limits.admit(db, "m", {"tokens": ([120.0], 60.0)}, 1, 100.0)[0]
    limits.correct(db, "m", "tokens", 100.0, 60.0)
    assert limits.admit(db, "m", {"tokens": ([1.0], 60.0)}, 1, 100.0)[0] == pytest.approx(19.0)
    limits.postpone(db, "m", "tokens", 500.0)
    assert limits.admit(db, "m", {"tokens": ([1.0], 60.0)}, 1, 100.0)[0] == pytest.approx(400.0)
    db.close()


def test_a_clock_that_was_wrong_does_not_stop_the_world() -> None:
    db = Ledger(":memory:")._db
    limits.admit(db, "m", {"requests": ([1.0], 60.0)}, 1, 2e9)[0]
    assert limits.admit(db, "m", {"requests": ([1.0], 60.0)}, 1, 1e9)[0] == 0.0
    db.close()


@given(st.floats(0, 10), st.integers(0, 10_000), st.none() | st.floats(0, 100))
def test_pauses_are_bounded(backoff: float, attempt: int, asked: float | None) -> None:
    pause = limits.pause(backoff, attempt, asked)
    assert (0 <= pause <= 60) if asked is None else asked <= pause <= asked + 1
