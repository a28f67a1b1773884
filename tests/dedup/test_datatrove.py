from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from oracles.recorded import GOLDEN, digest, oracle

from tilth.dedup import DatatroveSignatures, near
from tilth.dedup.datatrove import _functions, _lower, _table
from tilth.dedup.normalise import words_of
from tilth.dedup.signatures import numbers
from tilth.errors import RecipeError
from tilth.testing import check


def signed(texts: list[str], **fields) -> list[bytes | None]:
    return DatatroveSignatures(**fields).apply(pa.record_batch({"text": pa.array(texts, pa.large_string())}))["minhash"].to_pylist()


def simplified(texts: pa.Array) -> list[str]:
    offsets, words = words_of(_lower(texts), _table())
    return [bytes(words[start:end]).decode().rstrip(" ") for start, end in pairwise(offsets)]


def test_laws():
    check(DatatroveSignatures())


def test_normal_texts_and_signatures_are_those_that_datatrove_gave():
    """The records know a text by the digest of what datatrove's normalisation left of it."""
    texts = pa.array(list(oracle("cases").cases().values()), pa.large_string())
    by_digest = {digest(plain): text for plain, text in zip(simplified(texts), texts.to_pylist(), strict=True)}
    golden = pq.read_table(GOLDEN / "datatrove_minhash.parquet").filter(pc.field("shingles") > 0).to_pylist()
    known = [row for row in golden if row["text"] in by_digest]
    assert len(known) == len(golden) > 80
    ours = numbers(pa.array(signed([by_digest[row["text"]] for row in known]), pa.binary(896)), 112)
    theirs = np.array([row["signature"] for row in known], np.uint64)
    assert (ours == theirs.reshape(-1, 14, 8).transpose(0, 2, 1).reshape(-1, 112)).all()  # a band's values stand 14 apart here


def test_functions_are_drawn_as_datatrove_draws_them():
    a, b = _functions(1, 14, 8)
    draw = np.random.RandomState(1)
    p = (1 << 61) - 1
    assert a.reshape(8, 14).T.ravel().tolist() == draw.randint(1, p, dtype=np.uint64, size=(1, 112))[0].tolist()
    assert b.reshape(8, 14).T.ravel().tolist() == draw.randint(0, p, dtype=np.uint64, size=(1, 112))[0].tolist()


def test_final_sigma_is_lowered_as_python_lowers():
    assert len(set(signed(["ΟΔΟΣ ΚΑΙ ΑΛΛΟΣ ΟΔΥΣΣΕΥΣ ΕΝΑΣ'Α ΔΥΟ", "οδος και αλλος οδυσσευς ενασ'α δυο"]))) == 1


def test_near_duplicates_by_its_signatures(gone, shards):
    texts = ["I can't go there, it's 5km away.", "I can't go there: it's 12.5km away!", "no", "No.", ""]
    assert gone(near(variant="datatrove"), shards(texts)) == {1: 0, 3: 2}


def test_what_cannot_be():
    with pytest.raises(RecipeError, match="bands of rows"):
        DatatroveSignatures(rows=0)
    with pytest.raises(RecipeError, match="variant"):
        near(variant="nemo")
