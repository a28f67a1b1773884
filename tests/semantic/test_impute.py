"""Missing cells are asked for and no others, with the same examples whatever the cuts, and types stay what they were."""

from __future__ import annotations

import datetime
from typing import Any

import pyarrow as pa
import pytest

from tilth import evaluate, semantic
from tilth.errors import CorpusError, RecipeError
from tilth.llm.simulate import Gold, Model
from tilth.memory import addressed
from tilth.semantic.asking.prompt import read_back
from tilth.semantic.impute import FillIn, missing
from tilth.testing import check

CITIES = {"Ulm": "DE", "Graz": "AT", "Bern": "CH", "Linz": "AT", "Jena": "DE", "Chur": "CH"}


def table(copies: int = 4) -> pa.Table:
    cities = [f"{city} {n}" for n in range(copies) for city in CITIES]
    states = [None if n % 3 == 0 else "" if n % 7 == 0 else CITIES[city.split()[0]] for n, city in enumerate(cities)]
    return addressed(pa.table({"city": cities, "state": states}))


def gold(cells: dict[str, Any]) -> Gold:
    return Gold("Fill in the missing", "impute", cells, key="city")


def right(rows: pa.Table) -> dict[str, str]:
    return {city: CITIES[city.split()[0]] for city in rows["city"].to_pylist()}


def test_gaps_are_filled_and_known_cells_are_not_asked_about(simulator: Any) -> None:
    rows = table()
    server = simulator(gold(right(rows)))
    done = evaluate([semantic.Impute("state", "m", columns=("city",), batch=4)], rows).table
    assert done["state"].to_pylist() == list(right(rows).values())
    asked = [answer is not None for answer in done["state_answer"].to_pylist()]
    assert asked == [not state for state in rows["state"].to_pylist()]
    assert server.stats()["m"]["requests"] == -(-sum(asked) // 4)


def test_every_fault_ends_in_a_right_cell_or_a_null_with_its_reason(simulator: Any, faulty: Model) -> None:
    rows = table(8)
    simulator(gold(right(rows)), models=(faulty,), timeout=1.0)
    done = evaluate([semantic.Impute("state", "m", columns=("city",), menu=5)], rows).table
    for row, truth in zip(done.to_pylist(), right(rows).values(), strict=True):
        if row["state"] is None:
            assert row["state_answer"]["status"] != "ok" and row["state_answer"]["reason"]
        else:
            assert row["state"] == truth


def test_the_laws(simulator: Any) -> None:
    rows = table()
    simulator(gold(right(rows)))
    impute = semantic.Impute("state", "m", columns=("city",), examples=5, batch=3)
    check(impute, rows)
    check(impute.finish(impute.observe(rows.to_batches()[0]))[0], rows)


def test_examples_stand_in_the_constant_beginning_of_every_prompt() -> None:
    rows = table().to_batches()[0]
    impute = semantic.Impute("state", "m", columns=("city",), examples=5)
    [step] = impute.finish(impute.observe(rows))
    _, _, blocks = read_back(step.question.request([{"city": "Bonn"}]).messages[1][1])  # type: ignore[misc]
    assert len(blocks["context"]) == 5 and blocks["rows"] == [{"city": "Bonn", "id": 1}]
    assert all(CITIES[each["example"]["city"].split()[0]] == each["example"]["state"] for each in blocks["context"])
    one, two = (step.question.request([{"city": city}]).messages[1][1] for city in ("Bonn", "Rom"))
    assert one[: one.index("Bonn")] == two[: two.index("Rom")]


def test_a_menu_is_made_of_the_values_that_there_are(simulator: Any) -> None:
    impute = semantic.Impute("state", "m", columns=("city",), menu=5)
    [step] = impute.finish(impute.observe(table().to_batches()[0]))
    assert step.answer == '{"type":"string","enum":["AT","CH","DE"]}'
    [wide] = semantic.Impute("state", "m", columns=("city",), menu=2).finish(impute.observe(table().to_batches()[0]))
    assert "enum" not in wide.answer


@pytest.mark.parametrize(("cells", "truth"), [
    (pa.array([1, None], pa.int32()), 2), (pa.array([1.5, None], pa.float32()), 2.5), (pa.array([True, None]), False),
    (pa.array([datetime.date(2020, 1, 1), None]), datetime.date(2024, 2, 29)), (pa.array(["a", None], pa.string()), "b"),
])  # fmt: skip
def test_types_stay(simulator: Any, cells: pa.Array, truth: Any) -> None:
    simulator(gold({"Ulm": str(truth) if isinstance(truth, datetime.date) else truth}))
    done = evaluate([semantic.Impute("it", "m", columns=("city",))], pa.table({"city": ["Bonn", "Ulm"], "it": cells})).table
    assert done["it"].to_pylist() == [cells[0].as_py(), truth]
    assert done["it"].type in (cells.type, pa.large_string())


def test_a_model_that_does_not_know_leaves_a_null_and_says_so(simulator: Any) -> None:
    simulator(gold({}))
    done = evaluate([semantic.Impute("n", "m", columns=("city",))], pa.table({"city": ["Ulm"], "n": pa.array([None], pa.int64())})).table
    assert done["n"].to_pylist() == [None] and done["n_answer"][0].as_py()["status"] == "ok"


def test_a_number_too_large_for_its_column_is_no_answer(simulator: Any) -> None:
    simulator(gold({"Ulm": 300}))
    done = evaluate([semantic.Impute("n", "m", columns=("city",))], pa.table({"city": ["Ulm"], "n": pa.array([None], pa.int8())})).table
    assert done["n"].to_pylist() == [None] and done["n_answer"][0].as_py()["status"] == "invalid"


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(RecipeError, match="cannot be filled so"):
        semantic.Impute("state", "m", columns=("state",))
    with pytest.raises(CorpusError, match="no column 'nation'"):
        evaluate([semantic.Impute("nation", "m", columns=("city",))], table())
    with pytest.raises(CorpusError, match="cannot be filled in"):
        evaluate([semantic.Impute("it", "m", columns=("city",))], pa.table({"city": ["a"], "it": [[1]]}))


def test_white_space_is_a_missing_text_and_zero_is_no_missing_number() -> None:
    assert missing(pa.array(["a", "", " \n", None])).to_pylist() == [False, True, True, True]
    assert missing(pa.array([0, None])).to_pylist() == [False, True]


def test_a_table_without_any_known_value_is_still_filled(simulator: Any) -> None:
    simulator(gold({"Ulm": "DE"}))
    done = evaluate([semantic.Impute("state", "m", columns=("city",))], pa.table({"city": ["Ulm"], "state": pa.array([""])}))
    assert done.table["state"].to_pylist() == ["DE"] and done.executed == [FillIn("state", "m", ("city",), answer='{"type":"string"}')]
