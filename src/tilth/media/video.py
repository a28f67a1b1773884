"""What a film is: how long, how large, with or without sound; read from its streams by PyAV."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from tilth.errors import MissingExtra, RecipeError
from tilth.media.images import files_of, told
from tilth.op import Op, fail, put


class Film(NamedTuple):
    """What was measured of one film."""

    seconds: float | None
    width: int
    height: int
    fps: float | None
    codec: str
    has_audio: bool


_TYPES = (pa.float64(), pa.int64(), pa.int64(), pa.float64(), pa.large_string(), pa.bool_())


@dataclass(frozen=True)
class VideoSignals(Op):
    """Measure the film files in `column` (binary) by what their container says and their first picture; null where there is none.

        video_seconds                 duration, float64; null where the container does not say
        video_width, video_height     pixels, int64
        video_fps                     pictures a second, on average, float64
        video_codec                   "h264", "vp9", ...
        video_has_audio               bool

    The first picture is decoded, so a film that only looks like one goes to quarantine, as do broken files, those without a picture, and
    those of more than `pixels` a picture. Raises RecipeError on a bound below 1, CorpusError where there is no such column, MissingExtra
    without PyAV (FFmpeg).

    >>> VideoSignals().reads
    ('video',)
    """

    column: str = "video"
    pixels: int = 50_000_000

    def __post_init__(self) -> None:
        if self.pixels < 1 or not self.column:
            raise RecipeError("Films need a column, and a bound of pixels.", where=repr(self), fix="media.VideoSignals()")

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        found, errors = [], []
        for file in files_of(batch, self.column, repr(self)):
            film, error = (None, None) if file is None else _measured(file, self.pixels)
            found.append(film)
            errors.append(error)
        for at, (name, kind) in enumerate(zip(Film._fields, _TYPES, strict=True)):
            batch = put(batch, f"video_{name}", pa.array([None if each is None else each[at] for each in found], kind))
        why = pa.array(errors, pa.large_string())
        return fail(batch, why.is_valid(), why)


def _measured(file: bytes, most: int) -> tuple[Film | None, str | None]:
    try:
        import av
    except ImportError:
        raise MissingExtra.of("av", "video", "media.VideoSignals") from None
    try:
        with av.open(io.BytesIO(file), metadata_errors="replace") as container:
            return _film(container, most), None
    except Exception as problem:  # FFmpeg has an error for everything
        return None, told("video", problem)


def _film(container: Any, most: int) -> Film:
    if not container.streams.video:
        raise ValueError("there is no picture in it")
    stream = container.streams.video[0]
    if stream.width * stream.height > most:
        raise ValueError(f"{stream.width} x {stream.height} pixels are more than {most:,}")
    first = next(container.decode(stream), None)
    if first is None:
        raise ValueError("not one picture of it can be decoded")
    seconds = None if container.duration is None else container.duration / 1_000_000
    rate = float(stream.average_rate) if stream.average_rate else None
    return Film(seconds, first.width, first.height, rate, stream.codec_context.name, bool(container.streams.audio))
