"""The simulator over real HTTP: every kind of task answered by its gold, the same answer in any order and after a restart."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tilth.errors import RecipeError
from tilth.llm import simulate
from tilth.semantic.asking.prompt import block, messages

FILMS = [{"title": f"Film {n}", "text": f"What we thought of film {n}."} for n in range(8)]
ACTORS = [{"name": f"Actor {n}"} for n in range(4)]
GOLD = [
    simulate.Gold("praise the film", "filter", {film["text"]: n % 2 == 0 for n, film in enumerate(FILMS)}),
    simulate.Gold("mood", "classify", {film["text"]: ("glad", "sad", "angry")[n % 3] for n, film in enumerate(FILMS)}),
    simulate.Gold("how many stars", "score", {film["text"]: n / 2 for n, film in enumerate(FILMS)}),
    simulate.Gold("the better film", "compare", {film["text"]: n for n, film in enumerate(FILMS)}),
    simulate.Gold("year and title", "extract", {film["text"]: {"year": 1990 + n, "title": film["title"]} for n, film in enumerate(FILMS)}),
    simulate.Gold("in German", "map", {film["text"]: f"Über Film {n}." for n, film in enumerate(FILMS)}),
    simulate.Gold("played in", "join", [("Film 1", "Actor 1"), ("Film 1", "Actor 2"), ("Film 3", "Actor 0")]),
    simulate.Gold("how much praise", "aggregate", {film["text"]: n % 2 == 0 for n, film in enumerate(FILMS)}, combine="count"),
    simulate.Gold("what they are about", "group", {film["text"]: ("war", "love")[n % 2] for n, film in enumerate(FILMS)}),
    simulate.Gold("in one sentence", "aggregate", "Films are long."),
]
Said = Callable[..., Any]


@pytest.fixture(scope="module")
def server() -> Any:
    with simulate.serve([simulate.Model("m")], GOLD) as running:
        yield running


def rows(kind: str, task: str, of: list[dict[str, str]], **more: Any) -> Any:
    return messages(kind, task, block("rows", of), **more)


@pytest.mark.parametrize(
    ("kind", "task", "right"),
    [
        ("filter", "Does it praise the film?", [n % 2 == 0 for n in range(8)]),
        ("classify", "What is the mood?", [("glad", "sad", "angry")[n % 3] for n in range(8)]),
        ("score", "By how many stars?", [n / 2 for n in range(8)]),
        ("extract", "Tell year and title.", [{"year": 1990 + n, "title": f"Film {n}"} for n in range(8)]),
        ("map", "Say it in German.", [f"Über Film {n}." for n in range(8)]),
        ("map", "Something that nobody knows.", [None] * 8),
    ],
)
def test_rows_are_answered_under_their_ids(server: simulate.Server, said: Said, kind: str, task: str, right: list[Any]) -> None:
    assert said(server, rows(kind, task, FILMS)) == {"answers": [{"id": n, "answer": each} for n, each in enumerate(right, 1)]}


def test_a_row_is_known_by_its_content_whatever_stands_beside_it(server: simulate.Server, said: Said) -> None:
    for row in (FILMS[2], {"text": FILMS[2]["text"]}, {"z": 1, "body": f"  {FILMS[2]['text']}\n", "a": None}):
        assert said(server, rows("filter", "Does it praise the film?", [row], form="label", labels=("yes", "no"))) == "yes"


def test_words_of_the_menu(server: simulate.Server, said: Said) -> None:
    for labels, right in ((("yes", "no"), "no"), (("False", "True"), "False"), (("good", "bad"), "bad")):
        assert said(server, rows("filter", "Does it praise the film?", FILMS[1:2], form="label", labels=labels)) == right


def test_pairs_alike_in_one_prompt_and_one_by_one(server: simulate.Server, said: Said) -> None:
    assert said(server, messages("join", "Who played in it?", block("left", FILMS), block("right", ACTORS), form="pairs")) == {
        "pairs": [[2, 2], [2, 3], [4, 1]]
    }
    pairs = [{"film": film["title"], "actor": actor["name"]} for film in FILMS for actor in ACTORS]
    answers = said(server, rows("filter", "Has the actor played in the film?", pairs))["answers"]
    assert [(n // 4, n % 4) for n, each in enumerate(answers) if each["answer"]] == [(1, 1), (1, 2), (3, 0)]


def test_the_better_of_two(server: simulate.Server, said: Said) -> None:
    for first, second in ((2, 5), (5, 2)):
        told = rows("compare", "Which is the better film?", [FILMS[first], FILMS[second]], form="better")
        assert said(server, told) == (2 if second > first else 1)


def test_all_rows_together(server: simulate.Server, said: Said) -> None:
    assert said(server, rows("aggregate", "Say how much praise there is.", FILMS, form="text")) == 4
    assert said(server, rows("aggregate", "Say how much praise there is.", [{"part": "3"}, {"part": "4"}], form="text")) == 7
    assert said(server, rows("aggregate", "Tell all in one sentence.", FILMS, form="text")) == "Films are long."
    assert said(server, rows("group", "Name what they are about.", FILMS, form="json")) == {"answer": ["love", "war"]}


def closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def test_json_schema_shapes_the_answer(server: simulate.Server, said: Said) -> None:
    answer = closed({"year": {"type": "string"}})
    schema = closed({"answers": {"type": "array", "items": closed({"id": {"type": "integer"}, "answer": answer})}})
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema, "strict": True}}
    found = said(server, rows("extract", "Tell year and title.", FILMS[:1]), response_format=wanted)
    assert found == {"answers": [{"id": 1, "answer": {"year": "1990"}}]}


def test_a_schema_in_words_shapes_it_too(server: simulate.Server, said: Said) -> None:
    from tilth.llm.structured import in_words

    answer = closed({"values": closed({"year": {"type": "integer"}}), "quotes": closed({"year": {"type": "string"}})})
    schema = closed({"answers": {"type": "array", "items": closed({"id": {"type": "integer"}, "answer": answer})}})
    system, (role, text) = rows("extract", "Tell year and title.", FILMS[:1])
    found = said(server, (system, (role, f"{text}\n\n{in_words(json.dumps(schema))}")))
    assert found == {"answers": [{"id": 1, "answer": {"values": {"year": 1990}, "quotes": {"year": "1990"}}}]}


def test_a_tool_is_called(server: simulate.Server, chat: Said) -> None:
    schema = {"type": "object", "properties": {"year": {"type": "integer"}}}
    tools = [{"type": "function", "function": {"name": "keep", "parameters": schema}}]
    for choice, finish in (("auto", "tool_calls"), ({"type": "function", "function": {"name": "keep"}}, "stop")):
        reply = chat(server, rows("extract", "Tell year and title.", FILMS[:1], form="json"), tools=tools, tool_choice=choice)
        [call] = reply["choices"][0]["message"]["tool_calls"]
        assert (call["function"]["name"], json.loads(call["function"]["arguments"])) == ("keep", {"year": 1990})
        assert reply["choices"][0]["finish_reason"] == finish


def test_an_unknown_prompt_is_answered_and_counted(chat: Said) -> None:
    with simulate.serve([simulate.Model("m")]) as fresh:
        reply = chat(fresh, (("user", "Hello there!"),))
        assert reply["choices"][0]["message"]["content"] == "I do not know."
        assert chat(fresh, (("user", '<task kind="filter">\nbroken\n</task>\n<rows>\nno json\n</rows>'),))["choices"]
        assert chat(fresh, messages("join", "Alike?", block("left", FILMS), block("right", ACTORS), form="pairs"))["choices"]
        assert fresh.stats()["m"]["unknown"] == 3


def questions() -> list[Any]:
    return [rows("classify", "What is the mood?", FILMS[n : n + size]) for n in range(8) for size in (1, 3)]


def test_the_same_answers_in_any_order_at_once_and_after_a_restart(said: Said) -> None:
    model = simulate.Model("m", flip=0.4, missing=0.2, doubled=0.2, reordered=0.5, malformed=0.2, refusals=0.1)

    def answers(order: list[int], workers: int) -> dict[int, Any]:
        with simulate.serve([model], GOLD) as running, ThreadPoolExecutor(workers) as pool:
            told = pool.map(lambda n: (n, said(running, questions()[n])), order)
            return dict(told)

    order = list(range(len(questions())))
    first = answers(order, 1)
    random.Random(7).shuffle(order)
    assert answers(order, 8) == first
    assert any(each != right for each, right in zip(first.values(), answers_without_error(said), strict=True))


def answers_without_error(said: Said) -> list[Any]:
    with simulate.serve([simulate.Model("m")], GOLD) as running:
        return [said(running, each) for each in questions()]


def test_usage_and_price(chat: Said) -> None:
    from tilth.llm.tokens import count_tokens

    told = rows("filter", "Does it praise the film?", FILMS)
    with simulate.serve([simulate.Model("m", price=(2.0, 0.5, 8.0)), simulate.Model("free")], GOLD) as running:
        first, second = (chat(running, told)["usage"] for _ in range(2))
        assert first["prompt_tokens"] == sum(count_tokens(content) for _, content in told)
        assert (first["prompt_tokens_details"]["cached_tokens"], second["prompt_tokens_details"]["cached_tokens"] % 16) == (0, 0)
        cached = second["prompt_tokens_details"]["cached_tokens"]
        assert 0 < cached < second["prompt_tokens"]
        dollars = (2 * first["prompt_tokens"] * 2.0 - cached * 1.5 + 2 * first["completion_tokens"] * 8.0) / 1e6
        stats = running.stats()
        assert stats["m"]["dollars"] == pytest.approx(dollars)
        assert (stats["m"]["requests"], stats["m"]["answered"], stats["free"]["dollars"]) == (2, 2, None)
        running.reset()
        assert running.stats()["m"]["requests"] == 0
        assert chat(running, told)["usage"]["prompt_tokens_details"]["cached_tokens"] == 0


def test_stats_and_reset_over_http(call: Said, chat: Said) -> None:
    with simulate.serve([simulate.Model("m")], GOLD) as running:
        chat(running, (("user", "Hello"),))
        assert call(running, "GET", "/simulator/stats")[1]["m"]["answered"] == 1
        assert call(running, "POST", "/simulator/reset")[0] == 200
        assert call(running, "GET", "/simulator/stats")[1] == running.stats()
        assert running.stats()["m"]["answered"] == 0


def test_a_taken_port_and_two_models_of_one_name(server: simulate.Server) -> None:
    port = int(server.base_url.split(":")[2].split("/")[0])
    with pytest.raises(RecipeError, match="cannot be used"), simulate.serve([simulate.Model("m")], port=port):
        pass
    with pytest.raises(RecipeError, match="told apart"), simulate.serve([simulate.Model("m"), simulate.Model("m")]):
        pass
