"""The runner: the same bytes whatever the executor, the cuts and the interruptions; only what must be is done again."""

from __future__ import annotations

import hashlib
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import write_lines
from toy_steps import RECIPE, FirstOfText, HasCommonest, Replace, Running, Words

import tilth
from tilth import CorpusError, Filter, RecipeError, StepError, StoreError, evaluate, learn_from, load, plan, run
from tilth.executors import Executor
from tilth.gc import gc
from tilth.read import Jsonl

SPLIT = 5000  # two of the small files a shard
HERE = Path(__file__).parent


def published(out: Path) -> dict[str, str]:
    """Every file that a run leaves for others, and its digest."""
    names = json.loads((out / "published.json").read_text())
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names}


def blobs(out: Path) -> set[str]:
    return {path.name for path in (out / "store" / "blobs").rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the recipe leaves of the lines, by one worker."""
    folder = tmp_path_factory.mktemp("expected")
    (folder / "lines").mkdir()
    for number in range(6):
        write_lines(folder / "lines" / f"{number}.jsonl", number)
    os.chdir(folder)
    run(Jsonl("lines"), RECIPE, "out", "local:1", split=SPLIT)
    return published(Path("out"))


def test_every_executor_leaves_the_same_bytes(any_executor: Executor, lines: Path, expected: dict[str, str], monkeypatch) -> None:
    monkeypatch.chdir(lines.parent)
    run(Jsonl("lines"), RECIPE, "out", any_executor, split=SPLIT, partitions=3)
    assert published(Path("out")) == expected


@pytest.mark.parametrize(("batch_bytes", "batch_rows"), [(1, 1), (150, 7), (10_000, 100_000)])
def test_recut_batches_leave_the_same_bytes(batch_bytes: int, batch_rows: int, lines: Path, expected: dict[str, str], monkeypatch) -> None:
    monkeypatch.chdir(lines.parent)
    monkeypatch.setattr("tilth.source.BATCH_BYTES", batch_bytes)
    monkeypatch.setattr("tilth.piece.read_piece.__defaults__", (None, batch_rows))
    run(Jsonl("lines"), RECIPE, "out", "inline", split=SPLIT, partitions=2)
    assert published(Path("out")) == expected


def test_the_runner_agrees_with_the_recipe_in_memory(lines: Path, monkeypatch) -> None:
    monkeypatch.chdir(lines.parent)
    reader = Jsonl("lines")
    done = run(reader, RECIPE, "out", "local:1", split=1 << 20)  # one shard: in memory there is one too
    files = reader.files()
    schema = reader.schema(files)
    batches = [batch for file in files for batch in reader.read(reader.cut(file, 1 << 20)[0], schema)]
    memory = evaluate(RECIPE, pa.Table.from_batches(batches))
    table = pq.read_table("out/data")
    assert table["text"].to_pylist() == memory.table["text"].to_pylist()
    assert table["number"].to_pylist() == memory.table["number"].to_pylist()
    assert sorted(pq.read_table("out/audit")["reason"].to_pylist()) == sorted(memory.audit["reason"].to_pylist())
    assert [entry["left"] for entry in done.funnel][1:] == [entry["left"] for entry in memory.funnel]


def test_the_books_balance_and_the_summary_shows_them(lines: Path) -> None:
    done = run(Jsonl(str(lines)), RECIPE, str(lines.parent / "out"), "local:2", split=SPLIT)
    assert done.data["rows_in"] == 6 * 42 == done.rows + done.data["audited"] + done.data["quarantined"]
    assert done.data["quarantined"] == 6
    assert "same text" not in done.summary()  # reasons are the audit's; the table is short
    assert "252 rows in" in done.summary()
    assert load(done.out).funnel == done.funnel


def test_a_second_run_does_nothing_and_plan_says_so(lines: Path) -> None:
    out = str(lines.parent / "out")
    assert plan(Jsonl(str(lines)), RECIPE, out, split=SPLIT).to_do == 3
    first = run(Jsonl(str(lines)), RECIPE, out, "local:2", split=SPLIT)
    before, receipts = published(Path(out)), set(os.listdir(Path(out, "store", "receipts")))
    assert plan(Jsonl(str(lines)), RECIPE, out, split=SPLIT).to_do == 0
    second = run(Jsonl(str(lines)), RECIPE, out, "local:2", split=SPLIT)
    assert published(Path(out)) == before and second.data == first.data | {"times": second.data["times"]}
    assert set(os.listdir(Path(out, "store", "receipts"))) == receipts


def test_plan_touches_nothing(lines: Path) -> None:
    out = lines.parent / "out"
    plan(Jsonl(str(lines)), RECIPE, str(out))
    assert not out.exists()


def test_an_edited_recipe_redoes_only_what_follows_the_edit(lines: Path) -> None:
    out, reader = str(lines.parent / "out"), Jsonl(str(lines))
    run(reader, RECIPE, out, "local:2", split=SPLIT)
    edited = [*RECIPE[:2], Filter("words >= 2", reason="empty"), *RECIPE[3:]]
    todo = {wave.name: wave for wave in plan(reader, edited, out, split=SPLIT).waves}
    assert todo["read, Replace, Words"].to_do == 0
    assert todo["Filter: empty"].to_do == 3


def test_adding_a_shard_redoes_only_what_it_must_and_equals_a_run_from_scratch(lines: Path, tmp_path: Path) -> None:
    out, reader = tmp_path / "out", Jsonl(str(lines))
    run(reader, RECIPE, str(out), "local:2", split=SPLIT)
    before = blobs(out)
    write_lines(lines / "7.jsonl", 8, rows=60)
    planned = {wave.name: wave for wave in plan(reader, RECIPE, str(out), split=SPLIT).waves}
    assert planned["read, Replace, Words"].to_do == 1 and planned["read, Replace, Words"].known == 3
    assert planned["FirstOfText: scatter"].known == 3
    assert planned["FirstOfText: scatter"].to_do + planned["FirstOfText: scatter"].at_most == 1
    grown = run(reader, RECIPE, str(out), "local:2", split=SPLIT)
    manifest = out / "store" / "manifests"
    scratch = tmp_path / "scratch"
    (scratch / "store").mkdir(parents=True)
    os.rename(manifest, scratch / "store" / "manifests")
    os.rename(out / "store" / "format.json", scratch / "store" / "format.json")
    for blob in (out / "store" / "blobs").rglob("*"):  # the manifest names the blob of its schema
        if blob.is_file() and blob.name in (scratch / "store" / "manifests").glob("*.json").__next__().read_text():
            target = scratch / "store" / "blobs" / blob.parent.name / blob.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(blob.read_bytes())
    run(reader, RECIPE, str(scratch), "local:2", split=SPLIT)
    assert published(out) == published(scratch)
    assert grown.data["shards"] == 4 and before - blobs(out) == set()


def test_a_late_better_copy_retracts_an_earlier_row(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "b.jsonl").write_text('{"text": "one two three"}\n{"text": "kept anyway"}\n')
    reader, recipe = Jsonl(str(folder)), [Words(), FirstOfText(), HasCommonest()]
    run(reader, recipe, str(tmp_path / "out"), "local:1")
    (folder / "c.jsonl").write_text('{"text": "kept anyway"}\n{"text": "three three three"}\n')
    grown = run(reader, [Words(), FirstOfText(), HasCommonest(), Filter("words != 2", reason="two")], str(tmp_path / "out"), "local:1")
    assert grown.data["retracted"]["rows"] == 1
    assert "1 rows that an earlier run kept are gone now" in grown.summary()


def test_a_changed_file_gets_a_new_shard_and_the_others_stay(lines: Path) -> None:
    out, reader = str(lines.parent / "out"), Jsonl(str(lines))
    run(reader, [Words()], out, "local:1", split=SPLIT)
    write_lines(lines / "0.jsonl", 0, rows=41)
    again = run(reader, [Words()], out, "local:1", split=SPLIT)
    shards = sorted({row >> 32 for row in pq.read_table(f"{out}/data")["row"].to_pylist()})
    assert shards == [1, 2, 3] and again.data["rows_in"] == 6 * 42 + 1


def test_touching_a_file_changes_nothing(lines: Path) -> None:
    out, reader = str(lines.parent / "out"), Jsonl(str(lines))
    run(reader, [Words()], out, "local:1", split=SPLIT)
    os.utime(lines / "0.jsonl")
    assert plan(reader, [Words()], out, split=SPLIT).to_do == 0


@pytest.mark.parametrize("deed", ["raise", "crash", "hang"])
def test_a_row_that_breaks_a_step_is_quarantined_alone(deed: str, any_executor: Executor, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    texts = [f"text {i}" for i in range(30)]
    texts[17] = f"{deed} here"
    (folder / "a.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    out = str(tmp_path / "out")
    done = run(Jsonl(str(folder)), [Replace("text", "word"), Words()], out, any_executor, row_seconds=1.0, probe=False)
    assert (done.rows, done.data["quarantined"]) == (29, 1)
    bad = pq.read_table(f"{out}/quarantine").to_pylist()[0]
    assert bad["row"] == 17 and bad["step"] == 0
    assert {"raise": "ValueError: no good", "crash": "exit status 3", "hang": "took too long"}[deed] in bad["error"]


def test_a_verdict_is_kept_so_that_a_time_out_cannot_change_an_answer(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "fine"}\n{"text": "hang here"}\n')
    out = tmp_path / "out"
    run(Jsonl(str(tmp_path / "a.jsonl")), [Replace("a", "b")], str(out), "local:1", row_seconds=0.5, probe=False)
    before = published(out)
    for receipt in (out / "store" / "receipts").iterdir():
        receipt.unlink()
    start = time.monotonic()
    run(Jsonl(str(tmp_path / "a.jsonl")), [Replace("a", "b")], str(out), "local:1", row_seconds=60, probe=False)
    assert published(out) == before and time.monotonic() - start < 30


def test_a_step_that_fails_on_every_row_is_an_error_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "raise here"}\n' * 30)
    with pytest.raises(RecipeError, match="no good"):
        run(Jsonl(str(tmp_path / "a.jsonl")), [Replace("a", "b")], str(tmp_path / "out"), "local:1")
    with pytest.raises(StepError, match="failed on every one of 30 rows"):
        run(Jsonl(str(tmp_path / "a.jsonl")), [Replace("a", "b")], str(tmp_path / "out"), "local:1", probe=False)


def test_a_rule_about_an_unknown_column_is_refused_before_the_run(lines: Path) -> None:
    with pytest.raises(RecipeError, match="wrds"):
        run(Jsonl(str(lines)), [Words(), Filter("wrds > 1")], str(lines.parent / "out"), "local:1")


def test_a_list_in_the_recipe_is_named(lines: Path) -> None:
    with pytest.raises(RecipeError, match=r"put a \* before"):
        run(Jsonl(str(lines)), [[Words()]], str(lines.parent / "out"), "local:1")


def test_a_run_that_began_and_did_not_finish_says_so(lines: Path) -> None:
    out = lines.parent / "half way"
    with pytest.raises(ZeroDivisionError):
        run(Jsonl(str(lines)), [], str(out), "inline", progress=lambda _: 1 / 0)
    with pytest.raises(CorpusError, match="began and did not finish"):
        load(str(out))
    with pytest.raises(CorpusError, match=r"--out '.*nowhere at all'"):
        load(str(lines.parent / "nowhere at all"))


def test_an_empty_corpus_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="empty"):
        run(Jsonl(str(tmp_path / "*.jsonl")), [Words()], str(tmp_path / "out"), "local:1")
    (tmp_path / "a.jsonl").write_text("")
    with pytest.raises(CorpusError):
        run(Jsonl(str(tmp_path / "a.jsonl")), [Words()], str(tmp_path / "out"), "local:1")


def test_learn_there_apply_here(lines: Path, tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text('{"text": "of of of file"}\n')
    recipe = [Words(), learn_from(Jsonl(str(tmp_path / "other.jsonl")), HasCommonest())]
    done = run(Jsonl(str(lines)), recipe, str(tmp_path / "out"), "local:1")
    assert done.data["executed"][-1]["word"] == "of"
    assert plan(Jsonl(str(lines)), recipe, str(tmp_path / "out")).to_do == 0


def test_gc_keeps_what_the_run_needs(lines: Path) -> None:
    out, reader = str(lines.parent / "out"), Jsonl(str(lines))
    run(reader, [Words(), Filter("words > 3")], out, "local:1", split=SPLIT)
    run(reader, RECIPE, out, "local:1", split=SPLIT)
    before = published(Path(out))
    assert gc(out, dry=True) == gc(out) != gc(out)
    assert plan(reader, RECIPE, out, split=SPLIT).to_do == 0 and published(Path(out)) == before


class Spread:
    """An executor that says it runs on three machines."""

    def map_unordered(self, tasks):
        raise AssertionError("nothing may start")

    def machines(self) -> int:
        return 3

    def close(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("before", [None, 1])
def test_a_folder_of_another_version_is_refused(lines: Path, finished: bool, before: int | None) -> None:
    """As an earlier version left it: layers that say less, another number or none, and maybe a run that never ended."""
    out, reader = lines.parent / "out", Jsonl(str(lines))
    run(reader, RECIPE, str(out), "inline", split=SPLIT)
    for path in [out / "run.json", *(out / "store" / "receipts").iterdir()]:
        data = json.loads(path.read_text())
        for piece in [data, *data.get("pieces", [])]:
            for layer in piece.get("layers", []):
                del layer["source"]
        path.write_text(json.dumps(data | {"format": 1} if path.name == "run.json" else data))
    (out / "store" / "format.json").unlink()
    if before:
        (out / "store" / "format.json").write_text(json.dumps({"format": before}))
    if not finished:
        (out / "run.json").unlink()
    for again in (run, plan, *((load,) if finished else ())):
        with pytest.raises(StoreError, match=r"(?s)another version.*where:.*this version reads and writes.*fix: +run again") as error:
            again(str(out)) if again is load else again(reader, RECIPE, str(out), split=SPLIT)
        assert error.value.where.startswith(str(out))


def test_several_machines_refuse_a_folder_of_one(lines: Path) -> None:
    with pytest.raises(tilth.StoreError, match="cannot share a folder of one"):
        run(Jsonl(str(lines)), RECIPE, str(lines.parent / "out"), Spread())


RUNS = """
import os, sys; sys.path[:0] = [{here!r}]
from toy_steps import RECIPE
from tilth import run
from tilth.read import Jsonl
for executor in sys.stdin:  # a fork a run, so that none has to import all of this anew
    pid = os.fork()
    if not pid:
        os.setsid()
        run(Jsonl("lines"), RECIPE, "out", executor.strip(), split={split}, probe=False)
        os._exit(0)
    print(pid, flush=True)
    print(os.waitpid(pid, 0)[1], flush=True)
"""


def test_a_run_killed_at_random_moments_ends_in_the_same_bytes(lines: Path, expected: dict[str, str], monkeypatch) -> None:
    """30 times in one process, and 5 times where workers are under way; a run that was faster than its killer does not count."""
    monkeypatch.chdir(lines.parent)
    runs = [sys.executable, "-c", RUNS.format(here=str(HERE), split=SPLIT)]
    with subprocess.Popen(runs, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        chance, kills, tries = random.Random(7), {"inline": 0, "local:2": 0}, 0
        for executor, enough, latest in (("inline", 30, 0.4), ("local:2", 5, 2.2)):
            while kills[executor] < enough and (tries := tries + 1) < 300:
                if _killed(process, executor, chance.uniform(0.02, latest)):
                    kills[executor] += 1
                else:  # all is done: take some receipts away, so that there is something to be killed at
                    receipts = sorted(Path("out/store/receipts").iterdir())
                    for receipt in chance.sample(receipts, len(receipts) // 2):
                        receipt.unlink()
        assert kills == {"inline": 30, "local:2": 5}
        assert not _killed(process, "local:2", 60)
    assert published(Path("out")) == expected


def _killed(process: subprocess.Popen[str], executor: str, after: float) -> bool:
    """Have a run made and killed after so many seconds; whether that came before its end."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(f"{executor}\n")
    process.stdin.flush()
    pid = int(process.stdout.readline())
    ready, _, _ = select.select([process.stdout], [], [], after)
    if not ready:
        with suppress(ProcessLookupError):  # it ended at this very moment
            os.kill(pid, signal.SIGKILL)
    status = int(process.stdout.readline())
    assert status in (0, signal.SIGKILL)
    return status == signal.SIGKILL


def test_disk_full_is_a_clear_error_and_the_run_goes_on_afterwards(lines: Path, monkeypatch) -> None:
    import tilth.store

    out, reader = str(lines.parent / "out"), Jsonl(str(lines))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tilth.store.os, "fsync", full)
    with pytest.raises(tilth.StoreError, match="disk is full"):
        run(reader, RECIPE, out, "local:1", split=SPLIT)
    monkeypatch.undo()
    assert run(reader, RECIPE, out, "local:1", split=SPLIT).rows > 0


def test_a_step_with_a_stream_counts_through_a_shard(lines: Path) -> None:
    out = str(lines.parent / "out")
    run(Jsonl(str(lines)), [Running()], out, "local:1", split=SPLIT)
    table = pq.read_table(f"{out}/data", columns=["row", "number"])
    assert table.filter(pa.compute.less(table["row"], 1 << 32))["number"].to_pylist() == list(range(82))
