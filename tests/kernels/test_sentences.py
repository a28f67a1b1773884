"""Sentences against plain Python."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kernels import sentences_twin
from kernels.texts import pages
from segment.texts import mixed

from tilth.kernels.arrow import utf8
from tilth.kernels.sentences import abbreviation_table, sentence_kinds, sentence_spans
from tilth.segment.pieces import Pieces

ALWAYS, NUMBERED = ("Dr", "z.B", "e.g", "г", "डॉ", "Mr"), ("No", "Fig", "p", "Dr")
WORDS = ["Dr", "z.B", "e.g", "No", "Fig", "p", "г", "डॉ", "U.S", "J", "I", "A.B", "Word", "word", "слово", "Слово", "字", "है"]
NUMBERS = ["3", "12", "123", "1990", "3.5"]
ENDS = [".", ".", ".", "..", "...", "…", "!", "?", "?!", "。", "！", "।", "།", "؟", "၊", ",", ":", ";", "–", "-", "=", "&", "😀"]
CLOSERS = ["(", ")", "[1]", "[12345]", "[", "]", '"', "'", "“", "”", "„", "«", "»", "「", "」", "’"]
ATOMS = [*WORDS, *NUMBERS, *ENDS, *CLOSERS, " ", " ", " ", "\xa0", "\u3000", "\n", "\r\n", "\u0301", "\xad"]
tangled = st.lists(st.sampled_from(ATOMS), max_size=25).map("".join)


def found(batch: list[str], ordinals: bool, marks: str = "") -> list[list[str]]:
    offsets, data = utf8(pa.array(batch, pa.large_string()))
    table = abbreviation_table(ALWAYS, NUMBERED)
    return Pieces(data, *sentence_spans(offsets, data, sentence_kinds(marks), table, ordinals)).lists()


@given(st.lists(st.one_of(tangled, tangled, mixed, pages), max_size=3), st.booleans(), st.sampled_from(["", ";"]))
@settings(max_examples=1000)
@example(['He said "no." Then (Dr. No. 5) left. «Va ! » Il'], True, "")
@example(["a.\u0301 B 3. C z.B. D I. E J. F 5 г. Г"], False, "")
def test_sentences(batch: list[str], ordinals: bool, marks: str) -> None:
    wanted = [sentences_twin.sentences(text, set(ALWAYS), set(NUMBERED), ordinals, marks) for text in batch]
    assert found(batch, ordinals, marks) == wanted
