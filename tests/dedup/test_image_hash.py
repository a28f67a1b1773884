import io
import json
import re
import sys
import tarfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tilth.dedup import ImageHash, perceptual
from tilth.errors import CorpusError, MissingExtra, RecipeError
from tilth.memory import addressed, evaluate
from tilth.testing import check

Image = pytest.importorskip("PIL.Image", reason="the extra 'image' is not installed")
GOLDEN = Path(__file__).parents[1] / "golden" / "images"
RECORDER = Path(__file__).parents[2] / "bench" / "oracles" / "record_images.py"


def drawn() -> dict[str, bytes]:
    """The images that bench/oracles/record_images.py draws, as files; its imports are of libraries that are not here."""
    source = re.search(r"^def drawn.*?(?=^def )", RECORDER.read_text(), re.DOTALL | re.MULTILINE)
    space = {"np": np, "Image": Image}
    exec("from __future__ import annotations\n" + source.group(), space)
    files = {}
    for name, image in space["drawn"]().items():
        held = io.BytesIO()
        image.save(held, "png")
        files[f"{name}.png"] = held.getvalue()
    return files


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}


def rows(files, **columns):
    return addressed(pa.table({"id": list(files), "image": pa.array(list(files.values()), pa.large_binary())} | columns))


@pytest.mark.parametrize("step", [ImageHash(), ImageHash("dhash", "imagededup"), ImageHash("ahash", pixels=5000)])
def test_laws(step):
    files = {**drawn(), "none": None, "empty": b"", "text": b"GIF89a no", "cut": drawn()["noise1.png"][:300]}
    check(step, rows(files))


def held_against(files: dict[str, bytes]) -> int:
    golden, checked = json.loads((GOLDEN / "hashes.json").read_text()), 0
    for name in golden.keys() & files.keys():
        for which, said in golden[name].items():
            if said:  # imagededup refuses some kinds of file
                variant, method = which.split()
                done = evaluate([ImageHash(method, variant)], rows({name: files[name]})).table
                assert done["image_hash"][0].as_py().hex() == said, (name, which)
                checked += 1
    return checked


def test_drawn_images_have_the_hashes_of_both_libraries():
    assert held_against(drawn()) == 12 * 6


def test_real_images_have_the_hashes_of_both_libraries(shared):
    assert held_against(members(shared / "multimodal/imagededup_images.tar.gz")) > 150


def test_what_is_broken_or_too_large_goes_to_quarantine_alone():
    bomb = io.BytesIO()
    Image.new("1", (8000, 8000)).save(bomb, "png")  # 64 million pixels in some thousand bytes
    own = drawn()
    files = {"good": own["slope.png"], "bomb": bomb.getvalue(), "cut": own["noise0.png"][:500], "text": b"<svg></svg>", "none": None}
    done = evaluate([ImageHash()], rows(files))
    assert len(bomb.getvalue()) < 20_000
    assert done.table["id"].to_pylist() == ["good", "none"]
    errors = dict(zip(done.quarantine["id"].to_pylist(), done.quarantine["error"].to_pylist(), strict=True))
    assert "8000 x 8000 pixels are more than 50,000,000" in errors["bomb"]
    assert "UnidentifiedImageError" in errors["text"] and set(errors) == {"bomb", "cut", "text"}


def edited(image):
    """The same picture as people pass it on: smaller, recompressed, brighter, grey."""
    jpeg = io.BytesIO()
    image.convert("RGB").save(jpeg, "jpeg", quality=30)
    brighter = image.point(lambda value: min(255, int(value * 1.15)))
    return [image.resize((image.width // 2, image.height // 2)), Image.open(jpeg), brighter, image.convert("L")]


def test_edited_images_go_and_others_stay(shared):
    files, kept = {}, set()
    for name, data in sorted(members(shared / "multimodal/imagededup_images.tar.gz").items()):
        if "base_images" not in name:
            continue
        image = Image.open(io.BytesIO(data)).convert("RGB")
        for number, version in enumerate([image, *edited(image)]):
            held = io.BytesIO()
            version.save(held, "png")
            files[f"{name} {number}"] = held.getvalue()
        kept.add(f"{name} 0")
    done = evaluate(perceptual(), rows(files))
    assert len(kept) == 10 and set(done.table["id"].to_pylist()) == kept
    assert set(done.audit["reason"].to_pylist()) == {"duplicate image"}


def test_the_libraries_own_sample_of_duplicates(shared):
    every = members(shared / "multimodal/imagededup_images.tar.gz")
    files = {Path(name).name: data for name, data in every.items() if "mixed_images" in name}
    done = evaluate(perceptual(distance=10), rows(files))
    assert set(done.table["id"].to_pylist()) == {f"ukbench{name}.jpg" for name in ("00120", "09268", "00120_hflip", "00120_rotation")}
    assert done.audit["id"].to_pylist() == ["ukbench00120_resize.jpg"]
    assert done.quarantine["id"].to_pylist() == ["ukbench09268_corrupt.jpg"]


def test_what_cannot_be(monkeypatch):
    for wrong in ({"method": "whash"}, {"variant": "other"}, {"pixels": 0}, {"column": ""}):
        with pytest.raises(RecipeError, match="no such hash of images"):
            ImageHash(**wrong)
    with pytest.raises(CorpusError, match="no column 'image'"):
        ImageHash().apply(pa.record_batch({"text": ["a"]}))
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtra, match="tilth\\[image\\]"):
        ImageHash().apply(pa.record_batch({"image": pa.array([b"x"])}))
