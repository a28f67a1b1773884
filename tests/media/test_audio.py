from __future__ import annotations

import io
import math
import sys

import numpy as np
import pyarrow as pa
import pytest
from media.pictures import tone

from tilth import evaluate, media
from tilth.errors import MissingExtra, RecipeError


def measured(*files: bytes | None, **settings: float) -> tuple[list[dict], list[str]]:
    rows = pa.table({"text": [""] * len(files), "audio": pa.array(files, pa.large_binary())})
    done = evaluate([media.AudioSignals(**settings)], rows)  # type: ignore[arg-type]
    return done.table.to_pylist(), done.quarantine["error"].to_pylist()


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_tone_is_as_loud_as_it_is_in_every_width(width: int, channels: int) -> None:
    [row], _ = measured(tone(width=width, channels=channels))
    assert (row["audio_seconds"], row["audio_rate"], row["audio_channels"]) == (0.5, 8000, channels)
    assert row["audio_dbfs"] == pytest.approx(20 * math.log10(0.5) - 3.0103, abs=0.1 if width == 1 else 1e-3)
    assert row["audio_peak"] == pytest.approx(0.5, abs=0.01)


def test_silence_has_a_floor() -> None:
    assert measured(tone(amplitude=0))[0][0]["audio_dbfs"] == -120


@pytest.mark.parametrize(("format", "subtype"), [("FLAC", "PCM_16"), ("WAV", "FLOAT"), ("OGG", "VORBIS")])
def test_other_formats_say_the_same(format: str, subtype: str) -> None:
    soundfile = pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")
    samples = 0.5 * np.sin(2 * np.pi * 200 * np.arange(8000) / 8000)
    held = io.BytesIO()
    soundfile.write(held, samples, 8000, format=format, subtype=subtype)
    [row], _ = measured(held.getvalue())
    assert row["audio_seconds"] == 1 and row["audio_dbfs"] == pytest.approx(-9.03, abs=0.3)


@pytest.mark.parametrize("file", [b"", b"RIFF", tone()[:40], b"no sound", b"ID3" + bytes(100)])
def test_what_is_no_sound_goes_to_quarantine(file: bytes) -> None:
    pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")
    rows, [error] = measured(file, None, tone())
    assert error.startswith("audio: ") and [row["audio_rate"] for row in rows] == [None, 8000]


def test_too_long_is_refused_while_it_is_read() -> None:
    assert "longer than 0.1 seconds" in measured(tone(), seconds=0.1)[1][0]
    with pytest.raises(RecipeError):
        media.AudioSignals(seconds=0)


def test_without_soundfile_wav_is_read_and_others_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    assert measured(tone())[0][0]["audio_rate"] == 8000
    with pytest.raises(MissingExtra, match=r"tilth\[audio\]"):
        measured(b"fLaC")
