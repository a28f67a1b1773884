from __future__ import annotations

import sys

import pyarrow as pa
import pytest
from instruct_steps import GOOD, talk

from tilth import evaluate, instruct
from tilth.errors import MissingExtra, RecipeError
from tilth.instruct.jinja import _compiled

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{% if message.role == 'assistant' %}"
    "{% generation %}{{ message.content }}<|im_end|>{% endgeneration %}{{ '\\n' }}"
    "{% else %}{{ message.content }}<|im_end|>\n{% endif %}{% endfor %}"
)
PLAIN = (
    "{{ bos_token }}{% for message in messages %}\n{{ '<|' + message['role'] + '|>\\n' + message['content'] + eos_token }}\n"
    "{% endfor %}\n{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
)


def written(template: str, talks: list, **settings: object) -> object:
    columns = settings.pop("columns", {})
    assert isinstance(columns, dict)
    rows = pa.table({"text": pa.nulls(len(talks), pa.large_string()), "messages": pa.array(talks, instruct.MESSAGES), **columns})
    return evaluate([instruct.JinjaTemplate(template, **settings)], rows)  # type: ignore[arg-type]


def trained(done: object) -> list[list[str]]:
    return [[row["text"][span["start"] : span["end"]] for span in row["assistant_spans"]] for row in done.table.to_pylist()]  # type: ignore[attr-defined]


def test_marked_places_agree_with_the_table() -> None:
    done = written(CHATML, list(GOOD))
    rows = pa.table({"text": [""] * len(GOOD), "messages": pa.array(GOOD, instruct.MESSAGES)})
    own = evaluate([instruct.ChatTemplate("chatml")], rows).table
    assert done.table.select(["text", "assistant_spans"]).equals(own.select(["text", "assistant_spans"]))  # type: ignore[attr-defined]


def test_places_without_marks_are_what_each_answer_adds() -> None:
    done = written(PLAIN, [talk("a", "b", "c", "d")], bos="<s>", eos="</s>")
    assert trained(done) == [["b</s>\n", "d</s>\n"]]
    assert done.table["text"].to_pylist() == ["<s><|user|>\na</s>\n<|assistant|>\nb</s>\n<|user|>\nc</s>\n<|assistant|>\nd</s>\n"]  # type: ignore[attr-defined]


def test_words_that_look_like_marks_are_words() -> None:
    said = "\ue0000\ue001 and \ue0020\ue001 and \ue0001\ue001"
    assert trained(written(CHATML, [talk(said, said)])) == [[said + "<|im_end|>"]]


def test_a_template_that_rewrites_what_was_said_has_no_places() -> None:
    last_only = "{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}"
    done = written(last_only, [talk("a", "b")])
    assert "cannot be told" in done.quarantine["error"][0].as_py()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ raise_exception('must alternate') }}", "must alternate"), ("{{ messages.append(1) }}", "SecurityError"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError"), ("{{ 'a' * 1000000000 }}", "SecurityError"),
        ("{{ 9 ** 9 ** 9 }}", "SecurityError"),
        ("{% for i in range(100000) %}{{ messages }}{% endfor %}", "more than max_chars"), ("{% include '/etc/passwd' %}", "Error"),
        ("{{ messages[0].content + 1 }}", "TypeError"), ("{{ 1 / 0 }}", "ZeroDivisionError"), ("{{ lipsum() }}", "undefined"),
    ],
)  # fmt: skip
def test_a_template_is_held_in_its_sandbox(template: str, why: str) -> None:
    done = written(template, [talk("a", "b")], max_chars=10_000)
    assert len(done.table) == 0 and why in done.quarantine["error"][0].as_py()  # type: ignore[attr-defined]


def test_tools_are_given() -> None:
    columns = {"tools": ['[{"name": "add"}]', None]}
    done = written("{% if tools %}{{ tools | tojson }}{% endif %}" + CHATML, [talk("a", "b")] * 2, columns=columns)
    assert [text.startswith('[{"name": "add"}]') for text in done.table["text"].to_pylist()] == [True, False]  # type: ignore[attr-defined]


def test_a_template_that_cannot_be_parsed_is_an_error_of_the_recipe() -> None:
    with pytest.raises(RecipeError, match="cannot be parsed"):
        written("{% for %}", [talk("a", "b")])


def test_without_jinja_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    _compiled.cache_clear()
    with pytest.raises(MissingExtra, match=r"tilth\[chat\]"):
        written(CHATML, [talk("a", "b")])
