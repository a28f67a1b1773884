"""The published cases of the tools, in other words; `tests/oracles/test_spans.py` has what they say of thousands of texts."""

import pyarrow as pa
import pytest

from tilth.dedup import SentencesLeft, UrlRank, c4_lines, datatrove_sentences, dclm_within_page, dolma_paragraphs
from tilth.errors import CorpusError, RecipeError
from tilth.memory import addressed, evaluate
from tilth.testing import check, examples

SQUARE = [
    "A grey square lies under thirty-four lime trees.", "Over the gate stand three words, ORDER, CARE, PATIENCE, and below, a date.",
    "The hall behind it looks towards the north.", "Cold light comes in, a harsh thin light that finds only glass and nickel.",
    "Winter answered winter.", "The coats were white, the hands in pale gloves.", "The light was frozen, dead, a ghost.",
    "Only the yellow lamps gave it some warm substance, streak after streak down the tables.", "And this, said she, 'is our room.'",
]  # fmt: skip
RIDE = ["Arise, arise, riders!", "Fell deeds awake: fire and flood!", "Spears are shaken, and a red day ere the sun rises!"]
BED = "I hope you are pleased. We could have been late — or worse. Now good night."


def texts_left(steps, rows, partitions=1) -> dict[int, str]:
    table = evaluate(steps, rows, partitions).table
    return dict(zip(table["row"].to_pylist(), table["text"].to_pylist(), strict=True))


def test_published_cases_of_datatrove(shards):
    """Its tests/pipeline/dedup/test_sentence_deduplication.py, `test_sd`: six documents, and what is left of each."""
    whole, ride, last = " ".join(SQUARE), " ".join(RIDE), "What does winter mean ?If you look it up you find that it is a season."
    rows = shards([whole, " ".join([*SQUARE[4:8], last]), f"{whole} K7!", f"Q1! {whole} Z5!", ride, f"{ride} {BED}"], [4, 2])
    left = [whole, last, "K7!", "Q1! Z5!", ride, BED]
    steps = datatrove_sentences(min_doc_words=0, min_num_sentences=0)
    assert list(texts_left(steps, rows, partitions=3).values()) == left


def test_published_case_of_datatrove_within_one_document(shards):
    """The same file, `DOCS_2`: a text that stands eleven times in one document stays once; one of two sentences is never cut."""
    rows = shards([" ".join(SQUARE * 11), "1 + 1 = 2, 2 + 2 = 4, ...", " ".join(SQUARE), " ".join(RIDE[:2]), " ".join(RIDE[:2])])
    left = texts_left(datatrove_sentences(min_doc_words=0, min_num_sentences=0), rows)
    assert left == {0: " ".join(SQUARE), 1: "1 + 1 = 2, 2 + 2 = 4, ...", 3: " ".join(RIDE[:2]), 4: " ".join(RIDE[:2])}


def test_only_a_text_that_was_cut_must_keep_words_and_sentences(shards, gone):
    rows = shards([" ".join(SQUARE), " ".join([*SQUARE, *RIDE]), "Short.", " ".join([*SQUARE, BED])])
    assert gone(datatrove_sentences(min_doc_words=0), rows) == {}
    done = evaluate(datatrove_sentences(min_doc_words=40), rows).audit
    assert (done["row"].to_pylist(), set(done["reason"].to_pylist())) == ([1, 3], {"too few words left"})


def test_published_case_of_c4():
    """tensorflow_datasets' text/c4_utils_test.py, `test_remove_duplicate_text`: four pages, of which two stay."""
    shared, within = "Here is a line of two pages.", "This line stands in the page again, so the others go."
    pages = {
        "url/1-0": [shared, "Alone.", "The least digest keeps a line.", within, "Between is a sentence.", within, within.title() + " "],
        "url/2-1": ["This one too is alone.", "the Least digest KEEPS a line.", shared.lower() + " "],
        "url/3-4": ["This is the third.", shared, "It came third and loses it. But the page stays, as there are three sentences."],
        "url/4-4": ["This is the fourth.", shared, "It came fourth and loses it, and the page goes with so few sentences left."],
    }
    rows = addressed(pa.table({"text": ["\n".join(lines) for lines in pages.values()], "url": list(pages)}))
    first, _, third, _ = pages.values()
    done = evaluate(c4_lines(), rows)
    assert done.table["text"].to_pylist() == ["\n".join(first[:5]), "\n".join([third[0], third[2]])]
    assert set(done.audit["reason"].to_pylist()) == {"too_few_sentences"}
    again = evaluate(c4_lines(), [[batch] for batch in rows.take([3, 1, 2, 0]).to_batches()], 2).table
    assert sorted(again["text"].to_pylist()) == sorted(done.table["text"].to_pylist())


def test_published_cases_of_dolma(shards):
    """Its tests/python/test_deduper.py, `TestDeduperPipeline.test_skip_empty` and `TestDeduperUnicode.test_unicode`."""
    rows = shards(["Short document\n\nMore text", "Short document #2\n\nMore text"])
    assert texts_left(dolma_paragraphs(), rows) == {0: "Short document\n\nMore text", 1: "Short document #2\n"}
    assert texts_left(dolma_paragraphs(least=0), rows)[1] == "Short document #2"
    lines = ["One line alone.", "This comes twice.", "This comes twice.", "With emojis 😊", "And 🀜 twice", "And 🀜 twice", "End."]
    assert texts_left(dolma_paragraphs(), shards(["\n".join(lines)])) == {0: "\n".join(dict.fromkeys(lines))}


LEFT = [(True, "It is twice.\n\n\n It stays."), (False, "It is twice.\n\n It is twice.  \n\nit is twice.\n It stays.")]


@pytest.mark.parametrize("normalize, left", LEFT)
def test_published_cases_of_dclm(shards, normalize, left):
    """Its tests/baselines/mappers/modifiers/test_modifiers.py, `test_within_page_dedup`."""
    page = "It is twice.\n\nIt is twice.\n It is twice.  \n\nit is twice.\n It stays."
    assert texts_left(dclm_within_page(normalize), shards([page, page])) == {0: left, 1: left}


def test_laws():
    table = examples().append_column("url", pa.array([f"http://a.org/{i}" if i % 5 else None for i in range(len(examples()))]))
    check(UrlRank(), table)
    check(SentencesLeft())
    check(SentencesLeft("c4"))
    check(dolma_paragraphs(least=0)[0])
    check(datatrove_sentences()[0])
    check(c4_lines()[1], evaluate([UrlRank()], table).table)


def test_what_cannot_be_is_refused():
    with pytest.raises(CorpusError, match="url"):
        evaluate(c4_lines(), examples())
    with pytest.raises(RecipeError, match="variant"):
        SentencesLeft("nltk")
