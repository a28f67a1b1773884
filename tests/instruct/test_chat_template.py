from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from instruct_steps import BAD, GOOD, talk

from tilth import evaluate, instruct, read, run
from tilth.errors import RecipeError


def table(talks: list) -> pa.Table:
    return pa.table({"text": pa.nulls(len(talks), pa.large_string()), "messages": pa.array(talks, instruct.MESSAGES)})


def test_nothing_is_lost_and_each_bad_row_says_why() -> None:
    done = evaluate([instruct.ChatTemplate()], table([*GOOD, *BAD]))
    assert len(done.table) + len(done.quarantine) == len(GOOD) + len(BAD)
    errors = done.quarantine["error"].to_pylist()
    assert "template: there are no turns" in errors and any("'<|im_end|>'" in error for error in errors)
    assert all(error.startswith("template: ") for error in errors)


def test_places_are_characters_whatever_their_bytes() -> None:
    row = evaluate([instruct.ChatTemplate("zephyr")], table([talk("Ünï 漢字 👩‍👩‍👧", "e\u0301 ä")])).table.to_pylist()[0]
    [span] = row["assistant_spans"]
    assert row["text"][span["start"] : span["end"]] == "e\u0301 ä</s>"


def test_the_last_answer_alone() -> None:
    said = talk("a", "b", "c", "d")
    [every] = evaluate([instruct.ChatTemplate()], table([said])).table["assistant_spans"].to_pylist()
    [last] = evaluate([instruct.ChatTemplate(answers="last")], table([said])).table["assistant_spans"].to_pylist()
    assert len(every) == 2 and last == every[1:]


def test_it_runs_on_files(tmp_path: Path) -> None:
    pq.write_table(table([*GOOD, *BAD]).drop_columns("text"), tmp_path / "in.parquet")
    steps = [instruct.Messages(), *instruct.valid_turns(), instruct.ChatTemplate("llama-3")]
    corpus = read.Parquet(str(tmp_path / "in.parquet"), text=None)
    for where in ("inline", "local:2"):
        run(corpus, steps, str(tmp_path / where[:5]), where, probe=False)
    inline, local = (pq.read_table(tmp_path / name / "data") for name in ("inlin", "local"))
    assert inline.equals(local) and len(inline) == len(GOOD) + 2
    assert inline.schema.field("assistant_spans").type.value_type.field(0).name == "start"


def test_arguments_that_cannot_be() -> None:
    with pytest.raises(RecipeError, match="There is no template 'gpt'"):
        instruct.ChatTemplate("gpt")
    with pytest.raises(RecipeError, match="There are no answers"):
        instruct.ChatTemplate(answers="first")
