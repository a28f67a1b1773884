"""Perplexity: probabilities of a context add up to 1, a plain twin of Kneser-Ney agrees, ARPA files are read as they are meant."""

from __future__ import annotations

import gzip
import itertools
import math
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tilth import CorpusError, RecipeError, evaluate
from tilth.filters import LearnNgrams, Perplexity
from tilth.filters.ngram_model import discounts, read_arpa, train, unpack
from tilth.testing import check

TEXTS = st.lists(st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=6).map(" ".join), min_size=1, max_size=12)


def twin(lines: list[list[str]], order: int, least: int):  # type: ignore[no-untyped-def]
    """Modified Kneser-Ney as the papers write it: returns p(word | history)."""
    padded = [["<s>", *line, "</s>"] for line in lines]
    raw = [Counter(tuple(line[i : i + n]) for line in padded for i in range(len(line) - n + 1)) for n in range(1, order + 1)]
    words = sorted({word for line in lines for word in line} | {"</s>", "<unk>"})

    def adjusted(gram: tuple[str, ...]) -> int:
        if len(gram) == order or gram[0] == "<s>":
            return raw[len(gram) - 1][gram]
        return sum(1 for longer in raw[len(gram)] if longer[1:] == gram)

    counts = [{gram: adjusted(gram) for gram in grams if gram != ("<s>",)} for grams in raw]
    off = [discounts(np.array(list(each.values()))) for each in counts]

    def probability(word: str, history: tuple[str, ...]) -> float:
        n = len(history) + 1
        below = probability(word, history[1:]) if history else 1 / len(words)
        followers = {gram: count for gram, count in counts[n - 1].items() if gram[:-1] == history}
        if not followers:
            return below
        whole = sum(followers.values())
        off_each = {g: off[n - 1][min(c, 3)] if n == 1 or raw[n - 1][g] >= least else c for g, c in followers.items()}
        gram = (*history, word)
        left = max(sum(off_each.values()) / whole, 1e-99)  # a discount can be 0
        return (followers.get(gram, 0) - off_each.get(gram, 0)) / whole + left * below

    return probability, words


# Counts of counts 6, 5, 1 and 2 make D3 of bigrams 3 - 4 * 6/16 * 2/1 = 0, and what follows <s> does so three times and more.
NOTHING_LEFT = ["a", "a", "b", "b", "d", "d", "a d", "b d", "d d", "a a a", "a b b", "b b a b c"]


@example(NOTHING_LEFT, 3, 1, ["a", "c"])
@given(TEXTS, st.integers(1, 4), st.integers(1, 2), TEXTS)
def test_it_equals_a_plain_twin(texts: list[str], order: int, least: int, asked: list[str]) -> None:
    probability, words = twin([text.split() for text in texts], order, least)
    model = train(pa.array(texts, pa.large_string()), order, least)
    total, said, missed, ends = model.score(pa.array([*asked, "zebra a"], pa.large_string()))
    for i, text in enumerate([*asked, "zebra a"]):
        line = [word if word in words else "<unk>" for word in text.split()] + ["</s>"]
        history: tuple[str, ...] = ("<s>",)
        expected = 0.0
        for word in line:
            expected += math.log10(probability(word, history[len(history) - min(len(history), order - 1) :]))
            history = (*history, word)
        assert total[i] == pytest.approx(expected, rel=1e-4, abs=1e-4)
        assert (said[i], ends[i], missed[i]) == (len(line) - 1, 1, line.count("<unk>"))


@given(TEXTS, st.integers(1, 3), st.integers(1, 3))
def test_probabilities_of_a_context_add_up_to_one(texts: list[str], order: int, least: int) -> None:
    probability, words = twin([text.split() for text in texts], order, least)
    for history in itertools.islice(itertools.product(["<s>", *words], repeat=order - 1), 30):
        assert sum(probability(word, history) for word in words) == pytest.approx(1.0)


