from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from instruct_steps import talk

from tilth import evaluate, instruct, read, run
from tilth.errors import CorpusError, RecipeError

ROW = st.tuples(st.sampled_from("pqr"), st.sampled_from("abcd"), st.none() | st.integers(0, 4))


def table(rows: list[tuple[str, str, float | None]]) -> pa.Table:
    talks = [talk(prompt, answer) for prompt, answer, _ in rows]
    scores = pa.array([score for *_, score in rows], pa.float64())
    return pa.table({"text": [""] * len(rows), "messages": pa.array(talks, instruct.MESSAGES), "score": scores})


def slowly(rows: list[tuple[str, str, float | None]], margin: float) -> tuple[dict[int, tuple], dict[int, int]]:
    """Who stays with which rejected answer and margin, and who goes for whom."""
    stays: dict[int, tuple] = {n: (None, None) for n, row in enumerate(rows) if row[2] is None}
    goes: dict[int, int] = {}
    scored = sorted((prompt, -score, n, answer) for n, (prompt, answer, score) in enumerate(rows) if score is not None)
    for _, group in groupby(scored, key=lambda item: item[0]):
        (_, top, best, said), *others = group
        goes |= {n: best for _, _, n, _ in others}
        worse = [(score, answer) for _, score, _, answer in others if answer != said and score - top > margin]
        stays[best] = (worse[-1][1], worse[-1][0] - top) if worse else (None, None)
    return stays, goes


@given(st.lists(ROW, min_size=1, max_size=20), st.sampled_from([0.0, 1.0, 2.5]))
def test_best_and_worst_are_those_found_by_hand(rows: list, margin: float) -> None:
    done = evaluate([instruct.BestAnswer("score", margin)], table(rows))
    stays, goes = slowly(rows, margin)
    assert {row["row"]: (row["rejected_answer"], row["score_margin"]) for row in done.table.to_pylist()} == stays
    assert dict(zip(done.audit["row"].to_pylist(), done.audit["drop_of"].to_pylist(), strict=True)) == goes


def test_pairs_of_scored_answers_over_files(tmp_path: Path) -> None:
    rows = [("p", "good", 0.9), ("q", "only", 0.5), ("p", "bad", 0.1), ("p", "fair", 0.4), ("r", "same", 1.0), ("r", "same", 0.0)]
    for n in range(3):
        pq.write_table(table(rows[2 * n : 2 * n + 2]).drop_columns("text"), tmp_path / f"{n}.parquet")
    corpus = read.Parquet(str(tmp_path / "*.parquet"), text=None)
    run(corpus, instruct.pairs_from_scores("score"), str(tmp_path / "out"), "local:2", probe=False)
    done = pq.read_table(tmp_path / "out" / "data").to_pylist()
    said = {row["chosen"][0]["content"]: row["rejected"][0]["content"] for row in done if row["chosen"]}
    assert said == {"good": "bad"} and len(done) == 3


def test_what_cannot_be() -> None:
    with pytest.raises(RecipeError):
        instruct.BestAnswer("score", margin=-1)
    with pytest.raises(CorpusError, match="There is no column 'votes'"):
        evaluate([instruct.BestAnswer("votes")], table([("p", "a", 1.0)]))
    with pytest.raises(CorpusError, match="is no score"):
        evaluate([instruct.BestAnswer("text")], table([("p", "a", 1.0)]))
