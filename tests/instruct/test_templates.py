from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from instruct_steps import talk

from tilth.instruct.templates import TEMPLATES, render

SAID = talk(" Hi! ", "Hello.", "Who are you?", "A model.", system="Be kind.")
WRITTEN = {
    "chatml": "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n Hi! <|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"
    "<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\nA model.<|im_end|>\n",
    "llama-3": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>"
    "\n\nHi!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"
    "Who are you?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nA model.<|eot_id|>",
    "llama-2": "<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi! [/INST] Hello. </s><s>[INST] Who are you? [/INST] A model. </s>",
    "mistral": "<s>[INST] Be kind.\n\n Hi! [/INST] Hello.</s>[INST] Who are you?[/INST] A model.</s>",
    "zephyr": "<|system|>\nBe kind.</s>\n<|user|>\n Hi! </s>\n<|assistant|>\nHello.</s>\n<|user|>\nWho are you?</s>\n<|assistant|>\n"
    "A model.</s>\n",
    "gemma": "<bos><start_of_turn>user\nBe kind.\n\nHi!<end_of_turn>\n<start_of_turn>model\nHello.<end_of_turn>\n<start_of_turn>user\n"
    "Who are you?<end_of_turn>\n<start_of_turn>model\nA model.<end_of_turn>\n",
    "alpaca": "Be kind.\n\n### Instruction:\n Hi! \n\n### Response:\nHello.\n\n### Instruction:\n"
    "Who are you?\n\n### Response:\nA model.\n\n",
}
WORDS = st.text(st.characters(exclude_characters="<[", exclude_categories=("Cs",)), min_size=1).filter(str.strip)


def test_every_template_is_tried() -> None:
    assert set(WRITTEN) == set(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_conversation_is_written_as_the_model_cards_have_it(name: str) -> None:
    text, spans = render(TEMPLATES[name], SAID)
    assert text == WRITTEN[name]
    stop = TEMPLATES[name].stop
    assert [text[start:end] for start, end in spans] == [f"Hello.{stop}", f"A model.{stop}"]


@pytest.mark.parametrize("name", TEMPLATES)
@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3), st.none() | WORDS)
def test_spans_hold_the_answers_and_nothing_else(name: str, pairs: list[tuple[str, str]], system: str | None) -> None:
    template = TEMPLATES[name]
    text, spans = render(template, talk(*[said for pair in pairs for said in pair], system=system))
    answers = [answer.strip() if template.trim else answer for _, answer in pairs]
    assert [text[start:end] for start, end in spans] == [answer + template.stop for answer in answers]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_turn_cannot_forge_another(name: str) -> None:
    for control in TEMPLATES[name].controls:
        with pytest.raises(ValueError, match=r"turn 1 \(user\) contains"):
            render(TEMPLATES[name], talk(f"a {control} b", "c"))


@pytest.mark.parametrize(
    ("name", "turns", "why"),
    [
        ("chatml", [], "there are no turns"), ("chatml", talk("a", None), "turn 2 .assistant. says"),
        ("chatml", talk("a", " \n"), "turn 2 .assistant. says nothing"),
        ("zephyr", [{"role": "tool", "content": "a"}], "no place for the role 'tool'"),
        ("chatml", [{"role": "narrator", "content": "a"}], "no place for the role 'narrator'"),
        ("gemma", [{"role": "system", "content": "a"}], "needs the user"),
        ("chatml", [*talk("a", "b"), {"role": "system", "content": "c"}], "turn 3: a system prompt can only come first"),
    ],
)  # fmt: skip
def test_missing_turns_are_an_error(name: str, turns: list, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        render(TEMPLATES[name], turns)


def test_alpacas_sentence_stands_where_there_is_no_system_prompt() -> None:
    text, _ = render(TEMPLATES["alpaca"], talk("Add.", "3"))
    assert text.startswith("Below is an instruction") and text.endswith("### Instruction:\nAdd.\n\n### Response:\n3\n\n")


def test_without_the_token_that_begins_a_text() -> None:
    for name in ("llama-3", "mistral", "gemma"):
        whole, spans = render(TEMPLATES[name], SAID)
        text, moved = render(TEMPLATES[name], SAID, begin=False)
        start = TEMPLATES[name].start
        assert whole == start + text and [(a + len(start), b + len(start)) for a, b in moved] == spans
