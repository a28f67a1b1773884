"""Write what two libraries say of the images of a folder, and of drawn ones: `python record_images.py FOLDER > hashes.json`.

imagehash 4.3.2 (needs scipy) and imagededup 0.3.3, whose hashes do without its torch.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
import types
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image

for part in ("methods", "utils"):  # in place of these packages, which import torch for a method that is not asked here
    package = sys.modules[f"imagededup.{part}"] = types.ModuleType(f"imagededup.{part}")
    package.__path__ = [str(Path(folder) / part) for folder in importlib.util.find_spec("imagededup").submodule_search_locations]

from imagededup.methods.hashing import AHash, DHash, PHash  # noqa: E402

PEERS = {
    "imagehash": {"phash": imagehash.phash, "dhash": imagehash.dhash, "ahash": imagehash.average_hash},
    "imagededup": {"phash": PHash().encode_image, "dhash": DHash().encode_image, "ahash": AHash().encode_image},
}


def drawn() -> dict[str, Image.Image]:
    """Images that anyone can draw again: noise, slopes, one colour, palettes and transparency."""
    rng = np.random.default_rng(0)
    slope = np.add.outer(np.arange(100), np.arange(150)).astype(np.uint8)
    found = {f"noise{i}": Image.fromarray(rng.integers(0, 256, (40 + i, 70, 3), dtype=np.uint8)) for i in range(6)}
    found |= {"slope": Image.fromarray(slope), "flat": Image.new("RGB", (64, 48), (90, 90, 90)), "one": Image.new("L", (1, 1), 7)}
    alpha = np.dstack([slope, slope.T[:100, :100].repeat(2, 1)[:, :150], slope, 255 - slope])
    found |= {"palette": Image.fromarray(slope).convert("P"), "bits": Image.fromarray(slope).convert("1")}
    return found | {"alpha": Image.fromarray(alpha)}


def main() -> None:
    found: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, image in drawn().items():
            image.save(Path(folder, f"{name}.png"))
        for path in [*sorted(Path(sys.argv[1]).rglob("*.*")), *sorted(Path(folder).glob("*.png"))]:
            try:
                image = Image.open(path)
                image.load()
            except OSError:
                continue
            said = {f"imagehash {method}": str(by(image)) for method, by in PEERS["imagehash"].items()}
            said |= {f"imagededup {method}": by(image_file=str(path)) for method, by in PEERS["imagededup"].items()}
            found[path.name if path.is_relative_to(folder) else str(path.relative_to(sys.argv[1]))] = said
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
