"""Fields out of texts: types, spans that are in the text, parts of long documents, and every fault of a model."""

from __future__ import annotations

import datetime
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tilth import Filter, evaluate, semantic
from tilth.catalog import find
from tilth.errors import RecipeError
from tilth.llm.simulate import Gold, Model
from tilth.recipe import Recipe, dump, parse
from tilth.semantic.asking.parts import cut
from tilth.semantic.extract import Extract

SHIP = {"type": "object", "properties": {
    "ship": {"type": "string"}, "year": {"type": "integer"}, "sunk": {"type": "string", "format": "date"}, "crew": {"type": "array",
    "items": {"type": "string"}}, "port": {"type": "object", "properties": {"city": {"type": "string"}, "depth": {"type": "number"}}},
}}  # fmt: skip
TEXT = "The Vasa, built in 1628, sank on 1628-08-10 off Stockholm (32.0 m deep).\nAboard: Erik  JÖNSSON and Hans Jonsson."
VALUES = {
    "ship": "Vasa", "year": 1628, "sunk": "1628-08-10", "crew": ["Erik Jönsson", "Hans Jonsson"],
    "port": {"city": "Stockholm", "depth": 32.0},
}  # fmt: skip
TYPED = {**VALUES, "sunk": datetime.date(1628, 8, 10)}
QUOTES = {"ship": "the vasa", "year": "1629", "sunk": "1628-08-10", "crew": ["Erik Jönsson"], "port": "off Stockholm"}


def rows(*texts: Any) -> pa.Table:
    return pa.table({"text": pa.array(texts, pa.large_string())})


def gold(answers: dict[str, Any]) -> Gold:
    return Gold("Extract these fields", "extract", answers)


def test_types_are_kept(simulator: Any) -> None:
    simulator(gold({TEXT: VALUES}))
    [row] = evaluate(semantic.extract(SHIP, "m", flat=True), rows(TEXT)).table.to_pylist()
    assert row["extracted"] == TYPED
    assert {name: row[name] for name in TYPED} == TYPED
    assert row["extracted_answer"]["status"] == "ok" and row["extracted_answer"]["cost"] > 0


def test_a_pydantic_model_says_what_to_extract(simulator: Any) -> None:
    pydantic = pytest.importorskip("pydantic", reason="the extra 'llm' is not installed")

    class Port(pydantic.BaseModel):
        city: str
        depth: float | None = None

    class Ship(pydantic.BaseModel):
        ship: str = pydantic.Field(description="its name")
        year: int
        sunk: datetime.date
        crew: list[str]
        port: Port

    simulator(gold({TEXT: VALUES}))
    [step] = semantic.extract(Ship, "m")
    assert "- ship (string): its name" in step.question.instruction
    done = evaluate([step], rows(TEXT)).table
    assert done["extracted"].type == pa.struct([
        ("ship", pa.large_string()), ("year", pa.int64()), ("sunk", pa.date32()), ("crew", pa.large_list(pa.large_string())),
        ("port", pa.struct([("city", pa.large_string()), ("depth", pa.float64())])),
    ])  # fmt: skip
    assert done["extracted"][0].as_py() == TYPED


def test_a_class_that_says_nothing_is_refused() -> None:
    pytest.importorskip("pydantic", reason="the extra 'llm' is not installed")
    with pytest.raises(RecipeError, match="does not say what to extract"):
        semantic.extract(io.StringIO, "m")


def test_spans_are_looked_up_and_not_believed(simulator: Any) -> None:
    simulator(gold({TEXT: {"values": VALUES, "quotes": QUOTES}}))
    [row] = evaluate(semantic.extract(SHIP, "m", evidence=True), rows(TEXT)).table.to_pylist()
    spans = row["extracted_evidence"]
    assert row["extracted"] == TYPED
    assert spans["ship"] == {"quote": "The Vasa", "start": 0, "end": 8, "reason": None}
    assert spans["year"] == {"quote": None, "start": None, "end": None, "reason": "not in the text"}
    assert spans["crew"][0]["quote"] == "Erik  JÖNSSON" and spans["crew"][1]["reason"] == "no quote"
    assert TEXT[spans["port"]["start"] : spans["port"]["end"]] == "off Stockholm"


def test_what_is_grounded_stands_in_the_text(simulator: Any) -> None:
    simulator(gold({TEXT: {"values": VALUES, "quotes": QUOTES}}))
    [row] = evaluate(semantic.extract(SHIP, "m", evidence=True, grounded=True), rows(TEXT)).table.to_pylist()
    assert row["extracted"] == {**TYPED, "year": None, "crew": ["Erik Jönsson"]}
    assert row["extracted_evidence"]["year"]["reason"] == "not in the text"


