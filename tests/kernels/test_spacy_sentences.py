import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels.spacy_twin import marks, sentences, tokens, words
from kernels.texts import pages, texts

from tilth.kernels.arrow import utf8
from tilth.kernels.spacy_rules import language
from tilth.kernels.spacy_sentences import spacy_sentences


def spans(text: str) -> list[tuple[int, int]]:
    """Return where spaCy's sentences start and end, in characters: `Sentencizer` over its tokens."""
    found, ended = [], True
    for token in tokens(text):
        ends = token.text in marks("sentence_end")
        if not found or (ended and not ends and not all(c in marks("punctuation") for c in token.text)):
            found.append([token.start, 0])
            ended = False
        ended |= ends
        found[-1][1] = token.end
    return [(a, b) for a, b in found]


@settings(max_examples=300)
@given(st.lists(st.one_of(texts, pages), min_size=1, max_size=3))
def test_sentences_are_those_of_the_twin(found):
    offsets, data = utf8(pa.array(found, pa.large_string()))
    starts, stops, ends, counts = spacy_sentences(offsets, data, language())
    whole = data.tobytes()
    for row, text in enumerate(found):
        expected = [(a, b) for a, b in spans(text) if text[a:b].strip()]
        mine = zip(starts[ends[row] : ends[row + 1]], stops[ends[row] : ends[row + 1]], strict=True)
        assert [whole[offsets[row] : b].decode() for _, b in mine] == [text[:b] for _, b in expected]
        assert counts[row].tolist() == [len(words(text)), sentences(text) if text else 0]


def test_a_text_of_white_space_is_one_sentence_of_nothing():
    offsets, data = utf8(pa.array(["", " \n", " ", "Ab. \n", "Ab. "], pa.large_string()))
    starts, stops, ends, counts = spacy_sentences(offsets, data, language())
    assert (starts.tolist(), stops.tolist(), ends.tolist()) == ([3, 8], [6, 11], [0, 0, 0, 0, 1, 2])
    assert counts.tolist() == [[0, 0], [0, 1], [0, 1], [2, 2], [2, 1]]
