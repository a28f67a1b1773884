"""Tasks of an Exchange: one partition's phases in one task are what several partitions' phases are, wave by wave."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from toy_steps import FirstOfText

from tilth import Exchange, StepError, mark, plan, run
from tilth.op import Home
from tilth.read import Jsonl


@dataclass(frozen=True)
class AtHome(Exchange):
    """Drops nothing: every document is at home, and its text is found there in any order."""

    limit = 3
    home_reads = ("text",)
    reads = ()

    def scatter(self, batch: pa.RecordBatch) -> pa.Table:
        return pa.table({"key": batch["row"], "left": pa.array([self.limit - 1] * len(batch), pa.int64())})

    def phases(self):
        return self.look_up, self.count_down

    def look_up(self, rows: pa.Table, home: Home) -> pa.Table:
        keys = rows["key"].combine_chunks()
        assert home.has(keys.to_numpy()).all() and not home.has(keys.to_numpy() + (1 << 40)).any()
        back = pa.array([*range(len(keys))][::-1], pa.int64())
        twice = home.take(pa.concat_arrays([keys.take(back), keys]), ("text",))["text"].combine_chunks()
        once = home.take(keys, ("text",))["text"].combine_chunks()
        assert twice.equals(pa.concat_arrays([once.take(back), once]))
        return rows

    def count_down(self, rows: pa.Table, home: Home) -> pa.Table:
        return rows.set_column(1, "left", pc.max_element_wise(pc.subtract(rows["left"], 1), 0))

    def settle(self, batch: pa.RecordBatch, answers: pa.Table) -> pa.RecordBatch:
        return mark(batch, pc.is_null(answers["left"]).combine_chunks(), "not at home")


@dataclass(frozen=True)
class Restless(AtHome):
    """Changes something in every round."""

    def count_down(self, rows: pa.Table, home: Home) -> pa.Table:
        return rows.set_column(1, "left", pc.add(rows["left"], 1))


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jsonl:
    monkeypatch.chdir(tmp_path)
    for number in range(3):
        texts = [f"text {(7 * number + i) % 11}" for i in range(20)]
        Path(f"{number}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return Jsonl("*.jsonl")


def left(out: str) -> list[int]:
    return sorted(row for path in Path(out, "data").glob("*.parquet") for row in pq.read_table(path)["row"].to_pylist())


def test_any_number_of_partitions_gives_the_same_answers(lines: Jsonl) -> None:
    for number in (1, 2, 5):
        run(lines, [FirstOfText(), AtHome()], f"out{number}", "inline", split=300, partitions=number)
    assert len(left("out1")) == 11 and left("out1") == left("out2") == left("out5")


def test_a_single_partition_is_one_task_and_is_not_done_again(lines: Jsonl) -> None:
    names = [wave.name for wave in plan(lines, [AtHome()], "out", split=300, partitions=1).waves]
    assert [name for name in names if name.startswith("AtHome: ")] == ["AtHome: scatter", "AtHome: phases"]
    run(lines, [AtHome()], "out", "inline", split=300, partitions=1)
    assert plan(lines, [AtHome()], "out", split=300, partitions=1).to_do == 0


@pytest.mark.parametrize("number", [1, 3])
def test_what_does_not_settle_is_told(lines: Jsonl, number: int) -> None:
    with pytest.raises(StepError, match="did not settle in 3 rounds") as told:
        run(lines, [Restless()], "out", "inline", split=300, partitions=number, probe=False)
    assert "count_down" in str(told.value)
