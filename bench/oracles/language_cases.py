"""Cases in many languages for the rules that split words: built from our own sentences, each to probe something that a language changes."""

from __future__ import annotations

from collections.abc import Iterator

import language_texts

MARKS = ("# ", "... ", "… ", "- ", "• ", "123 ", "1,5 % ", "(a) ", "http://example.com/a?b=1 ", "😀 ", ":-) ", "A. B. ")


def cases(language: str) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of the cases in one language."""
    whole, sentences = language_texts.text(language), language_texts.sentences(language)
    yield from (("empty", ""), ("space", " \n "), ("whole", whole), ("lines", "\n".join(sentences)), ("paragraphs", "\n\n".join(sentences)))
    yield "long", " ".join([whole, *_turned(sentences)] * 3)
    yield "page", "\n".join(" ".join([*each, whole]) for each in _rounds(sentences, 12))
    yield "list", "\n".join(f"- {sentence.rstrip('.。।!?')}" for sentence in sentences * 4)
    yield "same", "\n".join(sentences[:1] * 30)
    yield "bare", "\n".join(sentence.rstrip(".。।!?؟۔") for sentence in sentences * 10)
    for number, mark in enumerate(MARKS):
        yield f"marks_{number}", whole + "\n" + mark * 20 + whole
    yield "tabs", whole.replace(" ", "\t")
    yield "glued", whole.replace(" ", "")
    yield "english", whole + " This is an English sentence, and it doesn't end well"
    for many in (1, 3, 9):
        yield f"times_{many}", "\n".join([whole] * many)


def _turned(sentences: list[str]) -> list[str]:
    return [" ".join(reversed(sentence.split(" "))) for sentence in sentences]


def _rounds(sentences: list[str], many: int) -> Iterator[list[str]]:
    """Yield the sentences in other orders."""
    for start in range(many):
        yield [sentences[(start * step) % len(sentences)] for step in (1, 2, 3)]
