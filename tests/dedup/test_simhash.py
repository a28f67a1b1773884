import hashlib
import json
import runpy
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels.texts import pages

from tilth.dedup import Normalise, SimHash, simhash
from tilth.errors import RecipeError
from tilth.memory import evaluate
from tilth.testing import check

GOLDEN = Path(__file__).parents[1] / "golden" / "simhash"
RECORDER = Path(__file__).parents[2] / "bench" / "oracles" / "record_simhash.py"


def table(texts):
    return pa.table({"text": pa.array(texts, pa.large_string())})


def hashes(step, texts):
    return [value and int.from_bytes(value, "big") for value in evaluate([step], table(texts)).table["simhash"].to_pylist()]


def twin(text, ngram=6):
    """What Data-Juicer's program does: MD5 of what stands between spaces, a bit where more than half have one."""
    words = [word for word in text.lower().split(" ") if word]
    grams = [" ".join(words[i : i + ngram]).encode() for i in range(len(words) - ngram + 1)]
    votes = Counter(bit for gram in grams for bit in range(64) if int.from_bytes(hashlib.md5(gram).digest()[:8], "big") >> bit & 1)
    return sum(1 << bit for bit, count in votes.items() if 2 * count > len(grams))


@pytest.mark.parametrize("step", [SimHash(), SimHash(2, Normalise(lower=False)), SimHash(variant="datajuicer")])
def test_laws(step):
    check(step)


@given(st.lists(st.one_of(pages, st.text("ab \n", max_size=300)), max_size=4), st.integers(1, 7))
def test_the_variant_datajuicer_is_its_program(texts, ngram):
    texts = [*texts, "x " * 200, "word" * 40 + " b " + "c" * 70]
    assert hashes(SimHash(ngram, variant="datajuicer"), texts) == [twin(text, ngram) for text in texts]


def test_the_variant_datajuicer_is_the_tool_itself_on_odd_texts():
    golden = json.loads((GOLDEN / "datajuicer.json").read_text())["odd"]
    odd = runpy.run_path(str(RECORDER))["ODD"]
    assert [f"{value:016x}" for value in hashes(SimHash(variant="datajuicer"), odd)] == golden["hashes"].split()


def test_the_variant_datajuicer_is_the_tool_itself_on_real_texts(shared):
    golden = json.loads((GOLDEN / "datajuicer.json").read_text())
    for name, texts in runpy.run_path(str(RECORDER))["texts"](shared).items():
        done = evaluate(simhash(variant="datajuicer"), table(texts))
        assert [f"{value:016x}" for value in hashes(SimHash(variant="datajuicer"), texts)] == golden[name]["hashes"].split()
        assert sorted(done.audit["row"].to_pylist()) == golden[name]["gone"]
        assert len(golden[name]["gone"]) > 0


def test_near_texts_are_near_and_others_are_not():
    rng = np.random.default_rng(0)
    words = ["".join(chr(97 + n) for n in letters) for letters in rng.integers(0, 26, (4000, 6))]
    texts = []
    for i in range(100):
        own = words[40 * i : 40 * i + 40] * 5
        texts += [" ".join(own), " ".join([*own[:-1], "other"])]
    values = hashes(SimHash(1), texts)
    apart = np.array([[(a ^ b).bit_count() for b in values] for a in values])
    pairs = np.array([apart[2 * i, 2 * i + 1] for i in range(100)])
    strangers = apart[::2, ::2][np.triu_indices(100, 1)]
    assert pairs.max() <= 8 and strangers.min() > 10 and abs(strangers.mean() - 32) < 1


def test_what_does_not_count_and_short_texts():
    assert len(set(hashes(SimHash(), ["One two.", "one  TWO!", "one 2"]))) == 2
    assert hashes(SimHash(), ["", None, "..."]) == [None] * 3
    done = evaluate(simhash(), table(["yes", "no", "Yes!", "", ""]))
    assert done.audit.select(["row", "drop_of"]).to_pylist() == [{"row": 2, "drop_of": 0}]


def test_what_cannot_be():
    for wrong in ({"ngram": 0}, {"variant": "other"}, {"variant": "datajuicer", "normalise": Normalise(lower=False)}):
        with pytest.raises(RecipeError, match="no such SimHash"):
            SimHash(**wrong)
