"""`recipes/images` on pairs drawn here and on real pictures: what stays, what goes and why, and what is written."""

from __future__ import annotations

import io
import tarfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from media.pictures import drawn, media_of, saved
from PIL import Image

from tilth import read, run
from tilth.recipe import load

FOLDER = Path(__file__).parents[2] / "recipes"
GOOD = saved(drawn(1, (320, 240)))
CAPTION = b"a drawing of some shapes"
PAIRS = {
    "good": (GOOD, CAPTION), "again": (saved(drawn(1, (320, 240)).resize((640, 480)), "jpeg", quality=60), CAPTION),
    "other": (saved(drawn(2, (320, 240)), "webp", lossless=True), b"more shapes"), "small": (saved(drawn(3, (100, 300))), CAPTION),
    "long": (saved(drawn(4, (1000, 250))), CAPTION), "blurred": (saved(drawn(5, (320, 240), blurred=30)), CAPTION),
    "short": (saved(drawn(6, (320, 240))), b"a b"), "word": (saved(drawn(7, (320, 240))), b"IMG_20191103"),
    "mute": (saved(drawn(8, (320, 240))), b""), "broken": (GOOD[:300], CAPTION), "text": (b"", b"only words"),
}  # fmt: skip
REASONS = {
    "again": "duplicate image", "small": "image too small", "long": "image too long", "blurred": "image out of focus",
    "short": "caption says nothing", "word": "caption says nothing", "mute": "caption says nothing", "text": "no image",
}  # fmt: skip


def shards(folder: Path) -> read.Reader:
    with tarfile.open(folder / "pairs.tar", "w") as tar:
        for name, (image, caption) in PAIRS.items():
            for suffix, data in (("png", image), ("txt", caption)):
                if data:
                    member = tarfile.TarInfo(f"{name}.{suffix}")
                    member.size = len(data)
                    tar.addfile(member, io.BytesIO(data))
    return read.WebDataset(str(folder / "*.tar"))


def name_of(id: str) -> str:
    return id.rpartition("/")[2]


def test_pairs_that_stay_are_written_as_shards(tmp_path: Path) -> None:
    recipe, out = load(FOLDER / "images.yaml"), tmp_path / "out"
    assert recipe.steps == load(FOLDER / "images.py").steps and recipe.write == load(FOLDER / "images.py").write
    run(shards(tmp_path), recipe.steps, str(out), "local:2", write=recipe.write)
    gone = {name_of(row["id"]): row["reason"] for row in pq.read_table(out / "audit").to_pylist()}
    [broken] = pq.read_table(out / "quarantine").to_pylist()
    assert gone == REASONS and name_of(broken["id"]) == "broken" and broken["error"].startswith("image: ")
    table = pq.read_table(out / "data")
    assert set(map(name_of, table["id"].to_pylist())) == {"good", "other"} and "image" not in table.column_names
    [shard] = (out / "webdataset").glob("*.tar")
    with tarfile.open(shard) as tar:
        files = {Path(member.name).suffix: tar.extractfile(member).read() for member in tar if member.name.endswith((".png", ".webp"))}  # type: ignore[union-attr]
    assert files[".png"] == GOOD and Image.open(io.BytesIO(files[".webp"])).size == (320, 240)


@pytest.mark.skipif(media_of("imagededup_images.tar.gz") is None, reason="the folder of real data is not here")
def test_real_pictures(tmp_path: Path) -> None:
    with tarfile.open(media_of("imagededup_images.tar.gz")) as tar:
        tar.extractall(tmp_path / "in", filter="data")
    for path in (tmp_path / "in").rglob("*.*"):
        path.with_suffix(".txt").write_text(f"a photograph called {path.stem}")
    recipe, out = load(FOLDER / "images.yaml"), tmp_path / "out"
    done = run(read.Media(str(tmp_path / "in")), recipe.steps, str(out), "local:2", write=recipe.write)
    reasons = Counter(pq.read_table(out / "audit")["reason"].to_pylist())
    assert reasons["duplicate image"] > 8 and done.rows > 5
    assert len(pq.read_table(out / "quarantine")) >= 1
    assert done.rows + sum(reasons.values()) + len(pq.read_table(out / "quarantine")) == done.data["rows_in"]