def test_every_fault_ends_in_a_right_row_or_a_null_with_its_reason(simulator: Any, faulty: Model) -> None:
    texts = [f"{TEXT} No. {n}." for n in range(16)]
    right = {text: {"values": {**VALUES, "year": n}, "quotes": QUOTES} for n, text in enumerate(texts)}
    simulator(gold(right), models=(faulty,), timeout=1.0)
    done = evaluate(semantic.extract(SHIP, "m", evidence=True), rows(*texts))
    assert len(done.table) == len(texts)
    for n, row in enumerate(done.table.to_pylist()):
        if row["extracted"] is None:
            assert row["extracted_answer"]["status"] != "ok" and row["extracted_answer"]["reason"], row
            assert row["extracted_evidence"] is None
        else:
            assert row["extracted"] == {**TYPED, "year": n}
    if not any((faulty.refusals, faulty.apologies, faulty.truncated, faulty.malformed, faulty.mistyped, faulty.hangs)):
        assert done.table["extracted"].null_count == 0


@pytest.mark.parametrize("bad", [{"year": 2**70}, {"sunk": "yesterday"}], ids=["number", "date"])
def test_a_value_that_no_column_can_hold_is_no_answer(simulator: Any, bad: dict[str, Any]) -> None:
    simulator(gold({"bad": {**VALUES, **bad}, "good": VALUES}))
    one, two = evaluate(semantic.extract(SHIP, "m"), rows("bad", "good")).table.to_pylist()
    assert one["extracted"] is None and one["extracted_answer"]["status"] == "invalid" and one["extracted_answer"]["reason"]
    assert two["extracted"] == TYPED


def test_rows_with_nothing_to_read_are_not_asked(simulator: Any) -> None:
    server = simulator(gold({}))
    for settings in ({}, {"chunk": 5, "overlap": 1}, {"evidence": True}):
        done = evaluate(semantic.extract(SHIP, "m", **settings), rows("", None)).table
        assert [row["status"] for row in done["extracted_answer"].to_pylist()] == ["empty", "empty"]
        assert done["extracted"].null_count == 2
    assert server.stats()["m"]["requests"] == 0


LONG = {"type": "object", "properties": {"captain": {"type": "string"}, "ports": {"type": "array", "items": {"type": "string"}}}}
SAILED = "Out of Cadiz. " * 4 + "Captain Mora. " + "Then Lima. " * 6 + "At last Manila."


def parts_of(document: str, captain: str = "Mora") -> dict[str, Any]:
    """What a reader finds in each part of a document, and where."""
    found = {}
    for _, part in cut(document, 12, 4):
        ports = [port for port in ("Cadiz", "Lima", "Manila") if port in part]
        told = captain if captain in part else None
        found[part] = {"values": {"captain": told, "ports": ports}, "quotes": {"captain": told, "ports": ports}}
    return found


def test_a_long_document_is_read_in_parts_and_its_spans_are_of_the_whole(simulator: Any) -> None:
    server = simulator(gold({**parts_of(SAILED), **parts_of("In Lima.")}))
    steps = semantic.extract(LONG, "m", evidence=True, grounded=True, chunk=12, overlap=4)
    one, two = evaluate(steps, rows(SAILED, "In Lima.")).table.to_pylist()
    assert one["extracted"] == {"captain": "Mora", "ports": ["Cadiz", "Lima", "Manila"]}
    assert two["extracted"] == {"captain": None, "ports": ["Lima"]}
    spans = one["extracted_evidence"]
    for span, words in [(spans["captain"], "Mora"), *zip(spans["ports"], ("Cadiz", "Lima", "Manila"), strict=True)]:
        assert SAILED[span["start"] : span["end"]] == words == span["quote"]
    assert server.stats()["m"]["requests"] >= 2


def test_a_part_without_an_answer_leaves_the_row_without_one(simulator: Any) -> None:
    found = parts_of(SAILED)
    found[list(found)[2]] = {"values": {"captain": 7, "ports": []}, "quotes": {"captain": None, "ports": ["x" * 4000]}}
    simulator(gold(found), models=(Model("m"),))
    steps = semantic.extract(LONG, "m", evidence=True, chunk=12, overlap=4, max_tokens=60)
    [row] = evaluate(steps, rows(SAILED)).table.to_pylist()
    assert row["extracted"] is None and row["extracted_answer"]["reason"].startswith("part 3 of ")


def test_quotes_have_room_beside_the_values(simulator: Any) -> None:
    long = {"captain": "Mora " * 30, "ports": []}
    simulator(gold({"a": {"values": long, "quotes": {"captain": long["captain"], "ports": []}}}))
    [row] = evaluate(semantic.extract(LONG, "m", evidence=True, max_tokens=40), rows("a")).table.to_pylist()
    assert row["extracted"] == long


