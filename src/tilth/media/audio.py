"""What a sound is: how long, at what rate, how loud."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tilth.errors import MissingExtra, RecipeError
from tilth.media.images import files_of, told
from tilth.op import Op, fail, put

_BLOCK = 1 << 16  # frames that are held at once
SILENCE = -120.0  # dBFS: below what 16 bits can tell from nothing


class Sound(NamedTuple):
    """What was measured of one sound."""

    seconds: float
    rate: int
    channels: int
    dbfs: float
    peak: float


_TYPES = (pa.float64(), pa.int64(), pa.int64(), pa.float64(), pa.float64())


@dataclass(frozen=True)
class AudioSignals(Op):
    """Measure the sound files in `column` (binary); null where there is none.

        audio_seconds     duration, float64
        audio_rate        samples a second, int64
        audio_channels    int64
        audio_dbfs        loudness: 20 log10 of the root mean square over all channels, 0 where every sample is full, at least -120
        audio_peak        the largest sample, 1 is full; a file of many at 1 is clipped

    WAV files of whole numbers are read by the standard library, all else that libsndfile knows (FLAC, Ogg, MP3, float WAV) by soundfile.
    Files longer than `seconds`, broken ones and those that are no sound go to quarantine; what they say of their length is not trusted.

    Raises RecipeError on a bound that cannot be, CorpusError where there is no such column, MissingExtra where a file needs soundfile
    and it is not installed. Source: AES17 gives a full sine 0 dBFS; here, as in most tools, a full square has it and a full sine -3.01.

    >>> AudioSignals().reads
    ('audio',)
    """

    column: str = "audio"
    seconds: float = 86_400.0

    def __post_init__(self) -> None:
        if not self.seconds > 0 or not self.column:
            raise RecipeError("Sounds need a column, and a bound of seconds.", where=repr(self), fix="media.AudioSignals()")

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        found, errors = [], []
        for file in files_of(batch, self.column, repr(self)):
            sound, error = (None, None) if file is None else self._measured(file)
            found.append(sound)
            errors.append(error)
        for at, (name, kind) in enumerate(zip(Sound._fields, _TYPES, strict=True)):
            batch = put(batch, f"audio_{name}", pa.array([None if each is None else each[at] for each in found], kind))
        why = pa.array(errors, pa.large_string())
        return fail(batch, why.is_valid(), why)

    def _measured(self, file: bytes) -> tuple[Sound | None, str | None]:
        try:
            return _by_wave(file, self.seconds) or _by_soundfile(file, self.seconds), None
        except MissingExtra:
            raise
        except Exception as problem:  # decoders raise whatever they like
            return None, told("audio", problem)


def _by_wave(file: bytes, most: float) -> Sound | None:
    """By the standard library; None where the file is not PCM in WAV."""
    try:
        with wave.open(io.BytesIO(file)) as sound:
            rate, channels, width = sound.getframerate(), sound.getnchannels(), sound.getsampwidth()
            sums = _Sums(rate, channels, most)
            while data := sound.readframes(_BLOCK):
                sums.add(_scaled(data[: len(data) // (width * channels) * width * channels], width))
            return sums.finish()
    except (wave.Error, EOFError):
        return None


def _scaled(data: bytes, width: int) -> np.ndarray:
    """PCM as float64, full being 1: unsigned where a sample is one byte, signed and little-endian otherwise."""
    if width == 1:
        return (np.frombuffer(data, np.uint8).astype(np.float64) - 128) / 128
    if width == 3:
        padded = np.zeros((len(data) // 3, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        return padded.view("<i4").ravel() / 2.0**31
    return np.frombuffer(data, {2: "<i2", 4: "<i4"}[width]) / 2.0 ** (8 * width - 1)


def _by_soundfile(file: bytes, most: float) -> Sound:
    try:
        import soundfile
    except ImportError:
        raise MissingExtra.of("soundfile", "audio", "media.AudioSignals, for sounds that are not PCM in WAV") from None
    with soundfile.SoundFile(io.BytesIO(file)) as sound:
        sums = _Sums(sound.samplerate, sound.channels, most)
        while len(block := sound.read(_BLOCK, dtype="float64", always_2d=True)):
            sums.add(block.ravel())
        return sums.finish()


class _Sums:
    """Loudness over blocks."""

    def __init__(self, rate: int, channels: int, most: float) -> None:
        if rate < 1 or channels < 1:
            raise ValueError(f"{rate} samples a second on {channels} channels are no sound")
        self.rate, self.channels, self.most, self.samples, self.squares, self.peak = rate, channels, most, 0, 0.0, 0.0

    def add(self, samples: Any) -> None:
        self.samples += len(samples)
        if self.samples > self.most * self.rate * self.channels:
            raise ValueError(f"it is longer than {self.most:g} seconds")
        self.squares += float(np.square(samples).sum())
        self.peak = max(self.peak, float(np.abs(samples).max(initial=0.0)))

    def finish(self) -> Sound:
        if not self.samples:
            raise ValueError("there is not one sample in it")
        mean = self.squares / self.samples
        dbfs = max(10 * float(np.log10(mean)), SILENCE) if mean > 0 else SILENCE
        return Sound(self.samples / self.channels / self.rate, self.rate, self.channels, dbfs, self.peak)
