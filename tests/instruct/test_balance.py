from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from instruct_steps import talk

from tilth import evaluate, instruct
from tilth.errors import CorpusError, RecipeError


def drawn(counts: dict[tuple[str, int], int], rows: int) -> Counter:
    """How many of each language and length `balanced` draws."""
    talks = [(lang, talk("x" * (chars - 1), "y")) for (lang, chars), count in counts.items() for _ in range(count)]
    table = pa.table({
        "id": [f"row {n}" for n in range(len(talks))], "text": [""] * len(talks), "lang": [lang for lang, _ in talks],
        "messages": pa.array([said for _, said in talks], instruct.MESSAGES),
    })  # fmt: skip
    return Counter(evaluate(instruct.balanced(rows, edges=(10, 100)), table).table["length_band"].to_pylist())


def test_small_groups_stay_whole_and_large_ones_share_the_rest() -> None:
    found = drawn({("en", 5): 200, ("en", 50): 100, ("de", 5): 10}, rows=90)
    assert found == {"en 0-9": 40, "en 10-99": 40, "de 0-9": 10}


def test_without_enough_everything_stays() -> None:
    assert drawn({("en", 5): 20, ("de", 500): 3}, rows=1000) == {"en 0-9": 20, "de 100-": 3}


@given(st.lists(st.integers(0, 300), min_size=1, max_size=8))
def test_bands_hold_what_they_say(lengths: list[int]) -> None:
    batch = pa.record_batch({"turns_prompt_chars": lengths, "turns_answer_chars": [0] * len(lengths)})
    for length, name in zip(lengths, instruct.LengthBand("", (10, 100)).apply(batch)["length_band"].to_pylist(), strict=True):
        low, high = name.split("-")
        assert int(low) <= length and (not high or length <= int(high))


def test_what_cannot_be() -> None:
    for edges in ((), (5, 5), (0, 5), (9, 3)):
        with pytest.raises(RecipeError):
            instruct.LengthBand(edges=edges)
    with pytest.raises(CorpusError, match="There is no column"):
        instruct.LengthBand().apply(pa.record_batch({"a": [1]}))
