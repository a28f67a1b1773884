"""Evaluation sets of the folder of real data, as (set, question, answer), and the known contaminated items of llm-decontaminator."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus import DATA

Item = tuple[str, str, str]
INSTRUCT = DATA / "instruct"
_RIGHT = {mark: at for marks in ("ABCD", "0123") for at, mark in enumerate(marks)}
MMLU = ("abstract_algebra", "sociology", "high_school_us_history")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def members(path: Path) -> Iterator[tuple[str, str]]:
    with tarfile.open(path) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream:
                yield member.name, stream.read().decode("utf-8", "replace")


def multiple_choice(text: str) -> list[tuple[str, str]]:
    """Question and right answer of rows of a question, four options, and the right one's letter or number."""
    rows = [row for row in csv.reader(io.StringIO(text)) if len(row) == 6 and row[5] in _RIGHT]
    return [(row[0], row[1 + _RIGHT[row[5]]]) for row in rows]


def items() -> list[Item]:
    """Every set of the folder but those that test nothing (seed tasks, GPTeacher) and GSM8K's training questions."""
    found = [("gsm8k", row["question"], row["answer"]) for row in lines(INSTRUCT / "gsm8k_test.jsonl.gz")]
    found += [("humaneval", row["prompt"], row["canonical_solution"]) for row in lines(INSTRUCT / "HumanEval.jsonl.gz")]
    found += [("mbpp", row["text"], row["code"]) for row in lines(INSTRUCT / "mbpp.jsonl.gz")]
    for part in ("dev", "test"):
        found += [("aqua", row["question"], row["rationale"]) for row in lines(INSTRUCT / f"aqua_{part}.jsonl.gz")]
    rows = csv.DictReader(io.StringIO(gzip.decompress((INSTRUCT / "TruthfulQA.csv.gz").read_bytes()).decode()))
    found += [("truthfulqa", row["Question"], row["Best Answer"]) for row in rows]
    for name, text in members(INSTRUCT / "mmlu.tar.gz"):
        if "/test/" in name and name.endswith(".csv"):
            found += [("mmlu", *pair) for pair in multiple_choice(text)]
    for name, text in members(INSTRUCT / "bbh.tar.gz"):
        if name.endswith(".json"):
            found += [("bbh", row["input"], row["target"]) for row in json.loads(text)["examples"]]
    return found


def contaminated() -> dict[str, tuple[list[Item], list[str], list[str]]]:
    """Items, the same in another form at the same places ("" where there is none), and clean texts of the same kind, by form."""
    known = {Path(name).name: text for name, text in members(INSTRUCT / "llm_decontaminator.tar.gz") if "/rephrase/" in name}

    def texts(name: str) -> list[str]:
        return [json.loads(line).get("text", "") for line in known[name].splitlines()]

    gsm8k = [item for item in items() if item[0] == "gsm8k"]
    training = [row["question"] for row in lines(INSTRUCT / "gsm8k_train.jsonl.gz")]
    code = [item for item in items() if item[0] == "humaneval"]
    other_code = [f"{row['text']}\n{row['code']}" for row in lines(INSTRUCT / "mbpp.jsonl.gz")]
    asked = [("gsm8k", question, "") for _, question, _ in gsm8k]
    found = {
        "gsm8k, verbatim": (asked, [question for _, question, _ in asked], training),
        "gsm8k, rephrased": (asked, texts("rephrase_gsm8k.jsonl"), training),
    }
    for subject in MMLU:
        pairs = [(subject, *pair) for pair in multiple_choice(known[f"{subject}_test.csv"])]
        others = [pair for other in MMLU if other != subject for pair in multiple_choice(known[f"{other}_test.csv"])]
        clean = [f"{question}\n{answer}" for question, answer in others]
        found[f"{subject}, rephrased"] = pairs, texts(f"{subject}_test_rephrase_english_filtered_question.jsonl"), clean
        found[f"{subject}, translated (zh)"] = pairs, texts(f"{subject}_test_chinese_filtered_question.jsonl"), clean
    for language in ("python", "js", "c"):
        found[f"humaneval, rephrased ({language})"] = code, texts(f"humaneval_{language}.jsonl"), other_code
    return found
