import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kernels.units_twin import units_of

from tilth.kernels.units import NAMES, is_edge, kinds, split

TRICKY = "ab1_.,- \n\r字は๑ไท\u0301\u200d\u00ad\u0928\u0941\U0001f469\U0001f3fd\U00020000\0"
MIXED = st.text(st.one_of(st.sampled_from(TRICKY), st.characters(codec="utf-8")))


@given(MIXED, st.sampled_from(["byte", "character", "word"]))
@example("one, two... don't stop_it 12.5 e\u0301a 字a字 \u0301x", "word")
def test_the_units_of_the_twin(text: str, unit: str) -> None:
    data = np.frombuffer(text.encode(), np.uint8)
    values, starts = np.zeros(len(data) + 1, np.uint64), np.zeros(len(data) + 1, np.int64)
    count = split(data, 0, len(data), NAMES.index(unit), kinds(), values, starts)
    expected = units_of(text, unit)
    assert starts[: count + 1].tolist() == [*(start for _, start in expected), len(data)]
    same = {value: number for (value, _), number in zip(expected, values[1 : count + 1].tolist(), strict=True)}
    assert [same[value] for value, _ in expected] == values[1 : count + 1].tolist() and len(set(same.values())) == len(same)
    if unit != "word":
        assert values[1 : count + 1].tolist() == [(value if unit == "byte" else ord(value)) + 1 for value, _ in expected]


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_tokens_are_their_ids(ids: list[int]) -> None:
    data = np.array(ids, np.uint32).view(np.uint8)
    values, starts = np.zeros(len(ids) + 1, np.uint64), np.zeros(len(ids) + 1, np.int64)
    assert split(data, 0, len(data), NAMES.index("token"), kinds(), values, starts) == len(ids)
    assert values[1:].tolist() == [number + 1 for number in ids] and starts.tolist() == list(range(0, len(data) + 1, 4))


@pytest.mark.parametrize(("text", "characters", "words"), [
    ("ab c", [0, 1, 2, 3, 4], [0, 2, 3, 4]), ("e\u0301a", [0, 3, 4], [0, 4]), ("\r\n", [0, 2], [0, 2]),
    ("\U0001f469\u200d\U0001f467", [0, 11], [0, 11]), ("字a", [0, 3, 4], [0, 3, 4]), ("", [0], [0]),
])  # fmt: skip
def test_edges(text: str, characters: list[int], words: list[int]) -> None:
    data = np.frombuffer(text.encode(), np.uint8)
    for wanted, of_words in ((characters, False), (words, True)):
        assert [at for at in range(len(data) + 1) if is_edge(data, 0, len(data), at, of_words, kinds())] == wanted
