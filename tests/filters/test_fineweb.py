"""FineWeb's chain: one measuring step, then its rules in order."""

from __future__ import annotations

import inspect

import pyarrow as pa
import pytest

from tilth import filters
from tilth.filters.measure import Measure
from tilth.rules import Filter

SENTENCES = [
    "The river rose in the night and took the old bridge with it.", "Nobody in the village was surprised, for it had rained all week.",
    "By noon two boats had been found, and one of them could be repaired.",
    "The mayor walked down to the bank to see what was left of the road.",
    "She asked for help from the town, and that afternoon a crew arrived.",
    "They worked until dark; then everybody went home to be with family.",
]
GOOD = "\n".join(SENTENCES)


def run(text: str, **options: object) -> tuple[str | None, str]:
    batch = pa.record_batch({"text": [text]})
    for step in filters.fineweb(**options):  # type: ignore[arg-type]
        batch = step.apply(batch)
    return batch["drop"][0].as_py(), batch["text"][0].as_py()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD, None), ("", "empty"), (f"{GOOD}\n\n{GOOD}", "dup_para_frac"), (SENTENCES[0], "top_3_gram"),
        (GOOD.replace(" ", " #", 15), "gopher_too_many_hashes"),
        (" ".join(word for word in GOOD.split() if word not in filters.GopherQuality().stop_words), "gopher_enough_stop_words"),
        (GOOD + "\nvoid f() { return; }", "curly_bracket"), (GOOD.replace(".", " ,").replace("\n", " "), "too_few_sentences"),
        (GOOD + "\nShort one it is." * 2, "char_dup_ratio"),
    ],
)
def test_first_reason(text: str, reason: str | None) -> None:
    assert run(text)[0] == reason


def test_text_is_left_as_c4_leaves_it() -> None:
    assert run(f"Menu\n{GOOD}\n\nour cookie policy is here\n") == (None, GOOD)


def test_the_measuring_comes_first_and_is_one_step() -> None:
    measure, *rules = filters.fineweb()
    assert isinstance(measure, Measure)
    assert all(isinstance(rule, Filter) for rule in rules)


def test_every_threshold_can_be_left_out_or_changed() -> None:
    names = inspect.signature(filters.fineweb).parameters
    none = {name: None for name in names if name.endswith(("_frac", "_ratio", "_thr", "_words", "_length", "_sentences"))}
    del none["stop_words"], none["short_line_length"]
    steps = filters.fineweb(**none, top_n_grams=(), dup_n_grams=())
    assert [step.reason for step in steps[1:]] == ["empty", "lorem_ipsum", "curly_bracket", "empty"]
    assert run(SENTENCES[0], min_doc_words=5, top_n_grams=(), min_num_sentences=1) == (None, SENTENCES[0])
