"""Hostile documents, the steps that look at them, and where they lie."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from toy_steps import FirstOfText, Replace, Words

from tilth import Filter, Op, put

SCRIPT = "<script>document.title = 'owned'</script>"
MAIL = "jane.doe@mail.org"


@dataclass(frozen=True)
class Shape(Op):
    """Measures what the tests need: a share with nulls, a truth value and a language."""

    reads = ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        texts = batch["text"].to_pylist()
        batch = put(batch, "vowels", pa.array([_vowels(text) for text in texts], pa.float64()))
        batch = put(batch, "shouts", pa.array([text.isupper() for text in texts], pa.bool_()))
        return put(batch, "lang", pa.array(["de" if "und" in text else "en" for text in texts], pa.large_string()))


def _vowels(text: str) -> float | None:
    return sum(text.count(vowel) for vowel in "aeiou") / len(text) if len(text) > 4 else None


@dataclass(frozen=True)
class Late(Op):
    """Measures after the first rules, in the same stage."""

    reads = ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return put(batch, "chars", pa.array([len(text) for text in batch["text"].to_pylist()], pa.int64()))


RECIPE = [
    Replace("line", "row"), Words(), Shape(), Filter("words >= 3 and not shouts", reason="short"),
    Filter("vowels >= 0.05 or source == 'books'", reason="no vowels"), Late(), Filter("not (chars > 200)", reason="long"), FirstOfText(),
]  # fmt: skip


def write(path: Path, texts: list[str], name: str) -> None:
    lines = [json.dumps({"text": text, "id": f"{name}/{i}{SCRIPT}"}) for i, text in enumerate(texts)]
    path.write_text("\n".join([*lines, '{"text": broken', '{"text": 17, "id": "x"']) + "\n")


def web() -> list[str]:
    prose = [f"a line of prose number {i % 12} that goes on and on" for i in range(40)]
    odd = ["x", "TOO LOUD FOR US ALL", "xx yy zz qq", f"{SCRIPT} ab und so weiter", f"write {MAIL}", "\x00\u202e odd", "word " * 60]
    cut = ["sky " * 58 + MAIL]  # the excerpt ends in the middle of the address
    return [*prose, *odd, *cut, *(["the same text again"] * 130)]
