"""Perceptual hashes of images, as a column: what looks the same has hashes that differ in few bits."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.dedup.hamming import HammingDuplicates
from tilth.errors import CorpusError, MissingExtra, RecipeError
from tilth.op import Op, fail, put


def perceptual(
    distance: int = 8, *, method: str = "phash", column: str = "image", keep: str = "first", transitive: bool = False
) -> list[Any]:
    """Return the steps that drop images whose perceptual hash differs in at most `distance` bits from that of one that stays.

    `column` holds the bytes of image files. See `ImageHash` and `HammingDuplicates`.

    >>> [type(step).__name__ for step in perceptual()]
    ['ImageHash', 'HammingDuplicates']
    """
    reason = "duplicate image"
    return [ImageHash(method, column=column), HammingDuplicates("image_hash", distance, keep, transitive, reason=reason)]


@dataclass(frozen=True)
class ImageHash(Op):
    """Add the column `image_hash` (fixed_size_binary(8)) of the image files in `column` (binary): null where there is none.

    `method` is "phash" (signs of the low frequencies of 32 x 32 greys), "dhash" (whether the next of 9 x 8 greys is brighter) or "ahash"
    (which of 8 x 8 greys are above their mean), each to the bit as the library of `variant` has it, "imagehash" or "imagededup", which
    differ in what is done first and in ties; the first bit is that of the top left. Of an animation the first frame counts, and metadata
    turns nothing. phash stands resizing, recompression and a change of colours; none of them a mirror image or a turn.

    An image of more than `pixels` is not decoded, whatever its few bytes say, and goes to quarantine, as does a file that is cut off,
    broken, or no image that Pillow reads.

    Source: Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010; Krawetz, Looks Like It, 2011; the
    libraries imagehash 4.3.2 and imagededup 0.3.3.

    Raises RecipeError on what cannot be, CorpusError where there is no such column, MissingExtra without Pillow.

    >>> ImageHash("dhash").reads
    ('image',)
    """

    method: str = "phash"
    variant: str = "imagehash"
    column: str = "image"
    pixels: int = 50_000_000

    def __post_init__(self) -> None:
        if (self.variant, self.method) not in _METHODS or not self.column or self.pixels < 1:
            raise RecipeError(
                "There is no such hash of images.", where=repr(self),
                why='methods are "phash", "dhash" and "ahash", variants "imagehash" and "imagededup"', fix='dedup.ImageHash("phash")',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self.column not in batch.schema.names:
            raise CorpusError.no_column(self.column, batch.schema.names, where=repr(self), fix="name the column of image files")
        values, errors = [], []
        for file in batch[self.column].to_pylist():
            value, error = self._hash(file) if file is not None else (None, None)
            values.append(value)
            errors.append(error)
        batch = put(batch, "image_hash", pa.array(values, pa.binary(8)))
        why = pa.array(errors, pa.large_string())
        return fail(batch, why.is_valid(), why)

    def _hash(self, file: bytes) -> tuple[bytes | None, str | None]:
        """Return the hash, or what is wrong with the file: decoders meet bytes that nobody vouches for, and raise whatever they like."""
        width, height, bits = _METHODS[self.variant, self.method]
        try:
            greys = _greys(file, (width, height), self.pixels, first_grey=self.variant == "imagehash")
        except MissingExtra:
            raise
        except Exception as problem:
            return None, f"image: {type(problem).__name__}: {_PLACE.sub('the file', str(problem))}"
        return np.packbits(bits(greys)).tobytes(), None


def _greys(file: bytes, size: tuple[int, int], most: int, first_grey: bool) -> np.ndarray:
    """Return the image as uint8[height, width], made grey before it is made small, or after. Raises ValueError, and what Pillow raises."""
    try:
        from PIL import Image
    except ImportError:
        raise MissingExtra.of("pillow", "image", "dedup.ImageHash") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about sizes, which are held against `most` below, and about metadata
        with Image.open(io.BytesIO(file)) as image:
            if image.width * image.height > most:
                raise ValueError(f"{image.width} x {image.height} pixels are more than {most:,}")
            if first_grey:
                return np.asarray(image.convert("L").resize(size, Image.Resampling.LANCZOS))
            coloured = image if image.mode == "RGB" else image.convert("RGBA").convert("RGB")
            return np.asarray(coloured.resize(size, Image.Resampling.LANCZOS).convert("L"))


_PLACE = re.compile(r"<[^<>]* at 0x[0-9a-f]+>")  # in an error's words where an object lies would differ from run to run
_SINES = 2.0 * np.cos(np.pi * np.outer(np.arange(8), 2 * np.arange(32) + 1) / 64)  # the first 8 of 32 of a DCT-II


def _frequencies(greys: np.ndarray) -> np.ndarray:
    """Return the lowest 8 x 8 coefficients of the two-dimensional DCT-II, rounded: what is left of a sum that is zero must be zero."""
    return np.round(_SINES @ greys.astype(np.float64) @ _SINES.T, 6)


def _phash(greys: np.ndarray) -> np.ndarray:
    low = _frequencies(greys)
    return low > np.median(low)


def _phash_imagededup(greys: np.ndarray) -> np.ndarray:
    low = _frequencies(greys)
    return low >= np.median(low.ravel()[1:])


def _dhash(greys: np.ndarray) -> np.ndarray:
    return greys[:, 1:] > greys[:, :-1]


def _ahash(greys: np.ndarray) -> np.ndarray:
    return greys > greys.mean()


def _ahash_imagededup(greys: np.ndarray) -> np.ndarray:
    return greys >= greys.mean()


_METHODS: dict[tuple[str, str], tuple[int, int, Callable[[np.ndarray], np.ndarray]]] = {
    ("imagehash", "phash"): (32, 32, _phash), ("imagededup", "phash"): (32, 32, _phash_imagededup),
    ("imagehash", "dhash"): (9, 8, _dhash), ("imagededup", "dhash"): (9, 8, _dhash),
    ("imagehash", "ahash"): (8, 8, _ahash), ("imagededup", "ahash"): (8, 8, _ahash_imagededup),
}  # fmt: skip
