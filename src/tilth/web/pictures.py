"""Small pictures of the images that a run kept, for the page: few, small, and drawn anew, so that no file of a stranger is in it."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.piece import read_piece, schema_of
from tilth.run import Run
from tilth.web.trails import Document, Show, document

MOST = 24  # pictures on the page
SIDE = 160  # pixels of the longer side
_LONGEST = 24_000  # bytes of one picture
_PIXELS = 50_000_000


@dataclass(frozen=True)
class Picture:
    """A kept row, its picture as a data: URI, and the pixels of the image that it is of."""

    of: Document
    uri: str
    width: int
    height: int


def pictures_of(run: Run, show: Show) -> list[Picture]:
    """Return pictures of up to MOST kept rows from all over the corpus; none where no column holds images, or Pillow is not there."""
    found: list[Picture] = []
    for one, data in _files(run):
        picture = _picture(one, data)
        if picture:
            found.append(picture)
        if len(found) == MOST:
            break
    shown = show([picture.of for picture in found])
    return [Picture(of, picture.uri, picture.width, picture.height) for of, picture in zip(shown, found, strict=True)]


def _files(run: Run) -> Iterator[tuple[Document, bytes]]:
    """The first rows of some pieces that lie evenly over the run: what is read is bounded, whatever the corpus."""
    store, pieces = run.store(), list(run.pieces().values())
    step = max(1, len(pieces) // MOST)
    chosen = pieces[::step][:MOST]
    each = 2 * -(-MOST // max(1, len(chosen)))
    for piece in chosen:
        schema = schema_of(store, piece)
        if "image" not in schema.names or not pa.types.is_large_binary(schema.field("image").type):
            return
        batch = next(read_piece(store, piece, ["id", "source", "text", "image"], size=each), None)
        for at in range(len(batch) if batch else 0):
            assert batch is not None
            if (data := batch["image"][at].as_py()) is not None:
                yield document(batch.drop_columns(["image"]), at), data


def _picture(of: Document, data: bytes) -> Picture | None:
    try:
        from PIL import Image
    except ImportError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data)) as image:
                width, height = image.size
                if width * height > _PIXELS:
                    return None
                image.draft("RGB", (SIDE, SIDE))
                uri = _uri(image.convert("RGBA"))
        except Exception:  # a decoder's; the row is no picture, and the page goes on
            return None
    return Picture(of, uri, width, height) if uri else None


def _uri(image: Any) -> str:
    """The image drawn small on white, as JPEG in a data: URI; "" where even that is long."""
    from PIL import Image

    image.thumbnail((SIDE, SIDE))
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    held = io.BytesIO()
    ground.save(held, "JPEG", quality=75, optimize=True)
    data = held.getvalue()
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}" if len(data) <= _LONGEST else ""
