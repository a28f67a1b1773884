"""Whatever a request holds, it is answered or refused with a reason; the simulator itself never fails."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tilth.llm.simulate.answer import Simulated
from tilth.llm.simulate.chat import reply, whole
from tilth.llm.simulate.gold import Gold, Golds
from tilth.llm.simulate.model import Model
from tilth.llm.simulate.pattern import LOTUS
from tilth.llm.simulate.prefix_cache import PrefixCache
from tilth.llm.simulate.stream import chunks
from tilth.llm.simulate.wire import Refused
from tilth.semantic.asking.prompt import block, messages

json_data = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 30) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(["type", "properties", "items", "anyOf", "required", "enum", "answer", "answers", "values", "quotes", "a", "$ref"])
types = st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null", ["string", "null"], []])
schemas = st.recursive(
    st.fixed_dictionaries({"type": types}) | json_data,
    lambda inner: st.dictionaries(names, inner | st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3), max_size=4),
    max_leaves=8,
)
ROWS = [{"text": "one", "n": 1}, {"text": "two"}, {"text": "three", "list": [1, {"a": None}]}]
KINDS = ("filter", "classify", "score", "map", "extract", "join", "compare", "aggregate", "group", "other")
GOLD = [
    Gold("bool", "filter", {"one": True, "two": False, "three": True}),
    Gold("object", "extract", {"one": {"a": 1, "values": [2]}, "two": {"a": "x"}, "three": None}),
    Gold("mixed", "map", {"one": [1, "a"], "two": 0.5, "three": ""}),
    Gold("merit", "compare", {"one": 1, "two": 2}),
    Gold("pairs", "join", [("one", "two")]),
    Gold("all", "aggregate", "Fine."),
]
MODEL = Model("m", flip=0.3, missing=0.2, doubled=0.2, invented=0.2, malformed=0.2, mistyped=0.2, truncated=0.2, refusals=0.1)
WORLD = Simulated(Golds(GOLD), LOTUS)


def prompts(kind: str, task: str, form: str, rows: int) -> list[dict[str, str]]:
    shown = ROWS[:rows]
    blocks = (block("left", shown), block("right", ROWS)) if kind == "join" else (block("rows", shown),)
    told = messages(kind, f"Tell the {task}.", *blocks, form=form, labels=("yes", "no") if form == "label" else ())
    return [{"role": role, "content": content} for role, content in told]


tasks = st.sampled_from([gold.task for gold in GOLD] + ["unknown"])
forms = st.sampled_from(["rows", "label", "pairs", "better", "text", "json"])
own = st.builds(prompts, st.sampled_from(KINDS), tasks, forms, st.integers(0, 3))
named = st.fixed_dictionaries({"name": st.just("a"), "schema": schemas}, optional={"strict": st.booleans()})
formats = st.fixed_dictionaries({"type": st.just("json_schema"), "json_schema": named})
tools = st.lists(st.fixed_dictionaries({"function": st.fixed_dictionaries({"name": st.just("f"), "parameters": schemas})}), max_size=2)
settings = {
    "response_format": formats | json_data, "tools": tools | json_data, "tool_choice": json_data, "stop": json_data, "seed": json_data,
    "temperature": json_data, "max_tokens": json_data, "n": json_data, "logprobs": json_data, "top_logprobs": json_data,
    "stream": json_data, "stream_options": json_data,
}  # fmt: skip


def checked(body: dict[str, Any]) -> None:
    try:
        found = reply(MODEL, WORLD, PrefixCache("blocks", 1000), body)
    except Refused as refused:
        assert refused.status == 400
        return
    assert whole(MODEL, found)["choices"]
    assert list(chunks(MODEL, found))


@given(st.fixed_dictionaries({"messages": own | json_data | st.lists(json_data, max_size=2)}, optional=settings))
def test_any_request_is_answered_or_refused(body: dict[str, Any]) -> None:
    checked(body)


@given(st.fixed_dictionaries({"messages": own, "response_format": formats}))
def test_any_schema_shapes_an_answer_to_our_own_prompts(body: dict[str, Any]) -> None:
    checked(body)
