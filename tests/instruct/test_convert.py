from __future__ import annotations

import gzip
import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from instruct_steps import talk

from tilth import evaluate, instruct, read, run
from tilth.errors import RecipeError

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SAID = st.text(st.characters(exclude_categories=("Cs",)), min_size=1)
TALKS = st.tuples(st.lists(st.tuples(SAID, SAID), min_size=1, max_size=4), st.none() | SAID).map(
    lambda made: talk(*[said for pair in made[0] for said in pair], system=made[1])
)


def converted(step: object, **columns: list) -> list:
    return evaluate([step], pa.table({"text": pa.nulls(len(next(iter(columns.values()))), pa.large_string()), **columns})).table.to_pylist()


@pytest.mark.parametrize("form", ["sharegpt", "alpaca", "completion"])
@given(talks=st.lists(TALKS, min_size=1, max_size=5))
def test_there_and_back_is_the_same(form: str, talks: list) -> None:
    rows = pa.table({"text": [""] * len(talks), "messages": pa.array(talks, instruct.MESSAGES)})
    there = evaluate([instruct.ToForm(form)], rows).table.drop_columns("messages")
    back = evaluate([instruct.Messages(form)], there).table["messages"].to_pylist()
    assert back == talks
    nested = [name for name in there.column_names if pa.types.is_nested(there[name].type)]
    texts = {name: [json.dumps(value) for value in there[name].to_pylist()] for name in nested}
    kept = there.drop_columns(nested)
    for name, values in texts.items():
        kept = kept.append_column(name, pa.array(values, pa.large_string()))
    assert evaluate([instruct.Messages(form)], kept).table["messages"].to_pylist() == talks


def test_each_row_of_a_union_is_read_by_its_own_form(tmp_path: Path) -> None:
    said = {"messages": talk("Why?", "So."), "conversations": [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}]}
    sets = {
        "openai": [{"messages": said["messages"]}], "sharegpt": [{"conversations": said["conversations"]}],
        "alpaca": [{"instruction": "Why?", "input": "", "output": "So."}], "completion": [{"prompt": "Why?", "completion": "So."}],
        "none": [{"note": "nothing"}],
    }  # fmt: skip
    for name, rows in sets.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    corpus = read.union(**{name: read.Jsonl(str(tmp_path / f"{name}.jsonl"), text=None) for name in sets})
    run(corpus, [instruct.Messages()], str(tmp_path / "out"), "inline", probe=False)
    assert [row["messages"] for row in pq.read_table(tmp_path / "out" / "data").to_pylist()] == [talk("Why?", "So.")] * 4
    [broken] = pq.read_table(tmp_path / "out" / "quarantine").to_pylist()
    assert broken["source"] == "none" and broken["error"].startswith("no conversation: there is nothing in messages or conversations")


def test_own_names_of_columns() -> None:
    [row] = converted(instruct.Messages("completion", columns=("question", "answer")), question=["Why?"], answer=["So."])
    assert row["messages"] == talk("Why?", "So.")


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("messages", "[{", "openai: "), ("messages", '["a"]', "openai: turn 1 is no object"), ("messages", "{}", "this is dict"),
        ("conversations", '[{"from": "human", "value": ["a"]}]', "sharegpt: turn 1 is not text"),
        ("prompt", "only a prompt", "no conversation"),
    ],
)  # fmt: skip
def test_what_is_no_conversation_goes_to_quarantine(column: str, value: str, why: str) -> None:
    rows = {"text": ["", ""], column: [value, None], "instruction": [None, "a"], "output": ["", "b"]}
    done = evaluate([instruct.Messages()], pa.table(rows))
    assert len(done.table) == 1 and why in done.quarantine["error"][0].as_py()


def test_what_a_form_cannot_hold_goes_to_quarantine() -> None:
    rows = pa.table({"text": ["", ""], "messages": pa.array([talk("a"), talk("a", "b")], instruct.MESSAGES)})
    for form in ("alpaca", "completion"):
        done = evaluate([instruct.ToForm(form)], rows)
        assert len(done.table) == 1 and len(done.quarantine) == 1


def test_arguments_that_cannot_be() -> None:
    for wrong in (lambda: instruct.Messages("xml"), lambda: instruct.ToForm("openai"), lambda: instruct.Messages(columns=("a",)),
                  lambda: instruct.Messages("openai", columns=("a", "b"))):  # fmt: skip
        with pytest.raises(RecipeError):
            wrong()


@pytest.mark.skipif(not DATA.exists(), reason="the folder of real data is not here")
def test_real_sets() -> None:
    with tarfile.open(DATA / "instruct" / "gpteacher.tar.gz") as archive:
        member = archive.extractfile("dataset_extensions/GPTeacher/Roleplay/roleplay-simple-deduped-roleplay-dataset.json")
        assert member is not None
        roleplay = json.load(member)
    found = converted(instruct.Messages(), **{name: [row[name] for row in roleplay] for name in ("instruction", "input", "output")})
    assert len(found) == len(roleplay) > 1000 and all(len(row["messages"]) == 2 for row in found)
    with gzip.open(DATA / "instruct" / "self_instruct_seed_tasks.jsonl.gz") as file:
        seeds = [json.loads(line) for line in file]
    asked = [(seed["instruction"], case["input"], case["output"]) for seed in seeds for case in seed["instances"]]
    names = ("instruction", "input", "output")
    assert len(converted(instruct.Messages("alpaca"), **dict(zip(names, map(list, zip(*asked, strict=True)), strict=True)))) == len(asked)
    with tarfile.open(DATA / "docs" / "data_juicer_demos.tar.gz") as archive:
        member = archive.extractfile("demos/data/demo-dataset-chatml.jsonl")
        assert member is not None
        lines = [json.loads(line) for line in member if line.strip()]
    rows = pa.table({"text": [""] * len(lines), "messages": [json.dumps(row["messages"]) for row in lines]})
    assert len(evaluate([instruct.Messages(), *instruct.valid_turns()], rows).table) == len(lines)
