"""Mixtures to a plan: parts, caps, quotas and budgets met, and the same rows drawn whatever the cuts."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import evaluate, read, run
from tilth.errors import CorpusError, RecipeError
from tilth.select import Mix, repeated
from tilth.select.mix import filled
from tilth.testing import check, examples

SIZES = {"web": 20_000, "books": 2_000, "code": 200}


def corpus(each: int = 10) -> pa.Table:
    """Rows of `each` bytes; SIZES are rows."""
    sources = [name for name, many in SIZES.items() for _ in range(many)]
    return pa.table({"text": ["x" * each] * len(sources), "source": sources, "id": [f"{name}-{i}" for i, name in enumerate(sources)]})


ROWS = corpus()


def taken(step: Mix, rows: pa.Table = ROWS) -> dict[str, int]:
    """Bytes of each source in the mixture, copies counted."""
    table = evaluate([step], rows).table
    sums = table.append_column("size", pa.array([len(text) for text in table["text"].to_pylist()]))
    size = np.array(sums["size"].to_pylist()) * table["copies"].to_numpy()
    return {name: int(size[np.array(table["source"].to_pylist()) == name].sum()) for name in SIZES}


def test_weights_and_budget_are_met() -> None:
    found = taken(Mix((("web", 0.6), ("books", 0.4)), budget=50_000))
    assert found["code"] == 0
    assert found["web"] == pytest.approx(30_000, rel=0.01) and found["books"] == pytest.approx(20_000, rel=0.01)


def test_what_a_cap_forbids_goes_to_the_others() -> None:
    found = taken(Mix((("web", 1.0), ("books", 1.0), ("code", 2.0)), budget=40_000, cap=4.0))
    assert found["code"] == 8_000 and found["web"] == pytest.approx(16_000, rel=0.01) and found["books"] == pytest.approx(16_000, rel=0.01)


def test_without_a_budget_the_most_that_keeps_the_weights() -> None:
    found = taken(Mix((("books", 0.5), ("code", 0.5)), cap=2.0))
    assert found["code"] == 4_000 and found["books"] == pytest.approx(4_000, rel=0.01)
    assert taken(Mix()) == {name: 10 * many for name, many in SIZES.items()}


@pytest.mark.parametrize("temperature", [1.0, 2.0, math.inf])
def test_temperature(temperature: float) -> None:
    found = taken(Mix(temperature=temperature, budget=6_000))
    weights = {name: many ** (1 / temperature) for name, many in SIZES.items()}
    for name, weight in weights.items():
        assert found[name] == pytest.approx(6_000 * weight / sum(weights.values()), abs=60)


def test_quotas_hold() -> None:
    found = taken(Mix(quotas=(("web", 5_000),)))
    assert found["web"] == pytest.approx(5_000, rel=0.01) and found["books"] == 20_000


def test_sizes_by_rows_lists_and_numbers() -> None:
    lists = ROWS.append_column("tokens", pa.array([[1, 2, 3]] * len(ROWS))).append_column("words", pa.array([3] * len(ROWS)))
    for by in ("tokens", "words"):
        done = evaluate([Mix((("web", 1.0),), budget=3_000, by=by)], lists).table
        assert len(done) == pytest.approx(1_000, rel=0.01)
    assert len(evaluate([Mix((("web", 1.0),), budget=3_000, by="rows")], ROWS).table) == pytest.approx(3_000, rel=0.01)


def test_a_larger_part_has_the_rows_of_a_smaller_one_and_seeds_differ() -> None:
    small, large, other = (set(evaluate([Mix(budget=budget, seed=seed)], ROWS).table["id"].to_pylist())
                           for budget, seed in ((20_000, 0), (40_000, 0), (20_000, 1)))  # fmt: skip
    assert small < large and len(small & other) < 0.2 * len(small)


def test_copies_are_epochs() -> None:
    done = evaluate([Mix((("code", 1.0),), budget=5_000, cap=4)], ROWS).table
    epochs = repeated(done)
    assert set(done["copies"].to_pylist()) == {2, 3}
    assert len(epochs) == pytest.approx(500, abs=2) and epochs["copy"].to_pylist()[:200] == [0] * 200


@given(st.lists(st.tuples(st.just(0.0) | st.floats(0.01, 9), st.floats(0, 50)), min_size=1, max_size=6), st.floats(0.1, 200))
def test_filling_up(groups: list[tuple[float, float]], budget: float) -> None:
    weights, limits = np.array(groups).T
    parts = filled(weights, limits, budget)
    assert (parts <= limits + 1e-6).all() and (parts[weights == 0] == 0).all()
    assert parts.sum() == pytest.approx(min(budget, limits[weights > 0].sum()), abs=1e-6, rel=1e-6)
    free = (parts < limits - 1e-9) & (weights > 0)
    rates = parts[free] / weights[free]
    assert not len(rates) or np.ptp(rates) <= 1e-6 * max(1.0, rates.max())


def test_the_same_rows_by_any_executor_and_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = []
    for parts, executor in ((1, "inline"), (4, "local:2")):
        folder = Path(f"in{parts}")
        folder.mkdir()
        for number in range(parts):
            pq.write_table(ROWS.take(list(range(number, len(ROWS), parts))), folder / f"{number}.parquet")
        run(read.Parquet(str(folder)), [Mix(temperature=2.0, budget=60_000)], f"out{parts}", executor)
        rows = pq.read_table(f"out{parts}/data").sort_by("id")
        found.append((rows["id"].to_pylist(), rows["copies"].to_pylist()))
    assert found[0] == found[1]


def test_laws() -> None:
    for step in (Mix(budget=3_000, temperature=3.0), Mix(by="rows", group="id", quotas=(("3", 0),))):
        check(step, examples())
        check(step.finish(step.observe(examples().to_batches()[0]))[0], examples())


def test_what_cannot_be() -> None:
    for wrong in ({"weights": (("a", -1.0),)}, {"cap": 0.0}, {"budget": -1}, {"weights": (("a", 0.0),)}):
        with pytest.raises(RecipeError, match="mixture"):
            Mix(**wrong)
    with pytest.raises(RecipeError, match="temperature"):
        Mix((("a", 1.0),), temperature=2.0)
    with pytest.raises(CorpusError, match="'bokos'"):
        evaluate([Mix((("bokos", 1.0),))], ROWS)
    with pytest.raises(RecipeError, match="no size"):
        evaluate([Mix(by="id")], ROWS)
