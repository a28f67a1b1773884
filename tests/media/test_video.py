from __future__ import annotations

import sys
import tarfile

import pyarrow as pa
import pytest
from media.pictures import film, media_of

from tilth import evaluate, media
from tilth.errors import MissingExtra, RecipeError


def measured(*files: bytes | None, **settings: int) -> tuple[list[dict], list[str]]:
    rows = pa.table({"text": [""] * len(files), "video": pa.array(files, pa.large_binary())})
    done = evaluate([media.VideoSignals(**settings)], rows)  # type: ignore[arg-type]
    return done.table.to_pylist(), done.quarantine["error"].to_pylist()


def test_a_film_is_measured_and_what_is_none_goes_to_quarantine() -> None:
    made = film(seconds=2)
    [row, none], errors = measured(made, b"no film", None, b"", made[: len(made) // 3])
    assert (row["video_width"], row["video_height"], row["video_fps"], row["video_codec"]) == (64, 48, 10, "mpeg4")
    assert row["video_seconds"] == pytest.approx(2, abs=0.11) and not row["video_has_audio"] and none["video_width"] is None
    assert len(errors) == 3 and all(error.startswith("video: ") for error in errors)


def test_a_film_of_too_many_pixels() -> None:
    assert "64 x 48 pixels are more than 100" in measured(film(), pixels=100)[1][0]
    with pytest.raises(RecipeError):
        media.VideoSignals(pixels=0)


def test_without_pyav_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtra, match=r"tilth\[video\]"):
        measured(b"x")


@pytest.mark.skipif(media_of("data_juicer_media.tar.gz") is None, reason="the folder of real data is not here")
def test_real_films() -> None:
    pytest.importorskip("av", reason="the extra 'video' is not installed")
    with tarfile.open(media_of("data_juicer_media.tar.gz")) as tar:
        files = [tar.extractfile(member).read() for member in tar if member.name.endswith((".mp4",))]  # type: ignore[union-attr]
    rows, errors = measured(*files)
    assert len(rows) == len(files) >= 4 and not errors
    assert all(row["video_seconds"] > 1 and row["video_width"] > 100 for row in rows) and any(row["video_has_audio"] for row in rows)
