"""Words and sentences of a text in its language."""

from tilth.segment.languages import full_name
from tilth.segment.sentences import sentences, split_sentences
from tilth.segment.words import split_words, tool_of, words

__all__ = ["full_name", "sentences", "split_sentences", "split_words", "tool_of", "words"]
