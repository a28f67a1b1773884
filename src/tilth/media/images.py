"""What an image is: how large, of what shape and format, how sharp; measured with Pillow, in bounded memory."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tilth.errors import CorpusError, MissingExtra, RecipeError
from tilth.op import Op, fail, put

_PLACE = re.compile(r"<[^<>]* at 0x[0-9a-f]+>")  # where an object lies would differ from run to run
_SIDE = 512  # pixels of the longer side at which sharpness is measured, so that it does not go by size


class Image(NamedTuple):
    """What was measured of one image."""

    width: int
    height: int
    aspect: float
    size: int
    format: str
    blur: float
    frames: int


_TYPES = (pa.int64(), pa.int64(), pa.float64(), pa.int64(), pa.large_string(), pa.float64(), pa.int64())


@dataclass(frozen=True)
class ImageSignals(Op):
    """Measure the image files in `column` (binary); null where there is none.

        image_width, image_height    pixels, int64
        image_aspect                 width / height, float64
        image_size                   bytes of the file, int64
        image_format                 what it really is, "jpeg", "png", ..., whatever its name says
        image_blur                   variance of the Laplacian of the greys, at most 512 pixels a side: under 100 is often out of focus
        image_frames                 1, or how many pictures an animation has

    An image of more than `pixels` is not decoded, whatever its few bytes say, and goes to quarantine, as does a file that is cut off,
    broken, or no image that Pillow reads.

    Raises RecipeError on a bound below 1, CorpusError where there is no such column, MissingExtra without Pillow. Source: Pech-Pacheco
    et al. 2000 (variance of the Laplacian); the bound of 50 million pixels is ours, Pillow's own warning comes at 89 million.

    >>> ImageSignals().reads
    ('image',)
    """

    column: str = "image"
    pixels: int = 50_000_000

    def __post_init__(self) -> None:
        if self.pixels < 1 or not self.column:
            raise RecipeError("Images need a column, and a bound of pixels.", where=repr(self), fix="media.ImageSignals()")

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        files = files_of(batch, self.column, repr(self))
        found, errors = [], []
        for file in files:
            measured, error = (None, None) if file is None else _measured(file, self.pixels)
            found.append(measured)
            errors.append(error)
        for at, (name, kind) in enumerate(zip(Image._fields, _TYPES, strict=True)):
            batch = put(batch, f"image_{name}", pa.array([None if each is None else each[at] for each in found], kind))
        why = pa.array(errors, pa.large_string())
        return fail(batch, why.is_valid(), why)


def files_of(batch: pa.RecordBatch, column: str, where: str) -> list[bytes | None]:
    """Return the files in a column of bytes; raise CorpusError where it is none."""
    if column not in batch.schema.names:
        raise CorpusError.no_column(column, batch.schema.names, where, "name the column of files")
    kind = batch[column].type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_null(kind)):
        raise CorpusError(f"Column {column!r} holds no files.", where=where, why=f"it is {kind}", fix="name a column of bytes")
    return list(batch[column].to_pylist())


def opened(file: bytes, most: int, needed_by: str) -> Any:
    """Return the image with its pixels still undecoded; raise ValueError where it has more than `most`, and what Pillow raises."""
    try:
        from PIL import Image as Pillow
    except ImportError:
        raise MissingExtra.of("pillow", "image", needed_by) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about sizes, which are held against `most` here, and about metadata
        image = Pillow.open(io.BytesIO(file))
    if image.width * image.height > most:
        raise ValueError(f"{image.width} x {image.height} pixels are more than {most:,}")
    return image


def told(kind: str, problem: Exception) -> str:
    """Return what a decoder says is wrong with a file, in words that are the same in every run.

    >>> told("image", ValueError(f"cannot read {object()}"))
    'image: ValueError: cannot read the file'
    """
    return f"{kind}: {type(problem).__name__}: {_PLACE.sub('the file', ' '.join(str(problem).split()))}"


def _measured(file: bytes, most: int) -> tuple[Image | None, str | None]:
    """What was measured, or what is wrong: decoders meet bytes that nobody vouches for, and raise whatever they like."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opened(file, most, "media.ImageSignals") as image:
                width, height, name, frames = image.width, image.height, (image.format or "").lower(), getattr(image, "n_frames", 1)
                image.draft("L", (_SIDE, _SIDE))  # JPEG is decoded small; others are not touched by it
                grey = image.convert("L")
                grey.thumbnail((_SIDE, _SIDE))
        return Image(width, height, width / height, len(file), name, blur(np.asarray(grey)), frames), None
    except MissingExtra:
        raise
    except Exception as problem:
        return None, told("image", problem)


def blur(greys: np.ndarray) -> float:
    """Return the variance of the Laplacian (4-neighbours) over the inner pixels of uint8[height, width]; 0 where there are none.

    >>> blur(np.zeros((8, 8), np.uint8)), blur(np.indices((8, 8)).sum(axis=0).astype(np.uint8) % 2 * 255) > 10_000
    (0.0, True)
    """
    grey = greys.astype(np.int32)
    if min(grey.shape) < 3:
        return 0.0
    inner = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return float(laplacian.var())