ARPA = r"""
\data\
ngram 1=5
ngram 2=3

\1-grams:
-1.0	<unk>
-99	<s>	-0.3
-0.5	</s>
-0.4	soil	-0.2
-0.6	seed	-0.1

\2-grams:
-0.2	<s> soil
-0.3	soil seed
-0.1	seed </s>

\end\
"""


@pytest.mark.parametrize("packed", [False, True])
def test_arpa_files_are_read_as_they_are_meant(packed: bool, tmp_path: Path) -> None:
    path = tmp_path / ("model.arpa.gz" if packed else "model.arpa")
    path.write_bytes(gzip.compress(ARPA.encode()) if packed else ARPA.encode())
    rows = pa.table({"text": ["soil seed", "seed soil", "soil\n\nplough", "", None]})
    found = evaluate([Perplexity(read_arpa(str(path)))], rows).table
    expected = [
        10 ** ((0.2 + 0.3 + 0.1) / 3),
        10 ** ((0.3 + 0.6 + 0.1 + 0.4 + 0.2 + 0.5) / 3),  # backoff of <s>, seed; of seed, soil; of soil, </s>
        10 ** ((0.2 + 0.2 + 0.5 + 0.3 + 1.0 + 0.0 + 0.5) / 4),
        None, None,
    ]
    assert found["perplexity"].to_pylist() == [e if e is None else pytest.approx(e, rel=1e-5) for e in expected]
    assert found["perplexity_unknown"].to_pylist() == [0, 0, 0.5, None, None]
    assert evaluate([Perplexity(str(path))], rows).table.equals(found)


def test_a_broken_arpa_file_says_where(tmp_path: Path) -> None:
    path = tmp_path / "model.arpa"
    path.write_text(ARPA.replace("-0.3\tsoil seed", "-0.3\tsoil"))
    with pytest.raises(CorpusError, match=r"line 15"):
        read_arpa(str(path))
    path.write_text("soil and seed\n")
    with pytest.raises(CorpusError, match="no n-grams"):
        read_arpa(str(path))


def test_good_text_is_less_surprising_than_shuffled_text() -> None:
    good = ["the soil is made ready for seed", "the seed is put into the soil", "the rain falls on the soil"] * 20
    rows = pa.table({"text": [*good, "soil the is seed into the put", "qwerty zxcvb"]})
    found = evaluate([LearnNgrams(order=3)], rows).table["perplexity"].to_pylist()
    assert found[1] < found[-2] < found[-1]


def test_the_laws_hold() -> None:
    rows = pa.table({"text": [f"line {i % 7} of text {i % 3}\nand more of it" for i in range(60)] + ["", None]})
    check(LearnNgrams(order=2), rows)
    check(LearnNgrams(order=2, sample_bytes=300), rows)
    check(Perplexity(train(rows["text"].combine_chunks(), 3).to_bytes()), rows)


def test_errors_show_the_fix() -> None:
    with pytest.raises(RecipeError, match="no n-gram model"):
        Perplexity(b"nothing")
    with pytest.raises(RecipeError, match="order 0"):
        LearnNgrams(order=0)
    with pytest.raises(CorpusError):
        evaluate([LearnNgrams()], pa.table({"text": ["", " "]}))
    whole = train(pa.array(["a b"], pa.large_string())).to_bytes()
    with pytest.raises(RecipeError):
        unpack(whole[: len(whole) // 2])


def test_letters_lines_and_long_words() -> None:
    model = train(pa.array(["Soil and Seed"] * 3, pa.large_string()), 2, lower=True)
    total, said, missed, ends = model.score(pa.array(["SOIL and seed", "x" * 10_000, "soil\r\nand\n \n\x00seed"], pa.large_string()))
    assert missed.tolist() == [0, 1, 0] and said.tolist() == [3, 1, 3] and ends.tolist() == [1, 1, 3]
    assert defaultdict(int, zip("ab", total.tolist(), strict=False))["a"] < 0
