"""What is shown of whom a run speaks of: the words beside a group, and the documents that moved a share."""

from __future__ import annotations

import json
import random

import pytest

import tilth as t
from tilth import filters, read
from tilth.errors import CorpusError
from tilth.stats import people


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> str:
    folder, rng, lines = tmp_path_factory.mktemp("people"), random.Random(4), []
    for i in range(400):
        who, does = ("She", rng.choice(["sings", "sings", "digs"])) if i % 2 else ("He", rng.choice(["sings", "digs", "digs"]))
        text = f"{who} {does} . " * rng.randint(1, 5)
        lines.append(json.dumps({"id": f"row {i}", "text": text, "s": rng.random() - i % 2 / 3}))
    (folder / "a.jsonl").write_text("\n".join(lines))
    steps = [filters.Mentions(window=1), t.Filter("s > 0.2", reason="low s")]
    return t.run(read.Jsonl(str(folder / "a.jsonl")), steps, str(folder / "out"), "inline", split=4000).out


def test_documents_that_moved_a_share_most_are_shown(out: str) -> None:
    found = people(out)
    by_signal = {shift.signal: examples for shift, examples in found.examples}
    assert set(by_signal) == {"group_men", "group_women"}
    for examples in by_signal.values():  # what went were women: each speaks of them, and at full length
        assert len(examples) == 3 and all(one.excerpt.count("She") == 5 for one in examples)
        assert [one.moved for one in examples] == sorted((one.moved for one in examples), reverse=True) and examples[-1].moved > 0
        assert all(one.id.startswith("row ") for one in examples)


def test_words_beside_a_group(out: str) -> None:
    [beside] = people(out).beside
    assert (beside.first, beside.second) == ("women", "men")
    assert [one.context for one in beside.kept] == ["sings", "digs"] and beside.kept[0].log_odds > 0 > beside.kept[1].log_odds
    assert [one.context for one in beside.gone if one] == ["sings", "digs"]
    assert sum(beside.rows) == 400


def test_where_nothing_was_counted_it_says_so(tmp_path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n')
    run = t.run(read.Jsonl(str(tmp_path / "a.jsonl")), [t.Filter("row >= 0")], str(tmp_path / "out"), "inline")
    with pytest.raises(CorpusError, match=r"put filters\.Mentions"):
        people(run.out)
