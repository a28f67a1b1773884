"""How well a text says what an image shows, by a model that reads both."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.errors import MissingExtra, RecipeError
from tilth.media.images import files_of, opened
from tilth.op import Op, fail, put

Encode = Callable[[list[Any], list[str]], tuple[np.ndarray, np.ndarray]]
"""From RGB images and texts to their vectors, float32[n, dim] each."""


@dataclass(frozen=True)
class ImageText(Op):
    """Measure how alike the image in `column` and `text` are: `image_text_similarity`, the cosine of their vectors by `model`, float64.

    `library` is "sentence-transformers" (a CLIP model of its own, as "clip-ViT-B-32") or "open_clip" ("ViT-B-32/PRETRAINED", of a name it
    knows, or the path of a checkpoint); a model may be fetched, under its own licence, and a run knows it by its name. Null where there
    is no image or no text. Images are read one at a time, so that a row has the same bits in every batch; one of more than `pixels`, or
    that cannot be decoded, goes to quarantine. LAION-400M kept pairs of at least 0.3 by OpenAI's ViT-B/32, LAION-2B of at least 0.28.

    Source: Radford et al. 2021 (CLIP, arXiv 2103.00020); Schuhmann et al. 2021, 2022 (arXiv 2111.02114, 2210.08402).

    Raises RecipeError where the library is none of these or the model does not load, MissingExtra where the library is not installed.

    >>> ImageText("clip-ViT-B-32").reads
    ('image', 'text')
    """

    model: str
    library: str = "sentence-transformers"
    column: str = "image"
    pixels: int = 50_000_000

    def __post_init__(self) -> None:
        if self.library not in _LOADERS or not self.model or self.pixels < 1:
            why = f"libraries are {', '.join(_LOADERS)}"
            raise RecipeError("There is no such model.", where=repr(self), why=why, fix='media.ImageText("clip-ViT-B-32")')

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column, "text")

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        encode = _load(self.library, self.model)
        values, errors = [], []
        for file, text in zip(files_of(batch, self.column, repr(self)), batch["text"].to_pylist(), strict=True):
            value, error = (None, None) if file is None or not (text or "").strip() else self._similarity(encode, file, text)
            values.append(value)
            errors.append(error)
        why = pa.array(errors, pa.large_string())
        return fail(put(batch, "image_text_similarity", pa.array(values, pa.float64())), why.is_valid(), why)

    def _similarity(self, encode: Encode, file: bytes, text: str) -> tuple[float | None, str | None]:
        try:
            with opened(file, self.pixels, "media.ImageText") as image:
                picture = image.convert("RGB")
        except MissingExtra:
            raise
        except Exception as problem:
            return None, f"image: {type(problem).__name__}"
        seen, said = (np.asarray(vectors, np.float64)[0] for vectors in encode([picture], [text]))
        length = float(np.linalg.norm(seen) * np.linalg.norm(said))
        return (float(seen @ said) / length, None) if length > 0 and np.isfinite(length) else (None, None)


@functools.cache
def _load(library: str, model: str) -> Encode:
    try:
        return _LOADERS[library](model)
    except ImportError:
        raise MissingExtra.of(library, "sentence" if library == "sentence-transformers" else "clip", "media.ImageText") from None
    except Exception as problem:  # each library fails in its own ways on what is no model
        why, fix = f"{type(problem).__name__}: {problem}", "give a CLIP model that this library knows, or its folder"
        raise RecipeError("The model does not load.", where=f"{library}: {model}", why=why, fix=fix) from None


def _sentence_transformers(model: str) -> Encode:
    from sentence_transformers import SentenceTransformer

    loaded: Any = SentenceTransformer(model)

    def encode(images: list[Any], texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        seen, said = (loaded.encode(each, batch_size=1, show_progress_bar=False) for each in (images, texts))
        return np.asarray(seen, np.float32), np.asarray(said, np.float32)

    return encode


def _open_clip(model: str) -> Encode:
    import open_clip
    import torch

    name, _, pretrained = model.partition("/")
    loaded, _, prepare = open_clip.create_model_and_transforms(name, pretrained=pretrained or None)
    tokenize = open_clip.get_tokenizer(name)
    loaded.eval()

    def encode(images: list[Any], texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        with torch.no_grad():
            seen = loaded.encode_image(torch.stack([prepare(image) for image in images]))
            said = loaded.encode_text(tokenize(texts))
        return seen.float().numpy(), said.float().numpy()

    return encode


_LOADERS: dict[str, Callable[[str], Encode]] = {"sentence-transformers": _sentence_transformers, "open_clip": _open_clip}
