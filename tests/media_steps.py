"""The steps for images, sounds, films and interleaved documents, each with files to try it on: good, broken, and none."""

from __future__ import annotations

import pyarrow as pa
from media.pictures import drawn, saved, tone

from tilth import media
from tilth.memory import addressed


def rows() -> pa.Table:
    """Pictures and sounds, some broken or missing, with text beside them and interleaved documents."""
    images = [saved(drawn(1)), None, saved(drawn(2), "jpeg"), b"no image", b"", saved(drawn(3), "gif")] * 2
    sounds = [tone(), None, b"RIFF....WAVE", tone(width=1), None, tone(amplitude=0)] * 2
    texts = [["a", None, "b"], [None], [], ["a"], None, ["<image>"]] * 2
    shown = [[None, "x", None], ["y"], [], ["both"], None, [None]] * 2
    return addressed(pa.table({
        "text": pa.array([f"text {n}" for n in range(12)], pa.large_string()), "image": pa.array(images, pa.large_binary()),
        "audio": pa.array(sounds, pa.large_binary()), "video": pa.array([None, b"no film"] * 6, pa.large_binary()),
        "texts": pa.array(texts, pa.large_list(pa.large_string())), "images": pa.array(shown, pa.large_list(pa.large_string())),
    }))  # fmt: skip


def instances() -> dict[str, list[tuple[object, pa.Table]]]:
    """Every step for media, by its name in recipes, and what it is tried on."""
    steps = (media.ImageSignals(), media.AudioSignals(), media.VideoSignals(), media.Interleaved())
    found = {f"media.{type(step).__name__}": [(step, rows())] for step in steps}
    return found | {"media.ImageText": []}  # tests/media/test_similarity.py has a model, and checks it
