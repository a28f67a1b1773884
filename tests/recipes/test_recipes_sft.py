"""`recipes/sft` on sets in three forms, made here and real: nothing is lost, and each row that goes says why."""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth import read, run
from tilth.recipe import load

FOLDER = Path(__file__).parents[2] / "recipes"
DATA = Path(__file__).parents[3] / "shared" / "data"
EXAM = "A farmer sows 48 fields in spring and half as many in autumn. How many fields does the farmer sow in the whole year?"
ASKED = ("Explain how bread rises when it stands in a warm room for some hours.", "Name three rivers that flow to the north sea.",
         "Warum wird es im Winter früher dunkel als im Sommer, und was hat das mit der Erde zu tun?")  # fmt: skip


def turns(*said: str) -> list[dict[str, str]]:
    return [{"role": ("user", "assistant")[n % 2], "content": each} for n, each in enumerate(said)]


def write(path: Path, rows: list[dict]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def sets(folder: Path) -> read.Reader:
    write(folder / "alpaca.jsonl", [
        {"id": "a0", "instruction": ASKED[0], "input": "", "output": "Yeast makes gas, which the dough holds.", "score": 0.9},
        {"id": "a1", "instruction": ASKED[0], "input": "", "output": "It does not.", "score": 0.1},
        {"id": "a2", "instruction": "A question without an answer", "input": "", "output": "", "score": None},
    ])  # fmt: skip
    write(folder / "sharegpt.jsonl", [
        {"id": "s0", "conversations": [{"from": "human", "value": ASKED[1]}, {"from": "gpt", "value": "Rhine, Elbe and Weser."}]},
        {"id": "s1", "conversations": [{"from": "human", "value": ASKED[1].upper()}, {"from": "gpt", "value": "Elbe, Weser, Ems."}]},
        {"id": "s2", "conversations": [{"from": "gpt", "value": "Hello."}]},
        {"id": "s3", "conversations": "no list"},
    ])  # fmt: skip
    write(folder / "openai.jsonl", [
        {"id": "o0", "messages": turns(ASKED[2], "Weil die Achse der Erde schief steht, sind die Tage im Winter kurz.")},
        {"id": "o1", "messages": turns(EXAM, "72")},
    ])  # fmt: skip
    write(folder / "exam.jsonl", [{"question": EXAM, "answer": "72"}])
    return read.union(**{name: read.Jsonl(str(folder / f"{name}.jsonl"), text=None) for name in ("alpaca", "sharegpt", "openai")})


def test_three_forms_become_one_clean_set_with_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = sets(tmp_path)
    monkeypatch.setenv("TILTH_SFT_SCORE", "score")
    monkeypatch.setenv("TILTH_EVALUATION", str(tmp_path / "exam.jsonl"))
    monkeypatch.setenv("TILTH_SFT_ROWS", "100")
    recipe = load(shutil.copy(FOLDER / "sft.py", tmp_path / "recipe.py"))
    out = tmp_path / "out"
    run(corpus, recipe.steps, str(out), "local:2")
    kept = {row["id"]: row for row in pq.read_table(out / "data").to_pylist()}
    gone = {row["id"]: row["reason"] for row in pq.read_table(out / "audit").to_pylist()}
    assert gone == {
        "a1": "a better answer to the same prompt", "a2": "empty turn", "s1": "exact duplicate",
        "s2": "turn missing: roles do not alternate", "o1": "contaminated by jsonl",
    }  # fmt: skip
    assert set(kept) == {"a0", "s0", "o0"} and pq.read_table(out / "quarantine")["id"].to_pylist() == ["s3"]
    assert kept["a0"]["rejected"] == [{"role": "assistant", "content": "It does not."}] and kept["s0"]["rejected"] is None
    assert kept["o0"]["lang"] == "de" and kept["o0"]["text"].startswith("<|im_start|>user\nWarum")
    for row in kept.values():
        [span] = row["assistant_spans"]
        assert row["text"][span["start"] : span["end"]] == row["messages"][-1]["content"] + "<|im_end|>"


@pytest.mark.skipif(not DATA.exists(), reason="the folder of real data is not here")
def test_real_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counter(real(tmp_path))
    monkeypatch.setenv("TILTH_EVALUATION", str(DATA / "instruct" / "gsm8k_test.jsonl.gz"))
    monkeypatch.setenv("TILTH_SFT_ROWS", "1500")
    corpus = read.union(**{name: read.Jsonl(str(tmp_path / f"{name}.jsonl"), text=None) for name in counts})
    recipe = load(shutil.copy(FOLDER / "sft.py", tmp_path / "recipe.py"))
    done = run(corpus, recipe.steps, str(tmp_path / "out"), "local:2")
    trails = {kind: pq.read_table(tmp_path / "out" / kind) for kind in ("data", "audit")}
    assert sum(map(len, trails.values())) == sum(counts.values()) and done.rows <= 1500
    reasons = Counter(trails["audit"]["reason"].to_pylist())
    assert reasons["near duplicate"] > 0 and reasons["contaminated by jsonl"] >= 100
    assert set(trails["data"]["source"].to_pylist()) >= {"seeds", "roleplay", "chat"}
    assert pa.types.is_large_list(trails["data"].schema.field("assistant_spans").type)


def real(folder: Path) -> dict[str, int]:
    """Write the sets that are there as JSON Lines, GSM8K's test items hidden in one of them; return how many rows each has."""
    with gzip.open(DATA / "instruct" / "self_instruct_seed_tasks.jsonl.gz") as file:
        seeds = [{"instruction": row["instruction"], **row["instances"][0]} for row in map(json.loads, file)]
    with tarfile.open(DATA / "instruct" / "gpteacher.tar.gz") as archive:
        roleplay = json.load(archive.extractfile("dataset_extensions/GPTeacher/Roleplay/roleplay-simple-deduped-roleplay-dataset.json"))  # type: ignore[arg-type]
    with tarfile.open(DATA / "docs" / "data_juicer_demos.tar.gz") as archive:
        chat = [json.loads(line) for line in archive.extractfile("demos/data/demo-dataset-chatml.jsonl") if line.strip()]  # type: ignore[union-attr]
    with gzip.open(DATA / "instruct" / "gsm8k_test.jsonl.gz") as file:
        hidden = [{"conversations": [{"from": "human", "value": row["question"]}, {"from": "gpt", "value": row["answer"]}]}
                  for row in list(map(json.loads, file))[:120]]  # fmt: skip
    found = {"seeds": seeds, "roleplay": roleplay[:2000], "chat": chat, "hidden": hidden}
    for name, rows in found.items():
        write(folder / f"{name}.jsonl", rows)
    return {name: len(rows) for name, rows in found.items()}
