"""Stretches that texts and items share, held against a plain search; places, parts and lengths as they are promised."""

from __future__ import annotations

import random
import string
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tilth.decontaminate import NGrams, Overlap
from tilth.decontaminate.items import pack
from tilth.errors import RecipeError
from tilth.testing import check, examples
from tilth.tokenize import Bpe, Encode

PLAIN = str.maketrans("", "", string.punctuation)


def overlap(rows: pa.RecordBatch, answer: str = "", **fields: object) -> Overlap:
    return Overlap(pack(NGrams(answer=answer).observe(rows)), **fields)


def found(step: Overlap, texts: pa.RecordBatch) -> list[list[dict] | None]:
    return step.apply(texts)["contamination"].to_pylist()


def twin(text: list[Any], item: list[Any], n: int, least: int, skips: int) -> set[tuple[int, int]]:
    """Which words of the item are in a stretch: every pair of starts tried, each diagonal walked from its left end."""
    hits = set[tuple[int, int]]()
    for i in range(len(text)):
        for j in range(len(item)):
            inside = i and j and text[i - 1 : i + n - 1] == item[j - 1 : j + n - 1]
            if text[i : i + n] != item[j : j + n] or len(text[i : i + n]) < n or inside:
                continue
            size, missed = n, 0
            for k in range(n, min(len(text) - i, len(item) - j)):
                missed += text[i + k] != item[j + k]
                if missed > skips:
                    break
                size = k + 1 if text[i + k] == item[j + k] else size
            hits |= {(j, j + size)} if size >= least else set()
    return hits


@pytest.mark.parametrize("seed", range(40))
def test_stretches_are_those_of_a_plain_search(items, texts, seed: int) -> None:
    chance = random.Random(seed)
    item, text = ([chance.choice("abc") for _ in range(chance.randrange(30))] for _ in range(2))
    n, skips = chance.randrange(2, 5), chance.randrange(3)
    least = n + chance.randrange(3)
    hits = found(overlap(items([" ".join(item)]), n=n, least=least, skips=skips), texts([" ".join(text)]))[0]
    assert {(hit["first"], hit["last"]) for hit in hits or []} == twin(text, item, n, least, skips)


@pytest.mark.parametrize("seed", range(20))
def test_words_are_lower_case_and_without_punctuation(items, texts, seed: int) -> None:
    """As `str.lower`, the marks of `string.punctuation` taken out and `str.split` make them of ASCII."""
    chance = random.Random(seed)
    text = "".join(chance.choices("aB1 .-'\n\t", k=200))
    plain = text.lower().translate(PLAIN).split()
    hit = found(overlap(items([" ".join(plain)]), n=2), texts([text]))[0][0]
    assert (hit["first"], hit["last"], hit["share"]) == (0, len(plain), 1.0)
    assert text[hit["start"] : hit["end"]].lower().translate(PLAIN).split() == plain


def test_places_are_bytes_of_whole_characters(items, texts) -> None:
    text = "Ça alors! «Où est l'été?» dit-il. 我们在这里"
    (hit,) = found(overlap(items(["où est lété", "们在这"]), n=3), texts([text]))[0][:1]
    assert text.encode()[hit["start"] : hit["end"]].decode() == "Où est l'été"
    assert found(overlap(items(["们在这"]), n=3), texts([text]))[0][0]["text"] == "们在这"


def test_parts_say_where_a_stretch_begins(items, texts) -> None:
    rows = items(["a b c d"], answers=["e f g h"])
    docs = texts(["a b c", "c d e", "e f g", "b c d x"])
    expected = {"all": [1, 1, 1, 1], "answer": [0, 0, 1, 0], "touching": [0, 1, 1, 0], "question": [1, 0, 0, 1]}
    for part, hits in expected.items():
        assert [each is not None for each in found(overlap(rows, "answer", n=3, part=part), docs)] == [bool(hit) for hit in hits], part


def test_n_by_the_length_of_items(items, texts) -> None:
    nine, long = " ".join("abcdefghi"), " ".join(f"w{i}" for i in range(40))
    step = Overlap(pack(pa.concat_tables([NGrams().observe(items([nine], "short")), NGrams().observe(items([long], "long"))])), n=0)
    docs = texts([nine, " ".join("abcdefgh"), " ".join(long.split()[3:16]), " ".join(long.split()[3:15])])
    assert [hits and hits[0]["set"] for hits in found(step, docs)] == ["short", None, "long", None]


