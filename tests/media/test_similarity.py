"""The interface is tried with tiny models: of each library's own class where it is installed, else with a module that stands for it."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from media.pictures import saved
from PIL import Image

from tilth import evaluate, media
from tilth.errors import MissingExtra, RecipeError
from tilth.media import similarity
from tilth.testing import check

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


class Tiny:
    """A model that sees the mean colour, and knows three words."""

    def __init__(self, name: str) -> None:
        if name != "tiny":
            raise OSError(f"{name} is no model")

    def encode(self, items: list, batch_size: int, show_progress_bar: bool) -> np.ndarray:
        return np.array([self._one(item) for item in items], np.float32)

    def _one(self, item: object) -> list[float]:
        if isinstance(item, Image.Image):
            return list(np.asarray(item).reshape(-1, 3).mean(axis=0) / 255)
        return [float(word in str(item)) for word in COLOURS]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    module = types.ModuleType("sentence_transformers")
    module.SentenceTransformer = Tiny  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    similarity._load.cache_clear()
    yield
    similarity._load.cache_clear()


def rows() -> pa.Table:
    files = [saved(Image.new("RGB", (8, 8), colour)) for colour in COLOURS.values()]
    texts = ["a red wall", "a red wall", "blue sea", "blue", None, "  ", "no colour"]
    return pa.table({"text": texts, "image": pa.array([*files, None, files[0], files[0], files[0]], pa.large_binary())})


def test_texts_that_say_what_is_shown_are_near(tiny: None) -> None:
    done = evaluate([media.ImageText("tiny")], rows())
    assert done.table["image_text_similarity"].to_pylist() == [1.0, 0.0, 1.0, None, None, None, None]
    check(media.ImageText("tiny"), rows())


def test_broken_images_go_to_quarantine(tiny: None) -> None:
    table = pa.table({"text": ["red"] * 2, "image": pa.array([b"no image", saved(Image.new("RGB", (99, 99)))], pa.large_binary())})
    assert evaluate([media.ImageText("tiny", pixels=100)], table).quarantine["error"].to_pylist() == [
        "image: UnidentifiedImageError", "image: ValueError",
    ]  # fmt: skip


def test_a_model_that_does_not_load_is_an_error_of_the_recipe(tiny: None) -> None:
    with pytest.raises(RecipeError, match="does not load"):
        evaluate([media.ImageText("large")], rows())
    with pytest.raises(RecipeError, match="no such model"):
        media.ImageText("tiny", library="keras")


@pytest.mark.parametrize(("library", "extra"), [("sentence-transformers", "sentence"), ("open_clip", "clip")])
def test_without_the_library_it_says_what_to_install(library: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library.replace("-", "_"), None)
    similarity._load.cache_clear()
    with pytest.raises(MissingExtra, match=rf"tilth\[{extra}\]"):
        evaluate([media.ImageText("tiny", library=library)], rows())


def test_open_clip_with_a_model_of_its_own() -> None:
    pytest.importorskip("open_clip", reason="the extra 'clip' is not installed")
    similarity._load.cache_clear()
    done = evaluate([media.ImageText("RN50", library="open_clip")], rows())  # without weights: drawn at random
    values = done.table["image_text_similarity"].to_pylist()
    assert values[0] is not None and -1 <= values[0] <= 1
