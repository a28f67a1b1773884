"""Two models that answer together, against the same sums in NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.errors import RecipeError
from tilth.filters.classify import loaded
from tilth.filters.language import LID_176, Language
from tilth.filters.language_models import LEAST, UNKNOWN, WEIGHT, teller

TEXT = st.text(max_size=40) | st.sampled_from(["The field by the river.", "Das Feld am Fluss.", "నది పక్కన ఉన్న పొలం", "Lo campo", "1 2 3"])


def chances(model: str, text: str) -> dict[str, float] | None:
    found = teller(model)
    best, _, every = found.classify(pa.array([text], pa.large_string()), np.arange(len(found.labels), dtype=np.int32))
    return dict(zip(found.labels, every[0].tolist(), strict=True)) if best[0] >= 0 else None


@settings(max_examples=40)
@given(TEXT)
def test_together_is_the_product(text: str) -> None:
    own, other, both = chances("tilth", text), chances("lid.176", text), chances("both", text)
    labels = teller("both").labels
    assert (both is None) == (own is None and other is None)
    if both is None:
        return
    scores = np.zeros(len(labels))
    for model, weight in ((own, 1.0), (other, WEIGHT)):
        if model is not None:
            scores += weight * np.log([max(model[label], LEAST) if label in model else UNKNOWN for label in labels])
    wanted = np.exp(scores - scores.max())
    assert list(both.values()) == pytest.approx((wanted / wanted.sum()).tolist(), abs=1e-4)


def test_each_brings_languages_that_the_other_lacks() -> None:
    assert set(teller("both").labels) == set(teller("tilth").labels) | set(teller("lid.176").labels)
    texts = ["నది పక్కన ఉన్న పొలం పాత మిల్లుకు దగ్గరగా ఉంది.", "Umuntu ngamunye unelungelo lokuphila nenkululeko."]
    done = Language(model="both").apply(pa.record_batch({"text": texts}))
    assert done["lang"].to_pylist() == ["te", "zu"]


def test_names_and_files(tmp_path: Path) -> None:
    assert teller("") is teller("lid.176") and set(teller("").labels) <= set(LID_176.split())
    assert teller("tilth") is loaded("languages-1") and len(teller("tilth").labels) == 164
    with pytest.raises(RecipeError, match="no fastText model"):
        teller(str(tmp_path / "none.ftz"))
