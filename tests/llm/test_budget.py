"""The budget is never exceeded: by any order of holds and settlements, and by processes that share the ledger."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tilth import llm
from tilth.llm import budget
from tilth.llm.ledger import Ledger
from tilth.llm.request import Request, Usage
from tilth.llm.tokens import count_tokens

BUDGET = 100.0
AMOUNTS = st.integers(0, 40).map(float)


class Purse(RuleBasedStateMachine):
    """Calls begin, end at no more than they held, are lost or outlive their hold, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.db = Ledger(":memory:")._db
        self.held: dict[int, float] = {}
        self.paid = self.now = 0.0
        self.count = 0

    @rule(dollars=AMOUNTS, lasts=st.integers(1, 20))
    def begin(self, dollars: float, lasts: int) -> None:
        id = self.count = self.count + 1
        verdict = budget.hold(self.db, "a", BUDGET, id, dollars, self.now, self.now + lasts)
        room = BUDGET - self.paid - sum(self.held.values())
        assert (verdict == "held") == (dollars <= room)
        if verdict == "held":
            self.held[id] = dollars

    @precondition(lambda self: self.held)
    @rule(data=st.data(), share=st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    def end(self, data: st.DataObject, share: float) -> None:
        id = data.draw(st.sampled_from(sorted(self.held)))
        dollars = self.held.pop(id) * share
        budget.settle(self.db, "a", "m", id, Usage(), dollars)
        self.paid += dollars

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(sorted(self.held)))
        del self.held[id]
        budget.release(self.db, [id])

    @rule(seconds=st.integers(0, 10))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @invariant()
    def never_above(self) -> None:
        spent, held = budget.taken(self.db, "a", self.now)
        assert spent + held == pytest.approx(self.paid + sum(self.held.values())) and spent + held <= BUDGET

    def teardown(self) -> None:
        self.db.close()


TestPurse = Purse.TestCase


def test_a_lost_call_counts_as_spent_and_one_under_way_is_waited_for() -> None:
    db = Ledger(":memory:")._db
    assert budget.hold(db, "a", 10.0, 1, 8.0, now=0.0, until=5.0) == "held"
    assert budget.hold(db, "a", 10.0, 2, 4.0, now=1.0, until=6.0) == "later"
    assert budget.hold(db, "a", 10.0, 2, 4.0, now=6.0, until=9.0) == "never"
    assert budget.hold(db, "b", 10.0, 3, 4.0, now=6.0, until=9.0) == "held"  # another account
    db.close()


@pytest.mark.parametrize("text", ["", "plain words", "größer 北京 🙂", "}{" * 50, "\x00\x01", "aa  bb\n\n"])
def test_no_prompt_has_more_tokens_than_are_held_for_it(text: str) -> None:
    assert budget.most_prompt_tokens(Request("m", (("user", text),))) >= count_tokens(text) + 8


def test_other_tokenizers_keep_the_bound_too() -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="the extra 'tokens' is not installed")
    bytes_only = tokenizers.Tokenizer(tokenizers.models.BPE())
    bytes_only.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=256, initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet())
    bytes_only.train_from_iterator(["a"], trainer)  # the worst there is: a token a byte
    for text in ("größer 北京 🙂", "plain words " * 20):
        assert len(bytes_only.encode(text).ids) <= budget.most_prompt_tokens(Request("m", (("user", text),)))


WORK = """
import asyncio, sys
from tilth import llm

async def main():
    async with llm.Session(llm.current()) as session:
        ask = lambda n: session.ask(llm.Request("openai/small", (("user", f"{sys.argv[1]} {n}"),), max_tokens=20))
        return await asyncio.gather(*map(ask, range(60)))
print(*sorted(reply.status for reply in asyncio.run(main())))
"""


def test_four_processes_share_one_budget_and_never_exceed_it(serve: Any, client_of: Any, api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio
    import random

    drawn = random.Random(7)
    sold: list[float] = []

    async def answer(call: Any) -> Any:
        await asyncio.sleep(drawn.random() * 0.02)
        if drawn.random() < 0.1:
            return api.error(500)
        prompt, completion = drawn.randint(5, 35), drawn.randint(1, 20)
        sold.append((prompt * 1.0 + completion * 2.0) / 1e6)
        return api.completion("x", prompt=prompt, answer=completion)

    server = serve(answer)
    client = client_of(server, budget=5e-3, in_flight=16)
    monkeypatch.setenv("TILTH_LLM", client.to_json())
    processes = [subprocess.Popen([sys.executable, "-c", WORK, str(n)], stdout=subprocess.PIPE, text=True) for n in range(4)]
    told = [process.communicate(timeout=120)[0].split() for process in processes]
    assert all(process.returncode == 0 for process in processes)
    assert all(status in ("ok", "capped", "failed") for each in told for status in each) and "capped" in {s for each in told for s in each}
    assert sum(sold) <= 5e-3
    assert sum(sold) > 5e-3 - 2 * (16 * 3 + 60) / 1e6 - 16 * 100e-6 / 4  # nor is much of it left
    assert llm.spending(client)["openai/small"].dollars == pytest.approx(sum(sold))
    with sqlite3.connect(client.cache) as db:
        assert db.execute("SELECT count(*) FROM holds").fetchone() == (0,)
    db.close()


def test_nobody_waits_for_what_is_held_for_days() -> None:
    db = Ledger(":memory:")._db
    assert budget.hold(db, "a", 10.0, 1, 8.0, now=0.0, until=1e6) == "held"  # a batch file
    assert budget.hold(db, "a", 10.0, 2, 4.0, now=1.0, until=100.0) == "never"
    assert budget.hold(db, "a", 10.0, 2, 2.0, now=1.0, until=100.0) == "held"
    db.close()


def test_a_hold_of_a_killed_process_is_not_given_away(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path / "x.sqlite"))
    assert budget.hold(ledger._db, "a", 1.0, 1, 0.6, now=0.0, until=1.0) == "held"
    ledger._db.close()
    again = Ledger(str(tmp_path / "x.sqlite"))
    assert budget.hold(again._db, "a", 1.0, 2, 0.6, now=100.0, until=101.0) == "never"
    again._db.close()
