"""Batches, texts that hurt, and one trained tokenizer."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from tilth.tokenize import Bpe, Encode

PROSE = (
    "It's the well-known law: we'll see, they've seen, I'm sure you're right. Numbers 1234567 and 3.14, prices £20.\n\n"
    "    def walk(tree):\n        return [leaf for leaf in tree if leaf]\n\n"
    "किताब पढ़ना अच्छा है। 今天天气很好。 Ünïcödé ñandú, مرحبا بالعالم 👩‍👩‍👧 🇩🇪\n"
)
PIECES = [
    "'s", "'S", "'ſ", "'ll", "'LL", "'re", "'ve", "'d", "'t", "'m", "'l", "'v", "'r", "'", " ", "  ", "\n",
    "\r\n", "\r", "\t", "\x0b", "\x0c",
    "\x85", "\u00a0", "\u2028", "\u3000", "\x00", "<|endoftext|>", "<|", "|>", "e\u0301", "\u0301", "कि", "۷", "½", "12", "3456",
    "word", "Word", "日本",
    "👩‍👩‍👧", "...", "!?", "_", "\U0010ffff", "\ufeff", "\u200d", "ﬆ", "a", "the",
]


@pytest.fixture(scope="session")
def batch_of() -> Callable[..., pa.RecordBatch]:
    return make_batch


def make_batch(texts: list[str | None], first: int = 0) -> pa.RecordBatch:
    """Return rows `first`, `first + 1`, ... with these texts."""
    rows = range(first, first + len(texts))
    return pa.record_batch(
        {
            "row": pa.array(rows, pa.uint64()),
            "id": pa.array([f"d{row}" for row in rows], pa.large_string()),
            "source": pa.array([f"s{row % 2}" for row in rows], pa.large_string()),
            "text": pa.array(texts, pa.large_string()),
        }
    )


@pytest.fixture(scope="session")
def encode() -> Encode:
    """A tokenizer of some hundred ids that knows many of the words above."""
    learn = Bpe(vocab=500)
    return learn.finish(learn.observe(make_batch([PROSE] * 2 + PIECES * 2)))[0]


@pytest.fixture(scope="session")
def hard_text() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(PIECES) | st.text(max_size=3) | st.sampled_from(PROSE.split(" ")), max_size=30).map("".join)
