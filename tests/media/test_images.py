from __future__ import annotations

import struct
import sys
import tarfile
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from media.pictures import drawn, media_of, saved
from PIL import Image, ImageFilter

from tilth import evaluate, media
from tilth.errors import CorpusError, MissingExtra, RecipeError
from tilth.media.images import blur


def measured(*files: bytes | None, **settings: int) -> tuple[list[dict], list[str]]:
    rows = pa.table({"text": [""] * len(files), "image": pa.array(files, pa.large_binary())})
    done = evaluate([media.ImageSignals(**settings)], rows)  # type: ignore[arg-type]
    return done.table.to_pylist(), done.quarantine["error"].to_pylist()


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "gif", "bmp", "tiff", "ppm"])
def test_size_shape_and_format_of_each_kind(format: str) -> None:
    file = saved(drawn(1), format)
    [row], _ = measured(file)
    assert (row["image_width"], row["image_height"], row["image_aspect"], row["image_size"]) == (160, 120, 160 / 120, len(file))
    assert row["image_format"] == format and row["image_frames"] == 1


def test_what_is_sharp_and_what_is_not() -> None:
    rows, _ = measured(*(saved(drawn(2, blurred=radius)) for radius in (0, 1, 3, 8)), saved(Image.new("RGB", (50, 50))))
    values = [row["image_blur"] for row in rows]
    assert values == sorted(values, reverse=True) and values[0] > 100 * values[3] and values[-1] == 0


def test_the_laplacian_is_that_of_pillow() -> None:
    grey = drawn(3).convert("L")
    kernel = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
    softened = Image.fromarray((np.asarray(grey) // 8).astype(np.uint8))  # so that nothing is cut off at 0 and 255
    seen = np.asarray(softened.filter(kernel)).astype(np.float64)[1:-1, 1:-1]
    assert blur(np.asarray(softened)) == pytest.approx(seen.var())


def test_an_animation_has_frames() -> None:
    file = saved(drawn(1), "gif", save_all=True, append_images=[drawn(2), drawn(3)])
    assert measured(file)[0][0]["image_frames"] == 3


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it has side * side pixels."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (bomb(10_000), "10000 x 10000 pixels are more than"), (bomb(100_000), "exceeds limit"),
        (b"", "cannot identify"), (b"no image", "cannot identify"),
        (saved(drawn(1))[:200], "image: "), (saved(drawn(1), "jpeg")[:-400], "truncated"), (b"\x89PNG\r\n\x1a\n", "image: "),
    ],
)  # fmt: skip
def test_bombs_and_broken_files_go_to_quarantine(file: bytes, why: str) -> None:
    rows, [error] = measured(file, saved(drawn(1)), None)
    assert why in error and " at 0x" not in error
    assert [row["image_width"] for row in rows] == [160, None]


def test_the_bound_is_the_recipes() -> None:
    assert "pixels are more than 100" in measured(saved(drawn(1)), pixels=100)[1][0]
    with pytest.raises(RecipeError):
        media.ImageSignals(pixels=0)


def test_a_column_without_files() -> None:
    with pytest.raises(CorpusError, match="holds no files"):
        evaluate([media.ImageSignals("text")], pa.table({"text": ["a"]}))
    with pytest.raises(CorpusError, match="There is no column"):
        evaluate([media.ImageSignals()], pa.table({"text": ["a"]}))


def test_without_pillow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtra, match=r"tilth\[image\]"):
        measured(b"x")


@pytest.mark.skipif(media_of("imagededup_images.tar.gz") is None, reason="the folder of real data is not here")
def test_real_pictures() -> None:
    archive = media_of("imagededup_images.tar.gz")
    assert isinstance(archive, Path)
    with tarfile.open(archive) as tar:
        members = [member for member in tar if member.isreg() and "images" in member.name]
        files = {member.name: tar.extractfile(member).read() for member in members}  # type: ignore[union-attr]
    rows, errors = measured(*files.values())
    assert len(rows) + len(errors) == len(files) > 25 and errors
    lies = {name: row["image_format"] for name, row in zip(files, rows, strict=False) if name.endswith("09380.png")}
    assert all(format == "jpeg" for format in lies.values())
