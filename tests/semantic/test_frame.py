"""Frames in, the same frames out: by place and not by index, with what was added, dropped, quarantined and spent."""

from __future__ import annotations

import datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import Filter, llm, semantic
from tilth.errors import RecipeError
from tilth.llm.simulate import Gold, Model, serve

pandas = pytest.importorskip("pandas", reason="pandas is not installed")
polars = pytest.importorskip("polars", reason="polars is not installed")
FILMS = {"Alien": True, "Jaws": True, "Babe": False, "Up": False, "Heat": True, "Big": False}
YEARS = {"Alien": 1979, "Jaws": 1975, "Babe": 1995, "Up": 2009, "Heat": 1995, "Big": 1988}
GOLD = (
    Gold("tense", "filter", FILMS, key="film"), Gold("Say its name", "map", {name: name.lower() for name in FILMS}, key="film"),
    Gold("Extract these fields", "extract", {name: {"year": year} for name, year in YEARS.items()}, key="film"),
    Gold("Fill in the missing", "impute", YEARS, key="film"),
    Gold("years", "aggregate", {str(year): year for year in YEARS.values()}, combine="sum"),
)  # fmt: skip
YEAR = {"type": "object", "properties": {"year": {"type": "integer"}}}
MADE = {"pandas": pandas.DataFrame, "polars": polars.DataFrame, "arrow": pa.table}


@pytest.mark.parametrize("kind", MADE)
def test_the_same_kind_comes_out(simulator: Any, kind: str) -> None:
    simulator(*GOLD)
    given = MADE[kind]({"film": list(FILMS), "n": range(6)})
    frame = semantic.over(given, model="m").filter("Is {film} tense?").map("Say its name", name="said")
    done = frame.collect()
    assert type(done) is type(frame.data)
    tense = [name for name, good in FILMS.items() if good]
    assert frame.rows() == frame.to_arrow().to_pylist()
    assert [(row["film"], row["n"], row["said"]) for row in frame.rows()] == [(name, [*FILMS].index(name), name.lower()) for name in tense]
    assert frame.to_pandas()["said"].tolist() == frame.to_polars()["said"].to_list() == [name.lower() for name in tense]
    assert frame.audit["row"].to_pylist() == [2, 3, 5] and frame.audit["reason"][0].as_py() == "no: Is film tense?"
    assert len(frame.quarantine) == 0


INDICES = {
    "shuffled": [5, 3, 0, 1, 4, 2], "doubled": [7] * 6, "texts": list("fedcba"),
    "dates": [datetime.date(2020, 1, n) for n in (3, 1, 2, 2, 9, 8)],
    "multi": pandas.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2), ("a", 0), ("b", 1), ("c", 3)], names=["x", None]),
}  # fmt: skip


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_an_index_of_any_kind_comes_back_with_its_rows(simulator: Any, index: Any) -> None:
    simulator(*GOLD)
    given = pandas.DataFrame({"film": list(FILMS)}, index=index)
    done = semantic.over(given, model="m").filter("Is {film} tense?").extract(YEAR, columns=("film",), flat=True).collect()
    kept = [n for n, good in enumerate(FILMS.values()) if good]
    pandas.testing.assert_frame_equal(done[["film"]], given.iloc[kept])
    assert done["year"].tolist() == [YEARS[film] for film in done["film"]] and done["year"].dtype == "Int64"
    assert list(given.columns) == ["film"]  # what was given is as it was


@given(order=st.permutations(list(FILMS)), copies=st.lists(st.sampled_from(list(FILMS)), max_size=6))
def test_order_and_copies_never_change_an_answer(endpoint: llm.Client, order: list[str], copies: list[str]) -> None:
    given = pandas.DataFrame({"film": order + copies}, index=[0] * (len(order) + len(copies)))
    with llm.using(endpoint):
        done = semantic.over(given, model="m").filter("Is {film} tense?").collect()
    assert done["film"].tolist() == [film for film in order + copies if FILMS[film]]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with serve([Model("m")], GOLD) as server:
        yield llm.Client(base_url=server.base_url, cache=str(tmp_path_factory.mktemp("llm") / "llm.sqlite"))


@pytest.mark.parametrize("kind", MADE)
def test_columns_with_names_of_ours_pass_by(simulator: Any, kind: str) -> None:
    simulator(*GOLD)
    given = {"row": [9] * 6, "id": [4, 4, 4, 5, 5, 5], "source": list("uvwxyz"), "drop": ["d"] * 6, "error": ["e"] * 6, "film": list(FILMS)}
    frame = semantic.over(MADE[kind](given), model="m").filter("Is {film} tense?")
    kept = [n for n, good in enumerate(FILMS.values()) if good]
    done = pa.Table.from_pandas(frame.to_pandas(), preserve_index=False)
    assert done.select(list(given)).to_pydict() == {name: [values[n] for n in kept] for name, values in given.items()}
    assert frame.audit["id"].to_pylist() == ["4", "5", "5"]
    with pytest.raises(RecipeError, match="'drop' cannot be shown"):
        frame.map("{drop} it", name="x")


