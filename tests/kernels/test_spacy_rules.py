"""Everything in the data file is found again in the flat array, and nothing else is."""

from __future__ import annotations

import numpy as np

from tilth.kernels import spacy_rules as kernel
from tilth.kernels.spacy_chunks import LONGEST_EXCEPTION
from tilth.kernels.spacy_runs import find_run
from tilth.kernels.text_bytes import pair
from tilth.kernels.text_classes import classes, data_file

CONTENT = data_file("spacy_words.json")


def find(text: str) -> int:
    data = np.frombuffer(bytearray(text.encode() + bytes(8)), np.uint8)
    return int(kernel.find_known(kernel.language(), data, 0, len(data) - 8, kernel.text_hash(text)))


def test_flags_of_code_points_come_first() -> None:
    assert (kernel.language()[:0x110000] == classes()).all()


def test_every_exception_is_found_with_the_sizes_of_its_tokens() -> None:
    for rule in CONTENT["rules"]:
        row, sizes = find(rule["text"]), [len(token.encode()) for token in rule["tokens"]]
        assert kernel.language()[row + 3 : row + 4 + len(sizes)].tolist() == [len(sizes), *sizes], rule


def test_what_is_no_exception_is_not_found() -> None:
    texts = {rule["text"] for rule in CONTENT["rules"]} | {piece for rule in CONTENT["rules"] for piece in rule["pieces"]}
    assert not [text for text in (f"{text}x" for text in texts) if text not in texts and find(text)]


def test_every_run_is_found_from_its_first_two_pieces() -> None:
    for rule in CONTENT["rules"]:
        if pieces := rule["pieces"]:
            data = np.frombuffer(bytearray("".join(pieces).encode() + bytes(8)), np.uint8)
            sizes = [len(piece.encode()) for piece in pieces]
            words = np.array([[sum(sizes[:i]), size, 0, 0] for i, size in enumerate(sizes)], np.int32)
            key = np.uint64(pair(kernel.text_hash(pieces[0]), kernel.text_hash(pieces[1])))
            row = int(find_run(kernel.language(), data, words, 0, len(pieces), key))
            known = kernel.KNOWN + int(kernel.language()[row + 1]) * kernel.KNOWN_COLUMNS
            assert kernel.is_seen(kernel.language(), key)
            assert known == find(rule["text"])


def test_the_array_has_room_for_the_data() -> None:
    assert len(CONTENT["rules"]) + 300 < kernel.MOST_KNOWN
    assert sum(bool(rule["pieces"]) for rule in CONTENT["rules"]) <= kernel.MOST_RUNS
    assert max(len(rule["pieces"]) for rule in CONTENT["rules"]) <= kernel.LONGEST_RUN
    assert max(len(rule["tokens"]) for rule in CONTENT["rules"]) <= kernel.KNOWN_COLUMNS - 4
    assert len(CONTENT["endings_after_digit"]) < kernel.MOST_ENDINGS


def test_no_exception_is_longer_than_what_is_looked_up() -> None:
    for name in ("spacy_words.json", "spacy_base.json"):
        assert max(len(rule["text"].encode()) for rule in data_file(name)["rules"]) <= LONGEST_EXCEPTION
