"""Against a dictionary of every window, on any shards and partitions; and what must not go wrong on real and on hostile texts."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels.units_twin import Units, units_of

from tilth import run
from tilth.dedup import RepeatedSubstrings, substrings
from tilth.errors import RecipeError
from tilth.kernels import substrings as kernels
from tilth.kernels.units import BYTE, kinds
from tilth.memory import evaluate
from tilth.read import Jsonl
from tilth.testing import check
from tilth.tokenize import Bpe, Encode


def twin(texts: list[str], length: int, unit: str, keep: str) -> list[list[tuple[int, int]]]:
    """The spans of each text in bytes, from all windows in order."""
    documents = [units_of(text, unit) for text in texts]
    seen: dict[tuple, list[tuple[int, int]]] = {}
    for d, units in enumerate(documents):
        for p in range(len(units) - length + 1):
            seen.setdefault(tuple(value for value, _ in units[p : p + length]), []).append((d, p))
    inside = [[False] * len(units) for units in documents]
    for places in seen.values():
        for d, p in places[1:] if keep == "first" else places if len(places) > 1 else []:
            inside[d][p : p + length] = [True] * length
    return [spans_in_bytes(text, units, flags) for text, units, flags in zip(texts, documents, inside, strict=True)]


def spans_in_bytes(text: str, units: Units, inside: list[bool]) -> list[tuple[int, int]]:
    data, starts = text.encode(), [start for _, start in units] + [len(text.encode())]
    begins = [i for i, flag in enumerate(inside) if flag and not (i and inside[i - 1])]
    found = []
    for i in begins:
        j = i
        while j < len(inside) and inside[j]:
            j += 1
        start, end = starts[i], starts[j]
        while start < end and data[start] & 0xC0 == 0x80:
            start += 1
        while start < end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        found += [(start, end)] if start < end else []
    return found


def spans(texts: list[str], shards, sizes: list[int], partitions: int, **how: object) -> list[list[tuple[int, int]]]:
    found = evaluate([RepeatedSubstrings(**how)], shards(texts, sizes), partitions).table["repeated_spans"].to_pylist()
    return [[(span["start"], span["end"]) for span in row or []] for row in found]


ALPHABETS = st.sampled_from(["ab", "aaab", "a b", "aé字", "ab \n\r", "字我\U0001f469\u200d", "हि न्", "\0a ."])
TEXTS = ALPHABETS.flatmap(lambda letters: st.lists(st.text(st.sampled_from(letters), max_size=60), min_size=1, max_size=8))


@settings(max_examples=300)
@given(TEXTS, st.sampled_from(["byte", "character", "word"]), st.sampled_from(["first", "none"]), st.integers(2, 12), st.data())
def test_equals_a_dictionary_of_all_windows_on_any_shards_and_partitions(shards, texts, unit, keep, length, data):
    cut, partitions = data.draw(st.integers(0, len(texts))), data.draw(st.integers(1, 4))
    found = spans(texts, shards, [cut, len(texts) - cut], partitions, length=length, unit=unit, keep=keep)
    assert found == twin(texts, length, unit, keep)


def test_two_copies_that_begin_one_unit_apart(shards):
    assert spans(["x" * 31], shards, [1], 1, length=30, unit="byte") == [[(1, 31)]]
    assert spans(["x" * 31], shards, [1], 1, length=30, unit="byte", keep="none") == [[(0, 31)]]
    assert spans(["x" * 30, "x" * 29], shards, [2], 1, length=30, unit="byte") == [[], []]


def test_laws():
    check(RepeatedSubstrings(length=3))
    check(RepeatedSubstrings(length=8, unit="byte", keep="none"))
    check(RepeatedSubstrings(length=4, unit="character"))


def trained(texts: list[str], vocab: int) -> Encode:
    bpe, batch = Bpe(vocab), pa.record_batch({"row": pa.array(range(len(texts)), pa.uint64()), "text": pa.array(texts, pa.large_string())})
    return bpe.finish(bpe.observe(batch))[0]


@settings(max_examples=40)
@given(st.lists(st.text(st.sampled_from("abé字 \U0001f44d"), max_size=40), min_size=1, max_size=6), st.integers(2, 6), st.integers(1, 3))
def test_tokens_are_units_too_and_no_character_is_cut(shards, texts, length, partitions):
    encode = trained([*texts, "ab é ab é 字字"], 262)
    ids = [encode.apply(pa.record_batch({"text": pa.array([text], pa.large_string())}))["tokens"][0].as_py() for text in texts]
    names = {number: len(token) for token, number in json.loads(encode.tokenizer)["model"]["vocab"].items()}
    seen, expected = set(), []
    for text, tokens in zip(texts, ids, strict=True):
        inside = [False] * len(tokens)
        for p in range(len(tokens) - length + 1):
            window = tuple(tokens[p : p + length])
            inside[p : p + length] = [True] * length if window in seen else inside[p : p + length]
            seen.add(window)
        starts = np.cumsum([0, *(names[token] for token in tokens)])
        expected.append(spans_in_bytes(text, list(zip(tokens, starts.tolist(), strict=False)), inside))
    assert spans(texts, shards, [len(texts)], partitions, length=length, unit="token", encode=encode) == expected


def test_tokens_that_are_not_the_text_are_refused(shards):
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = Tokenizer(models.WordLevel({"a": 0, "b": 1, "?": 2}, unk_token="?"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    with pytest.raises(RecipeError, match="byte-level"):
        evaluate(substrings(2, "token", encode=Encode(words.to_str().encode())), shards(["a b a b a b"]))


def test_what_cannot_be():
    for how in ({"unit": "sentence"}, {"length": 1}, {"keep": "longest"}):
        with pytest.raises(RecipeError, match="a length is at least 2"):
            RepeatedSubstrings(**how)
    with pytest.raises(RecipeError, match="need their tokenizer"):
        RepeatedSubstrings(unit="token")


WORDS = ["lorem", "ipsum", "dolor", "sit", "amet", "elit", "sed", "do", "eiusmod", "tempor", "ut", "labore", "et", "magna", "aliqua"]


def drawn(chance: random.Random, count: int) -> str:
    return " ".join(f"{chance.choice(WORDS)}{chance.randrange(90)}" for _ in range(count))


def write_shards(folder: Path, numbers: range) -> None:
    """Files of twelve texts each, that share some of ten passages in whole or in part."""
    folder.mkdir(exist_ok=True)
    passages = [drawn(random.Random(seed), 40) for seed in range(10)]
    for number in numbers:
        chance, lines = random.Random(number), []
        for _ in range(12):
            passage = chance.choice(passages).split()
            part = passage[chance.randrange(15) : 40 - chance.randrange(8)]
            lines.append(json.dumps({"text": f"{drawn(chance, 30)} {' '.join(part)}\n{drawn(chance, chance.randrange(30))}"}))
        (folder / f"{number}.jsonl").write_text("\n".join(lines) + "\n")


RUN = """
from tilth import dedup, read, run
run(read.Jsonl("in"), dedup.substrings(20, least=20), "killed", "local:2", split=2000, partitions=2)
"""


def published(out: str) -> dict[str, str]:
    """Every file that a run leaves for others, and its digest."""
    names = json.loads(Path(out, "published.json").read_text())
    return {name: hashlib.sha256(Path(out, name).read_bytes()).hexdigest() for name in names}


def test_runs_grow_resume_and_agree_on_every_executor(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    steps = substrings(20, least=20)
    write_shards(Path("in"), range(4))
    run(Jsonl("in"), steps, "grown", "inline", split=2000, partitions=3)
    small = published("grown")
    write_shards(Path("in"), range(4, 6))
    grown = run(Jsonl("in"), steps, "grown", "inline", split=2000, partitions=3)
    run(Jsonl("in"), steps, "scratch", "local:2", split=2000, partitions=1)
    assert published("grown") == published("scratch") != small
    assert len(grown.pieces()) > 20
    chance, kills = random.Random(1), 0
    while kills < 3:
        process = subprocess.Popen([sys.executable, "-c", RUN], stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=chance.uniform(1, 3))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        for receipt in chance.sample(sorted(Path("killed").glob("store/receipts/*")), 5) if process.returncode == 0 else ():
            receipt.unlink()
        kills += 1
    subprocess.run([sys.executable, "-c", RUN], check=True)
    assert published("killed") == published("scratch")
    edits = pq.read_table("scratch/edits").to_pylist()
    audit = pq.read_table("scratch/audit").to_pylist()
    assert len(edits) > 20 and all(edit["after"] < edit["before"] for edit in edits)
    assert audit and {gone["reason"] for gone in audit} == {"repeated spans leave under 20 words"}
    assert all(gone["drop_of"] is not None and gone["drop_of"] <= gone["row"] for gone in audit)


def test_a_first_copy_stays_and_each_span_names_it(shards):
    chance = random.Random(3)
    a, b, other = drawn(chance, 60), drawn(chance, 60), drawn(chance, 80)
    done = evaluate(substrings(50, least=1), shards([f"{other}\n{a}", b, f"{b} \n{a}", f"now {a}."], [1, 3]), 2)
    assert done.table["text"].to_pylist() == [f"{other}\n{a}", b, "now ."]
    assert done.table["repeated_share"].to_pylist()[:2] == [0.0, 0.0]
    (gone,) = done.audit.to_pylist()
    assert gone["reason"] == "nothing but repeated spans" and gone["drop_of"] == 1 << 32
    assert dict(gone["signals"])["repeated_share"] == 1.0


def test_bytes_reach_into_words_and_words_do_not(shards):
    passage = drawn(random.Random(6), 40)
    texts = [f"One way. {passage}. These go on", f"Another, {passage}. That does not"]
    for unit, left in {"byte": "Another,at does not", "character": "Another,at does not", "word": "Another, That does not"}.items():
        assert evaluate(substrings(30, unit, least=0), shards(texts)).table["text"][1].as_py() == left


def test_no_copy_stays(shards, gone):
    chance = random.Random(3)
    a, b, other = drawn(chance, 60), drawn(chance, 60), drawn(chance, 80)
    rows, steps = shards([f"{other}\n{a}", b, f"{b} \n{a}", f"now {a}."], [1, 3]), substrings(50, keep="none", least=1)
    assert evaluate(steps, rows, 2).table["text"].to_pylist() == [other + "\n", "now ."]
    assert gone(steps, rows, 3) == {1 << 32: (1 << 32) + 1, (1 << 32) + 1: 1 << 32}


def test_line_ends_and_spaces_between_words_do_not_count(shards):
    passage = drawn(random.Random(4), 60)
    broken = passage.replace(" ", "\r\n")
    done = evaluate(substrings(50, least=0), shards([passage, f"before {broken} after"]))
    assert done.table["text"].to_pylist() == [passage, "before after"]


@pytest.mark.parametrize("unit", ["word", "byte"])
@pytest.mark.parametrize("text", ["a" * 500_000, "ha " * 170_000, "abcdefg" * 70_000, " ".join(WORDS) * 4000, "\U0001f469\u200d" * 70_000])
def test_one_phrase_over_and_over_takes_linear_time(shards, unit, text):
    seconds = []
    for part in (text[: len(text) // 10], text):
        begin = time.process_time()
        (spans,) = evaluate([RepeatedSubstrings(30, unit)], shards([part])).table["repeated_spans"].to_pylist()
        seconds.append(time.process_time() - begin)
    assert seconds[1] < 40 * seconds[0] + 1
    assert spans is None or (len(spans) == 1 and spans[0]["end"] > len(text.encode()) - 10 and spans[0]["start"] < 200)


def test_one_passage_in_many_texts_takes_linear_time(shards):
    chance = random.Random(5)
    passage, seconds = drawn(chance, 70), []
    texts = [f"{drawn(chance, 12)} {passage} {drawn(chance, 12)}" for _ in range(8000)]
    for count in (800, 8000):
        begin = time.process_time()
        table = evaluate([RepeatedSubstrings(50)], shards(texts[:count]), 3).table
        seconds.append(time.process_time() - begin)
        assert table["repeated_spans"].null_count == 1
    assert seconds[1] < 30 * seconds[0] + 1


def test_contexts_of_one_hash_are_told_apart_by_their_units():
    """Two contexts that a hash takes for one must not be cut: the kernel compares units."""
    texts = [b"abcdefgh", b"abcdxfgh", b"zbcdefgh"]
    offsets, data = np.array([0, 8, 16, 24]), np.frombuffer(b"".join(texts), np.uint8)
    groups, left = np.array([0, 3]), np.array([2, 2, 2])
    found = kernels.compare(groups, np.arange(3), offsets, data, left, BYTE, kinds(), 4, 2, False)
    assert found.tolist() == [[1, -2, 2, 0], [2, -1, 4, 0]]