def test_shares(items, texts) -> None:
    out = overlap(items(["a b c d e f g h", "x y z"]), n=3).apply(texts(["a b c q d e f", "nothing", None]))
    assert out["contamination_item_share"].to_pylist() == [6 / 8, 0, 0]
    assert out["contamination_share"].to_pylist() == [6 / 7, 0, 0]
    assert out["contamination_item"].to_pylist() == [0, None, None]
    assert out["contamination"].to_pylist()[1:] == [None, None]


def test_laws(items) -> None:
    texts = examples()["text"].to_pylist()
    for fields in ({"n": 3}, {"n": 2, "skips": 2, "least": 4}, {"n": 0}):
        check(overlap(items(texts[:20]), **fields))


def test_an_item_in_very_many_copies_names_the_first_hundred(items, texts) -> None:
    hits = found(overlap(items(["a b c d"] * 300), n=3), texts(["a b c d"]))[0]
    assert [hit["item"] for hit in hits] == list(range(100))


def test_what_cannot_be() -> None:
    for wrong in ({"n": 1}, {"skips": -1}, {"part": "some"}):
        with pytest.raises(RecipeError, match="NGrams"):
            Overlap(b"", **wrong)
    with pytest.raises(RecipeError, match="no test items"):
        Overlap(b"x").apply(pa.record_batch({"text": np.array(["a"], object)}))


def encode(*texts: str) -> Encode:
    fold = Bpe(vocab=280)
    rows = {"row": pa.array(range(len(texts)), pa.uint64()), "text": pa.array(texts, pa.large_string())}
    return fold.finish(fold.observe(pa.record_batch(rows)))[0]


def tokens(step: Encode, text: str) -> list[int]:
    return step.apply(pa.record_batch({"text": pa.array([text], pa.large_string())}))["tokens"][0].as_py()


@pytest.mark.parametrize("seed", range(20))
def test_stretches_of_tokens_are_those_of_a_plain_search(items, texts, seed: int) -> None:
    """Places are bytes: what they cut out of the text has the tokens of the item, but for those that may differ."""
    chance = random.Random(seed)
    item, text = ("".join(chance.choices(["ab", "é", "世", " ", "c"], k=40)) for _ in range(2))
    bpe = encode(item * 2, text * 2)
    n, skips = chance.randrange(2, 4), chance.randrange(3)
    least = n + chance.randrange(2)
    step = overlap(items([item]), n=n, least=least, skips=skips, tokenizer=bpe.tokenizer)
    hits = found(step, texts(["pad", text]))[1] or []
    said, asked = tokens(bpe, text), tokens(bpe, item)
    assert {(hit["first"], hit["last"]) for hit in hits} == twin(said, asked, n, least, skips)
    for hit in hits:
        part = text.encode()[hit["start"] : hit["end"]].decode()
        assert part == hit["text"] and (skips or bpe.decode(asked[hit["first"] : hit["last"]]).strip("\ufffd") in part)


def test_a_stretch_of_tokens_may_skip_four_and_no_more(items, texts) -> None:
    """Llama 2, A.6: more than ten tokens, of which after the first ten four may differ."""
    letters = [chr(ord("a") + i) for i in range(20)]
    bpe = encode("z")
    look = overlap(items(["".join(letters)]), n=10, least=11, skips=4, tokenizer=bpe.tokenizer)
    assert len(tokens(bpe, "".join(letters))) == 20
    for wrong, expected in ((4, (0, 20)), (5, None)):
        text = "".join([*letters[:11], *["1"] * wrong, *letters[11 + wrong :]])
        hit = found(look, texts([text]))[0]
        assert hit and (hit[0]["first"], hit[0]["last"]) == (expected or (0, 11))
    assert found(look, texts(["".join(letters[:10])]))[0] is None, "ten tokens are not more than ten"


def test_laws_of_tokens(items) -> None:
    rows = examples()["text"].to_pylist()
    check(overlap(items(rows[:20]), n=3, skips=1, tokenizer=encode(*filter(None, rows[:20])).tokenizer))
