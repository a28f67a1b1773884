from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import evaluate, media
from tilth.errors import CorpusError, RecipeError

PART = st.tuples(st.sampled_from(["text", "image"]), st.text("abc ", min_size=1, max_size=5))


def table(**columns: list) -> pa.Table:
    return pa.table({"text": pa.nulls(len(next(iter(columns.values()))), pa.large_string()), **columns})


@given(st.lists(PART, min_size=1, max_size=8))
def test_order_is_kept_in_both_forms(parts: list[tuple[str, str]]) -> None:
    said = [value if kind == "text" else None for kind, value in parts]
    shown = [value if kind == "image" else None for kind, value in parts]
    expected = [{"text": None, "image": None, "kind": kind, kind: value} for kind, value in parts]
    columns = {"texts": [said, json.dumps(said)], "images": [shown, json.dumps(shown)]}
    for at in range(2):
        [row] = evaluate([media.Interleaved()], table(**{name: [values[at]] for name, values in columns.items()})).table.to_pylist()
        assert row["parts"] == expected
        assert row["text"] == "\n\n".join(value if kind == "text" else "<image>" for kind, value in parts)
        assert (row["parts_texts"], row["parts_images"]) == tuple(sum(kind == one for kind, _ in parts) for one in ("text", "image"))


def test_images_of_mmc4_come_before_their_text() -> None:
    places = ((1, "raw_url", "b"), (0, "image_name", "a"), (1, "raw_url", "c"))
    info = [{"matched_text_index": at, name: image} for at, name, image in places]
    [row] = evaluate([media.Interleaved("mmc4")], table(text_list=[["one", "two"]], image_info=[json.dumps(info)])).table.to_pylist()
    assert [part["image"] or part["text"] for part in row["parts"]] == ["a", "one", "b", "c", "two"]


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"texts": '["a"]', "images": "[]"}, "do not alternate"), ({"texts": '["a"]', "images": '["b"]'}, "a text and an image"),
        ({"texts": '["an <image> here"]', "images": "[null]"}, "contains '<image>'"), ({"texts": "{}", "images": "[]"}, "this is dict"),
        ({"texts": "[", "images": "[]"}, "interleaved: "), ({"texts": "[7]", "images": "[null]"}, "a text is int"),
        ({"text_list": '["a"]', "image_info": '[{"matched_text_index": 4}]'}, "no place among the texts"),
        ({"text_list": '["a"]', "image_info": '[{"matched_text_index": 0}]'}, "not its URL or name"),
    ],
)  # fmt: skip
def test_columns_that_do_not_fit_go_to_quarantine(columns: dict[str, str], why: str) -> None:
    done = evaluate([media.Interleaved()], table(**{name: [value, None] for name, value in columns.items()}))
    assert why in done.quarantine["error"][0].as_py() and done.table["parts"].to_pylist() == [None]


def test_what_cannot_be() -> None:
    with pytest.raises(RecipeError):
        media.Interleaved("html")
    with pytest.raises(CorpusError):
        evaluate([media.Interleaved("obelics")], pa.table({"text": ["a"]}))
