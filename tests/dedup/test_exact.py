import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.dedup import Exact, Normalise, exact
from tilth.dedup.exact import first_of_equal
from tilth.errors import RecipeError
from tilth.testing import check


def twin(texts: list[str | None], normalise: Normalise | None) -> dict[int, int]:
    first: dict[str, int] = {}
    keys = normalise(pa.array(texts, pa.large_string())).to_pylist() if normalise else texts
    return {i: first[key] for i, key in enumerate(keys) if key and first.setdefault(key, i) != i}


TEXTS = st.lists(st.one_of(st.none(), st.sampled_from(["", " ", "!", "a", "A", "a ", "b 1", "b 22.5", "ab"])), min_size=1, max_size=30)


@settings(max_examples=40)
@given(TEXTS, st.sampled_from([None, Normalise(), Normalise(numbers=False)]), st.integers(1, 5), st.data())
def test_equals_a_dictionary_on_any_shards_and_partitions(shards, gone, texts, normalise, partitions, data):
    cut = data.draw(st.integers(0, len(texts)))
    address = [*range(cut), *((1 << 32) + i for i in range(len(texts) - cut))]
    expected = {address[i]: address[j] for i, j in twin(texts, normalise).items()}
    assert gone(exact(normalise), shards(texts, [cut, len(texts) - cut]), partitions) == expected


def test_laws():
    check(Exact())
    check(Exact(Normalise(), keep="longest"))


def test_survivors(shards, gone):
    texts, score = ["same", "same", "same", "other", "other"], [0.1, None, 0.7, float("nan"), -1.0]
    rows = shards(texts, score=score)
    assert gone(exact(), rows) == {1: 0, 2: 0, 4: 3}
    assert gone(exact(keep="score"), rows) == {0: 2, 1: 2, 3: 4}
    assert gone(exact(Normalise(), keep="longest"), shards(["a b", "a, b!", "A b"])) == {0: 1, 2: 1}


def test_two_texts_of_one_key_stay_apart_by_the_second_hash():
    rows = {"key": [9, 9, 9, 9], "check": [1, 2, 1, 2], "row": [0, 1, 2, 3], "rank": [0, 0, 0, 0]}
    table = pa.table({name: pa.array(values, pa.uint64()) for name, values in rows.items()})
    assert first_of_equal(table, None).to_pydict() == {"key": [2, 3], "of": [0, 1]}


def test_an_empty_keep_is_refused():
    with pytest.raises(RecipeError, match="longest"):
        Exact(keep="")
