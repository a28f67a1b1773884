"""What is shown of documents: chosen by hash, found again by address, and without personal identifiers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from web.hostile import MAIL

from tilth.audit import EXCERPT
from tilth.fates import stream_trail
from tilth.run import load
from tilth.store import Store
from tilth.web.trails import Chosen, Document, audited, document, kept, redacted, spread


def named(rows: list[int]) -> pa.RecordBatch:
    columns = {"row": pa.array(rows, pa.uint64()), "id": list(map(str, rows)), "source": [""] * len(rows)}
    return pa.record_batch(columns)


rows = st.lists(st.integers(0, 2**63), unique=True, max_size=40)


@given(rows, st.integers(0, 40), st.randoms())
def test_the_same_rows_are_chosen_in_whatever_order_and_parts_they_come(every: list[int], at: int, chance: object) -> None:
    def chosen(order: list[int]) -> list[int]:
        found = Chosen()
        for part in (order[:at], order[at:]):
            found.add("key", named(part), np.arange(len(part)))
        return [one.row for one in found.of("key")]

    mixed = list(every)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert chosen(every) == chosen(mixed) and len(chosen(every)) == min(3, len(every))


def test_choosing_is_not_taking_the_first() -> None:
    order = spread(np.arange(100, dtype=np.uint64)).argsort()[:3].tolist()
    assert order != [0, 1, 2] and len(set(order)) == 3


def test_the_audit_is_read_in_columns_and_documents_are_found_again(out: str) -> None:
    folder = Store(out)
    every = [row for batch in stream_trail(folder, "audit", ["row", "id"]) for row in batch.to_pylist()]
    assert len(every) == load(out).data["audited"] and set(every[0]) == {"row", "id"}
    wanted = every[5]
    assert audited(folder, [wanted["row"]])[wanted["row"]].id == wanted["id"]
    assert audited(folder, []) == {} and list(stream_trail(folder, "nothing")) == []


def test_kept_documents_are_found_in_the_latest_stage_that_had_them(out: str) -> None:
    run = load(out)
    folder = Store(out)
    gone = next(row for batch in stream_trail(folder, "audit", ["row", "id", "step"]) for row in batch.to_pylist() if row["step"] == 3)
    last = next(iter(run.pieces()))
    found = kept(run, [gone["row"], last << 32], ("id", "source", "text"))
    assert found[gone["row"]].id == gone["id"] and found[last << 32].text
    assert kept(run, []) == {}


def test_a_row_becomes_a_document_and_a_missing_name_none() -> None:
    columns = {"row": pa.array([3], pa.uint64()), "id": pa.nulls(1, pa.large_string()), "source": ["web"], "error": ["e" * 900]}
    batch = pa.record_batch(columns)
    one = document(batch, 0)
    assert (one.row, one.id, one.source, one.drop_of, len(one.text)) == (3, "", "web", None, 500)


@pytest.mark.parametrize("cut", range(1, len(MAIL)))
def test_not_even_the_beginning_of_an_address_is_shown(cut: int) -> None:
    text = ("word " * 60 + MAIL)[: 300 + cut]
    shown = redacted([Document(1, f"http://{MAIL}/x", "web", text[-EXCERPT:]), Document(2, "", "", f"a {MAIL} b")])
    assert all("jane" not in one.text + one.id and "j" not in one.text.replace("@example", "") for one in shown)
    assert shown[0].text.endswith("…")


def test_addresses_phones_and_ips_go_and_version_numbers_in_ids_stay() -> None:
    shown = redacted([Document(1, "pkg-1.22.3.4.txt", "", "8.8.8.8 or +49 30 1234567")])[0]
    assert shown.id == "pkg-1.22.3.4.txt" and "8.8.8.8" not in shown.text and "1234567" not in shown.text
