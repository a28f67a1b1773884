import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels.texts import pages

from tilth.dedup import Normalise, Passages
from tilth.errors import RecipeError
from tilth.kernels.arrow import utf8
from tilth.segment import sentences

KINDS = [Passages("line"), Passages("paragraph"), Passages("sentence"), *(Passages(variant=name) for name in ("c4", "dolma")),
         Passages("sentence", variant="datatrove")]  # fmt: skip


@settings(max_examples=150)
@given(st.lists(pages, max_size=3), st.sampled_from(KINDS))
def test_passages_and_what_parts_them_are_the_text(texts, kind):
    values = pa.array(texts, pa.large_string())
    first, counts, cuts, bodies = kind.parts(values)
    offsets, data = utf8(values)
    assert cuts[first].tolist() == offsets.tolist() and (counts <= first[1:] - first[:-1]).all()
    assert (cuts[:-1] <= bodies).all() and (bodies <= cuts[1:]).all()
    whole = data.tobytes()
    for a, b, c in zip(cuts[:-1], bodies, cuts[1:], strict=True):
        assert not whole[a:b].decode().strip() and whole[b:c].decode() is not None


@settings(max_examples=80)
@given(st.lists(pages, min_size=1, max_size=3))
def test_sentences_are_those_of_segment(texts):
    assert Passages("sentence").split(pa.array(texts)) == [sentences(text, "en", "unicode") for text in texts]


def test_two_are_the_same_when_what_is_compared_is():
    def same(a: str, b: str, **how: object) -> bool:
        key = Passages(**how).windows(pa.array([f"{a}\n{b}"], pa.large_string())).key
        return len(set(key.tolist())) == 1

    assert same("x", "  x\t") and not same("x", "X") and not same("x y", "x  y")
    assert same("X ΣΑΣ İ", "x σας i̇ ", variant="c4") and not same("x", " x", variant="dolma")
    assert same("Café, 12!", "cafe 7", normalise=Normalise()) and not same("Café", "cafe", normalise=Normalise(marks=False))


def test_what_is_short_or_blank_is_not_compared():
    text = pa.array(["ab\n \nabc\n👩‍👩‍👧\n"], pa.large_string())
    assert Passages(least=3).windows(text).places.tolist() == [1, 2]
    assert Passages(least=0, variant="c4").windows(text).places.tolist() == [0, 1, 2, 3, 4]
    assert Passages(variant="c4").windows(text).places.tolist() == [0, 2, 3]
    assert Passages(window=3).windows(text).places.tolist() == [0]
    assert Passages(window=4).windows(text).places.tolist() == []


@pytest.mark.parametrize("wrong", [
    {"unit": "word"}, {"unit": "sentence", "variant": "c4"}, {"variant": "gopher"}, {"window": 0}, {"least": -1},
    {"variant": "c4", "normalise": Normalise()},
])  # fmt: skip
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(RecipeError):
        Passages(**wrong)
