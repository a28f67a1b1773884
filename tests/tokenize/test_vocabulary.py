import pyarrow as pa
import pytest

from tilth.errors import RecipeError
from tilth.tokenize.vocabulary import Vocabulary


@pytest.mark.parametrize(("size", "dtype"), [(1 << 16, "uint16"), ((1 << 16) + 1, "uint32")])
def test_ids_take_two_bytes_where_all_fit(size, dtype):
    assert Vocabulary(size, {}, "").dtype == dtype
    assert Vocabulary(size, {}, "").type.value_type == dtype


def test_tokens_of_unknown_origin_are_refused():
    for schema in (pa.schema([]), pa.schema([("tokens", pa.large_list(pa.uint16()))]), pa.schema([("tokens", pa.int64())])):
        with pytest.raises(RecipeError, match="Encode before"):
            Vocabulary.of(schema)


def test_an_unknown_special_token_names_those_there_are():
    with pytest.raises(RecipeError, match=r"are: <\|end\|>.*\n.*separator='<\|end\|>'"):
        Vocabulary(300, {"<|end|>": 4}, "").id_of("<|endoftext|>")
    with pytest.raises(RecipeError, match="are: none"):
        Vocabulary(300, {}, "").id_of("<|endoftext|>")