@pytest.mark.parametrize("kind", MADE)
def test_a_column_that_steps_change_is_changed_in_its_place(simulator: Any, kind: str) -> None:
    simulator(*GOLD)
    given = MADE[kind]({"year": [None, 1975, 1995, None, None, 1988], "film": list(FILMS)})
    done = semantic.over(given, model="m").impute("year", columns=("film",)).collect()
    years = done["year"].to_pylist() if kind == "arrow" else done["year"].to_list()
    assert years == list(YEARS.values())
    assert list(done.columns if kind != "arrow" else done.column_names) == ["year", "film", "year_answer"]


def test_objects_that_arrow_cannot_hold_stay_in_the_frame(simulator: Any) -> None:
    simulator(*GOLD)
    things = [object(), {1}, [2, "x"], 4, None, "s"]
    given = pandas.DataFrame({"film": list(FILMS), "kind": pandas.Categorical(list("ababab")), 3: range(6)})
    given["thing"] = pandas.Series(things, dtype=object)
    done = semantic.over(given, model="m").filter("Is {film} tense?").collect()
    assert done["thing"].tolist() == [things[0], things[1], None] and done["kind"].dtype == "category" and done[3].tolist() == [0, 1, 4]


def test_rows_without_an_answer_are_in_quarantine(simulator: Any) -> None:
    simulator(*GOLD, models=(Model("m", refusals=0.5, seed=1),))
    frame = semantic.over(pandas.DataFrame({"film": list(FILMS)}), model="m").filter("Is {film} tense?")
    left, gone, failed = frame.collect()["film"].tolist(), frame.audit["row"].to_pylist(), frame.quarantine["row"].to_pylist()
    assert failed and sorted([*gone, *failed, *([*FILMS].index(film) for film in left)]) == list(range(6))
    assert all(FILMS[film] for film in left) and "refused" in frame.quarantine["error"][0].as_py()


def test_what_it_cost_and_what_the_cache_saved(simulator: Any) -> None:
    server = simulator(*GOLD)
    given = pandas.DataFrame({"film": list(FILMS)})
    spent = semantic.over(given, model="m").filter("Is {film} tense?").cost()["m"]
    stats = server.stats()["m"]
    assert spent.calls == stats["requests"] == 1 and spent.usage.prompt == stats["prompt_tokens"] and spent.dollars > 0
    again = semantic.over(given, model="m").filter("Is {film} tense?").cost()["m"]
    assert again.calls == 0 and again.saved_calls == 1 and again.saved_dollars == pytest.approx(spent.dollars)


def test_any_step_can_follow_and_groups_are_aggregated(simulator: Any) -> None:
    simulator(*GOLD)
    given = polars.DataFrame({"film": list(FILMS), "year": list(YEARS.values()), "old": [year < 1990 for year in YEARS.values()]})
    frame = semantic.over(given, model="m").then(Filter("year > 1975"))
    done = frame.aggregate("Add up the years in {year}.", by=("old",), answer='{"type":"integer"}')
    assert isinstance(done, polars.DataFrame)
    assert dict(zip(done["old"], done["answer"], strict=True)) == {True: 1979 + 1988, False: 1995 + 2009 + 1995}


def test_an_empty_frame(simulator: Any) -> None:
    simulator(*GOLD)
    for kind, make in MADE.items():
        given = make({"film": pa.array([], pa.string())}) if kind == "arrow" else make({"film": list(FILMS)})[:0]
        assert len(semantic.over(given, model="m").filter("Is {film} tense?").map("Say its name", name="said").collect()) == 0


NO_FRAMES = [[1, 2], None, pandas.Series([1]), polars.DataFrame({"a": [1]}).lazy()]


@pytest.mark.parametrize("data", NO_FRAMES, ids=lambda data: type(data).__name__)
def test_what_is_no_frame_is_refused(data: Any) -> None:
    with pytest.raises(RecipeError, match="These are no rows"):
        semantic.over(data)


def test_a_task_without_a_model_or_with_two_columns_of_a_name_is_refused() -> None:
    with pytest.raises(RecipeError, match="No model is named"):
        semantic.over(pa.table({"a": [1]})).filter("{a}?")
    with pytest.raises(RecipeError, match="Two columns"):
        semantic.over(pandas.DataFrame([[1, 2]], columns=["a", "a"]))
