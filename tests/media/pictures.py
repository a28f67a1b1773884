"""Pictures, sounds and films that the tests draw themselves."""

from __future__ import annotations

import io
import random
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter


def drawn(seed: int = 0, size: tuple[int, int] = (160, 120), blurred: float = 0.0) -> Image.Image:
    """Return a picture of some coloured shapes."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, tuple(chance.choices(range(200, 256), k=3)))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        box = (x, y, x + chance.randrange(8, 60), y + chance.randrange(8, 60))
        colour = tuple(chance.choices(range(160), k=3))
        (draw.ellipse if chance.random() < 0.5 else draw.rectangle)(box, fill=colour)
    return image.filter(ImageFilter.GaussianBlur(blurred)) if blurred else image


def saved(image: Image.Image, format: str = "png", **settings: object) -> bytes:
    held = io.BytesIO()
    image.save(held, format, **settings)
    return held.getvalue()


def tone(seconds: float = 0.5, rate: int = 8000, channels: int = 1, width: int = 2, amplitude: float = 0.5) -> bytes:
    """Return a WAV file of one tone, of whole periods."""
    time = np.arange(int(seconds * rate)) / rate
    samples = np.repeat(amplitude * np.sin(2 * np.pi * 200 * time), channels)
    if width == 1:
        data = (np.round(samples * 127) + 128).astype(np.uint8).tobytes()
    else:
        whole = np.round(samples * (2 ** (8 * width - 1) - 1)).astype("<i4")
        data = whole.view(np.uint8).reshape(-1, 4)[:, :width].tobytes()
    held = io.BytesIO()
    with wave.open(held, "wb") as sound:
        sound.setparams((channels, width, rate, 0, "NONE", ""))
        sound.writeframes(data)
    return held.getvalue()


def film(seconds: int = 1, size: tuple[int, int] = (64, 48), fps: int = 10) -> bytes:
    """Return an MPEG-4 film of a picture that moves."""
    av = pytest.importorskip("av", reason="the extra 'video' is not installed")
    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(seconds * fps):
            frame = av.VideoFrame.from_image(drawn(0, size).rotate(number))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return held.getvalue()


def media_of(archive: str) -> Path | None:
    """Return where real pictures and films lie, None where they do not."""
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "multimodal" / archive
    return path if path.exists() else None
