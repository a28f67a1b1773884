from __future__ import annotations

import pyarrow as pa
import pytest
from instruct_steps import talk

from tilth import evaluate, instruct
from tilth.errors import RecipeError

SAID = talk("Name three crops of the north.", "Oats, rye and barley.", "And in the south?", "Rice.", system="Be kind.")


def table(talks: list) -> pa.Table:
    return pa.table({"text": [""] * len(talks), "messages": pa.array(talks, instruct.MESSAGES)})


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("prompt", "Name three crops of the north.\n\nAnd in the south?"), ("answer", "Oats, rye and barley.\n\nRice."),
        ("conversation", "\n\n".join(turn["content"] or "" for turn in SAID)),
    ],
)  # fmt: skip
def test_each_part(part: str, text: str) -> None:
    assert evaluate([instruct.TextOf(part)], table([SAID, None])).table["text"].to_pylist() == [text, None]
    with pytest.raises(RecipeError):
        instruct.TextOf("title")


def test_the_same_prompt_is_asked_once_whatever_the_answer() -> None:
    long = "Write a short story about a farmer who finds an old map in the barn and follows it through the hills to the sea"
    talks = [talk("Why is it so?", "A."), talk("why is it SO", "B."), talk(long, "C."), talk(long + " today", "D."), talk("Other?", "E.")]
    assert evaluate(instruct.unique_prompts(), table(talks)).table["row"].to_pylist() == [0, 2, 4]
    assert evaluate(instruct.unique_prompts(1), table(talks)).table["row"].to_pylist() == [0, 2, 3, 4]