def test_a_document_that_is_too_long_is_refused_and_not_cut(simulator: Any) -> None:
    simulator(gold({"short": {"captain": "A", "ports": []}}), models=(Model("m", context=3000),))
    done = evaluate(semantic.extract(LONG, "m", batch=1), rows("word " * 5000, "short")).table.to_pylist()
    assert done[0]["extracted"] is None and done[0]["extracted_answer"]["reason"]
    assert done[1]["extracted"] == {"captain": "A", "ports": []}


def test_cuts_of_batches_change_nothing(simulator: Any) -> None:
    simulator(gold(parts_of(SAILED) | parts_of(SAILED[::-1])))
    steps = semantic.extract(LONG, "m", evidence=True, chunk=12, overlap=4)
    table = evaluate([], rows(SAILED, "", SAILED[::-1], None, SAILED)).table
    whole = evaluate(steps, table).table
    for size in (1, 2, 3):
        assert evaluate(steps, [table.to_batches(max_chunksize=size)]).table.combine_chunks().equals(whole.combine_chunks())


def test_other_columns_stand_beside_the_document(simulator: Any) -> None:
    simulator(Gold("Extract these fields", "extract", {"Vasa": VALUES}, key="title"))
    table = rows("It sank.").append_column("title", pa.array(["Vasa"]))
    [row] = evaluate(semantic.extract(SHIP, "m", columns=("title", "text")), table).table.to_pylist()
    assert row["extracted"] == TYPED


@pytest.mark.parametrize(("settings", "what"), [
    ({"grounded": True}, "has evidence"), ({"chunk": 10, "overlap": 10}, "do not go on"), ({"chunk": 10, "overlap": -1}, "do not go on"),
])  # fmt: skip
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], what: str) -> None:
    with pytest.raises(RecipeError, match=what):
        semantic.extract(SHIP, "m", **settings)


def test_a_field_cannot_take_the_place_of_what_the_runner_needs() -> None:
    taken = {"type": "object", "properties": {"text": {"type": "string"}}}
    with pytest.raises(RecipeError, match="cannot be the column text"):
        semantic.extract(taken, "m", flat=True)


def test_a_filter_alone_is_the_rule_and_the_models_has_its_package() -> None:
    assert find("Filter") is Filter and find("semantic.Filter") is semantic.Filter


def test_it_stands_in_yaml() -> None:
    [step] = semantic.extract(SHIP, "m", evidence=True)
    assert parse(dump(Recipe((step,)))).steps == (step,)
    assert isinstance(parse(f"recipe: [{{semantic.extract: {{schema: '{json.dumps(SHIP)}', model: m}}}}]").steps[0], Extract)


def eleet(folder: Path, name: str, documents: int) -> list[dict[str, Any]]:
    path = folder / "semantic" / f"eleet_{name}.tar.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine")
    with tarfile.open(path) as archive:
        names = sorted(name for name in archive.getnames() if "/documents/" in name and name.endswith(".json"))
        found = [json.load(archive.extractfile(each)) for each in names[:documents]]  # type: ignore[arg-type]
    return [{**each, "text": each["text"].replace("\r\n", "\n")} for each in found]  # its gold offsets count a line break as one


@pytest.mark.parametrize("name", ["aviation", "corona"])
def test_gold_spans_of_real_reports_come_back(shared: Path, simulator: Any, name: str) -> None:
    """A reader that quotes the gold mentions gets back spans that read as those mentions, most of them where the gold has one."""
    documents = eleet(shared, name, 12)
    fields = sorted(documents[0]["mentions"])
    schema = {"type": "object", "properties": {field: {"type": "string"} for field in fields}}
    said = {each["text"]: {field: (each["mentions"][field] or [{"mention": None}])[0]["mention"] for field in fields} for each in documents}
    simulator(gold({text: {"values": values, "quotes": values} for text, values in said.items()}))
    done = evaluate(semantic.extract(schema, "m", evidence=True, grounded=True, batch=2), rows(*said)).table.to_pylist()
    exact = total = 0
    for row, each in zip(done, documents, strict=True):
        for field in fields:
            mentions = each["mentions"][field]
            span = row["extracted_evidence"][field]
            assert (span is None) == (not mentions)
            if mentions:
                assert row["text"][span["start"] : span["end"]].split() == mentions[0]["mention"].split()
                total += 1
                exact += span["start"] in [mention["start"] for mention in mentions]
    assert total > 50 and exact >= 0.8 * total
