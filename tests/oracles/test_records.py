"""The records themselves: of these texts, complete, and small."""

from __future__ import annotations

import collections

import pyarrow.parquet as pq
from oracles.recorded import GOLDEN, Recorded, documents, oracle

REASONS = {
    "datatrove_gopher_quality": 11, "datatrove_gopher_repetition": 15, "datatrove_c4": 4, "datatrove_fineweb": 6, "c4_clean": 4,
    "dolma_c4": 5,
    "dolma_gopher_quality_v1": 10, "dolma_gopher_repetition_v2": 8,
}


def test_our_cases_are_many_and_recorded_as_they_are(ours: Recorded) -> None:
    assert len(ours.names) >= 2_000
    families = collections.Counter(name.split("/")[0] for name in ours.names)
    assert len(families) == 25 and min(families.values()) >= 10


def test_real_texts_are_at_least_ten_thousand_and_nearly_all_recognised(real: Recorded) -> None:
    missing = len(documents()) - len(oracle("cases").cases()) - len(real.names)
    assert len(real.names) >= 10_000 and missing <= 100, f"{missing} texts are not as recorded"


def test_every_golden_file_has_a_row_for_every_text_or_says_of_which() -> None:
    count, kinds = len(documents()), collections.Counter()
    for file in GOLDEN.glob("*.parquet"):
        table = pq.read_table(file)
        if {"set", "index"} <= set(table.column_names):  # texts of its own, known by their digest
            names = [table[name].to_pylist() for name in ("language", "set", "index") if name in table.column_names]
            assert len(set(zip(*names, strict=True))) == len(table), file.name
            digest = table["text" if "text" in table.column_names else "digest"]
            assert digest.null_count == 0 and digest.type.byte_width == 8, file.name
            kinds["own"] += 1
        elif "document" in table.column_names:
            named = table["document"].to_pylist()
            assert len(named) == len(set(named)) > 0 and set(named) <= set(range(count)), file.name
            kinds["some"] += 1
        else:
            assert len(table) == count, file.name
            kinds["all"] += 1
    assert kinds["own"] == 2 and kinds["all"] >= 17 and kinds["some"] >= 10


def test_every_reason_a_tool_can_give_was_given() -> None:
    for name, count in REASONS.items():
        reasons = set(pq.read_table(GOLDEN / f"{name}.parquet", columns=["reason"])["reason"].to_pylist())
        assert len(reasons) == count, (name, sorted(reasons))


def test_golden_files_are_small_and_hold_no_text() -> None:
    assert sum(file.stat().st_size for file in GOLDEN.glob("*.parquet")) < 4 << 20
    cases = set(oracle("cases").cases())
    names = {row["name"] for row in documents()}
    assert names == cases | {None}
